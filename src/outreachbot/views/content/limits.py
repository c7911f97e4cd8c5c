"""Checks that every text of the content fits Telegram's limits once it is rendered as members see it."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

from outreachbot.domain.content import corrections
from outreachbot.domain.content.faults import Path
from outreachbot.domain.content.file import Document
from outreachbot.domain.content.model import Content, Notice
from outreachbot.domain.messages.message import (
    MAX_BUTTONS,
    MAX_CALLBACK_BYTES,
    MAX_CAPTION,
    MAX_ENTITIES,
    MAX_TEXT,
    Media,
    MediaKind,
    Message,
    shown_length,
)
from outreachbot.domain.reminders.forecast import Forecast
from outreachbot.domain.reminders.schedule import Group, Item, list_upcoming
from outreachbot.domain.reminders.settings import ChatSettings
from outreachbot.errors import ContentError
from outreachbot.views import i18n
from outreachbot.views.pages import campaign, facts, info, timeline
from outreachbot.views.pages import corrections as corrections_view
from outreachbot.views.reminders import reminder, subscription

FAR = "Pacific/Kiritimati"  # a zone whose local time is said with its day
MANY = 1_000_000  # chats that are reminded
LONGEST_NOTICE = "x" * 160  # what stands above a page: nothing was found for …
_ENTITY = re.compile(r"<[a-z]")


def check_limits(document: Document) -> None:
    """Render every message that comes from the content; ContentError names those that are too long, and by how much.

    And the languages in which nothing can be rendered.
    """
    languages = document.content.languages
    faults = [
        document.fault(("languages", index), f'no language has the code "{code}"{_hint(code)}')
        for index, code in enumerate(languages)
        if not i18n.is_known_language(code)
    ]
    faults += [
        document.fault(path, problem)
        for language, path, message in _rendered(document.content)
        for problem in _problems(message, language)
    ]
    if faults:
        raise ContentError([fault.in_file(document.name) for fault in sorted(faults, key=lambda fault: fault.mark)])


def _hint(code: str) -> str:
    """Who takes a country's code for its language's means one of these."""
    spoken = i18n.list_official_languages(code)
    return f"; did you mean {' or '.join(spoken)}?" if spoken else ""


def _rendered(content: Content) -> Iterator[tuple[str, Path, Message]]:
    """Every message, and the place in the file where it could be made shorter."""
    for language in content.languages:
        yield from ((language, path, message) for path, message in _but_facts(content, language))
    for index, fact in enumerate(content.facts):  # there are most of these; what languages share is read once
        for language in content.languages:
            yield language, ("facts", index, "claim", language), facts.fact_page(content, language, fact)


def _but_facts(content: Content, language: str) -> Iterator[tuple[Path, Message]]:
    late = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)  # when the count of years has its three digits
    yield ("title", language), info.help_text(content, language, admin=True)
    yield ("welcome", language), info.welcome(content, language)
    yield ("privacy", language), info.privacy(content, language)
    yield ("sources_policy", language), info.about(content, language)
    yield ("campaign", "summary", language), campaign.campaign(content, language)
    yield ("campaign", "letter", language), campaign.letter(content, language)
    yield ("topics",), facts.topic_list(content, language, notice=LONGEST_NOTICE)
    for first, one in enumerate(corrections.list_all_corrections(content)):
        yield ("facts", one.number - 1, "corrected"), corrections_view.page_at(content, language, first)
    for first in range(len(content.timeline)):  # a page may begin with any entry
        shown = timeline.page_at(content, language, first, notice=LONGEST_NOTICE)
        yield ("timeline", first, "text", language), shown
    yield from ((("anniversaries",), message) for message in _days(content, language, late))
    for index, anniversary in enumerate(content.anniversaries):
        items = [Item(occurrence, Notice.WEEK) for occurrence in list_upcoming([anniversary], late.date())]
        shown = reminder.reminder(content, language, items, Group(FAR, content.hour))
        yield ("anniversaries", index, "text", language), shown
        if anniversary.picture and not shown.media:
            yield ("anniversaries", index, "text", language), replace(shown, media=(Media(MediaKind.PHOTO, name="-"),))


def _days(content: Content, language: str, late: dt.datetime) -> Iterator[Message]:
    """The lists of all days with all that can be said of them, as an admin reads them who chose and skipped each."""
    every = ChatSettings(
        notices=dict.fromkeys(Notice, True), anniversaries=dict.fromkeys(content.anniversary_by_id, True)
    )
    yield subscription.subscribed(content, language, every, late, new=False)
    days = list_upcoming(content.anniversaries, late.date())
    skipped = frozenset((one.anniversary.id, one.date.year) for one in days)
    forecasts = {one.anniversary.id: Forecast(MANY, late, late) for one in days}
    chosen = replace(every, skipped=skipped)
    yield subscription.upcoming(content, language, chosen, late.date(), subscribed=True, forecasts=forecasts)


def _problems(message: Message, language: str) -> Iterator[str]:
    size, most = shown_length(message.text), MAX_CAPTION if message.media else MAX_TEXT
    if size > most:
        below = " below a picture" if message.media else ""
        yield (
            f"as members see it in {language}, this message has {size:,} characters; "
            f"Telegram takes {most:,}{below}: shorten it by {size - most:,}"
        )
    entities = len(_ENTITY.findall(message.text))
    if entities > MAX_ENTITIES:
        yield (
            f"as members see it in {language}, this message has {entities} links and emphases; "
            f"Telegram shows {MAX_ENTITIES} of them"
        )
    if (count := sum(map(len, message.buttons))) > MAX_BUTTONS:
        yield f"as members see it in {language}, this message has {count} buttons; Telegram takes {MAX_BUTTONS}"
    for button in (button for row in message.buttons for button in row):
        assert len(button.data.encode()) <= MAX_CALLBACK_BYTES, button  # ids are at most 32 characters
