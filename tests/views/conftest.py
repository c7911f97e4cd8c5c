"""Content to say: the small one about a bridge, the same full of signs that mean something elsewhere, and all of it."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from outreachbot.domain import content_file, schedule
from outreachbot.domain.content import Content
from outreachbot.domain.content_file import Document
from outreachbot.domain.delivery import MessageState, Reason, State, Tally
from outreachbot.domain.message import Message
from outreachbot.views import basics, broadcast, campaign, facts, reminder, subscription, timeline

BRIDGE = Path(__file__).parents[1] / "domain" / "bridge.yaml"
HOSTILE = "<b>&\"'</i> **bold *both* [site](https://a.example/?a=1&b=2) [x] {0} {query} %s \\* &amp; 😀"
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

Documents = Callable[..., Document]


@pytest.fixture(scope="session")
def document() -> Documents:
    """The bridge's file, with each first text replaced by its second."""

    def read(*changes: tuple[str, str]) -> Document:
        text = BRIDGE.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return content_file.read(text.encode(), "content.yaml")

    return read


@pytest.fixture(scope="session")
def bridge(document: Documents) -> Content:
    return document(("    default: no\n", "")).content


@pytest.fixture(scope="session")
def hostile(bridge: Content) -> Content:
    """The bridge's content, with signs in every text and name that mean something in HTML, markup or a format."""
    return Content.model_validate(_spoilt(bridge.model_dump(mode="json")))


def _spoilt(value: Any, key: str = "") -> Any:
    if isinstance(value, dict) and value and set(value) <= {"en", "de"}:
        return {language: f"{HOSTILE} {text}" for language, text in value.items()}
    if key == "date" and isinstance(value, dict):
        parts = [value[part] for part in ("year", "month", "day") if value.get(part)]
        return "-".join(f"{part:02}" for part in parts)
    if isinstance(value, dict):
        return {name: _spoilt(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_spoilt(part) for part in value]
    return {"title": HOSTILE, "publisher": HOSTILE, "url": "https://a.example/?a=1&b='2'"}.get(key, value)


@pytest.fixture(scope="session")
def everything() -> Callable[[Content], list[Message]]:
    """Every message that can be said of a content, in each of its languages."""
    return lambda content: [message for language in content.languages for message in _said(content, language)]


def _said(content: Content, language: str) -> Iterator[Message]:
    yield basics.start(content, language)
    yield basics.help_text(content, language, admin=True)
    yield basics.help_text(content, language, in_group=True)
    yield basics.about(content, language)
    yield basics.privacy(content, language)
    yield basics.failed(language)
    yield campaign.campaign(content, language)
    yield campaign.letter(content, language)
    yield facts.gone(content, language)
    words = ["", HOSTILE, "<" * 500, *(content.say(topic.title, language) for topic in content.topics)]
    yield from (facts.answer(content, language, query) for query in [*words, "the", "it"])
    yield from (facts.one(content, language, fact) for fact in content.facts)
    yield from (timeline.answer(content, language, query) for query in ["", HOSTILE, "0001", "1841", "9999-12-31"])
    yield from (timeline.at(content, language, first) for first in range(len(content.timeline) + 1))
    for new in (True, False):
        yield subscription.subscribed(content, language, NOW, new=new)
        yield subscription.unsubscribed(language, was_subscribed=new)
        yield subscription.upcoming(content, language, NOW, subscribed=new)
    for occurrence in schedule.coming(content.anniversaries, NOW.date()):
        yield reminder.on_the_day(content, language, occurrence)
    yield from _of_broadcasts(content, language)


def _of_broadcasts(content: Content, language: str) -> Iterator[Message]:
    yield broadcast.ask(language)
    yield broadcast.with_way_out(language, basics.privacy(content, language))
    yield broadcast.confirm(language, 2**53, {"private": 1, "group": 2, "supergroup": 3, "channel": 4}, 100.0)
    yield broadcast.confirm(language, 2**53, {}, 0.0)
    yield broadcast.preview_failed(language, HOSTILE)
    yield broadcast.preview_failed(language, "")
    yield broadcast.discarded(language)
    yield broadcast.nothing_to_cancel(language)
    yield broadcast.album(language)
    yield broadcast.reminder_paused(language, 2**53, HOSTILE)
    reasons = [(State.FAILED, reason, 3) for reason in Reason] + [(State.FAILED, None, 1)]
    for state in MessageState:
        yield broadcast.progress(language, 2**53, state, HOSTILE, Tally(1, 2, 3, 4, 5, 6), (), ())
        yield broadcast.progress(language, 2**53, state, None, Tally(sent=3, uncertain=50), reasons, range(50))
