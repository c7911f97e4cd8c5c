"""Every text as members will see it, as one page that needs nothing else: a language beside the other, gaps marked."""

import datetime as dt
import string
import webbrowser
from collections.abc import Callable, Iterator
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from outreachbot.app.demo import has_screen
from outreachbot.app.run import wall_clock
from outreachbot.domain.content import Content, Notice, Text
from outreachbot.domain.markup import to_plain
from outreachbot.domain.message import Message, escape
from outreachbot.domain.periods import ENTRIES_A_PAGE
from outreachbot.domain.schedule import Group, Item, coming
from outreachbot.domain.settings import ChatSettings
from outreachbot.errors import WrongUse
from outreachbot.views import basics, campaign, facts, places, reminder, settings, subscription, timeline
from outreachbot.views.i18n import own_name, right_to_left

GAP, END = "\ue000", "\ue001"  # around a text that stands in for one that lacks; signs that no language has

Say = Callable[[str], Message]
"""What is said in a language."""


def write(content: Content, file: Path, *, open_browser: bool) -> None:
    """Write the page and open it where there is a screen. Raises WrongUse where it can't be written."""
    try:
        file.write_text(page(content, wall_clock()), "utf-8")
    except OSError as error:
        raise WrongUse(f"{file} can't be written: {error.strerror}; --output names another file") from None
    if open_browser and has_screen():
        webbrowser.open(file.absolute().as_uri())


def page(content: Content, now: dt.datetime) -> str:
    """The page, as HTML."""
    gaps = dict.fromkeys(content.languages, 0)
    marked: Content = _marked(content, content, gaps)
    sections = dict(_sections(marked, now))
    total = sum(gaps.values())
    summary = "This is how members see each text. " + (
        f"{total} texts lack a translation: the default language's stands there, marked."
        if total
        else "Nothing lacks in any language."
    )
    template = string.Template(files(__package__).joinpath("preview.html").read_text("utf-8"))
    return template.substitute(
        title=escape(content.say(content.title, content.default_language)),
        style=files("outreachbot.sandbox").joinpath("page/colours.css").read_text("utf-8"),
        columns=len(content.languages),
        summary=summary,
        links=" ".join(f'<a href="#{number}">{escape(name)}</a>' for number, name in enumerate(sections)),
        languages="".join(_head(language, gaps[language]) for language in content.languages),
        sections="\n".join(
            _section(number, name, says, content.languages) for number, (name, says) in enumerate(sections.items())
        ),
    )


def _marked(value: Any, content: Content, gaps: dict[str, int]) -> Any:
    """The same with every gap filled, so that it can be seen where it is."""
    if isinstance(value, BaseModel):
        parts = {name: _marked(getattr(value, name), content, gaps) for name in type(value).model_fields}
        return type(value).model_construct(**parts)  # a copy would keep what was worked out of the old parts
    if isinstance(value, tuple):
        return tuple(_marked(one, content, gaps) for one in value)
    if isinstance(value, dict) and isinstance(value.get(content.default_language), str):
        return _filled(value, content, gaps)
    return value


def _filled(text: Text, content: Content, gaps: dict[str, int]) -> Text:
    lacking = [language for language in content.languages if language not in text]
    for language in lacking:
        gaps[language] += 1
    return text | dict.fromkeys(lacking, f"{GAP}{text[content.default_language]}{END}")


def _sections(content: Content, now: dt.datetime) -> Iterator[tuple[str, list[Say]]]:
    today, first = now.date(), content.default_language
    yield "Profile", [partial(_plain, content, text) for text in (content.short_description, content.description)]
    pages = (basics.start, basics.help_text, basics.about, basics.privacy)
    yield "Start, help, about, privacy", [partial(say, content) for say in pages]
    yield "Campaign and letter", [partial(say, content) for say in (campaign.campaign, campaign.letter)]
    yield "The topics", [partial(facts.topics, content)]
    for topic, found in content.facts_by_topic.items():
        title = to_plain(content.say(content.topic_by_id[topic].title, first))
        yield f"Facts: {title}", [partial(_fact, content, fact.id) for fact in found]
    pieces = range(0, len(content.timeline), ENTRIES_A_PAGE)
    yield "Timeline", [partial(_timeline, content, start) for start in pieces]
    days = [Item(one, Notice.DAY) for one in coming(content.anniversaries, today)]
    yield "Reminders", [partial(_reminder, content, item) for item in days]
    yield "Subscribing and settings", [partial(say, content, now) for say in (_subscribed, _next, _settings, _zones)]


def _plain(content: Content, text: Text, language: str) -> Message:
    return Message(escape(to_plain(content.say(text, language))))


def _fact(content: Content, fact_id: str, language: str) -> Message:
    return facts.one(content, language, content.fact_by_id[fact_id])


def _timeline(content: Content, first: int, language: str) -> Message:
    return timeline.at(content, language, first)


def _reminder(content: Content, item: Item, language: str) -> Message:
    return reminder.reminder(content, language, [item], Group(content.zone, content.hour))


def _subscribed(content: Content, now: dt.datetime, language: str) -> Message:
    return subscription.subscribed(content, language, ChatSettings(), now, new=True)


def _next(content: Content, now: dt.datetime, language: str) -> Message:
    return subscription.upcoming(content, language, ChatSettings(), now.date(), subscribed=True)


def _settings(content: Content, _now: dt.datetime, language: str) -> Message:
    return settings.reminders(content, language, ChatSettings(), subscribed=True)


def _zones(content: Content, now: dt.datetime, language: str) -> Message:
    return places.countries(language, content.countries, now, content.zone, chosen=False)


def _head(language: str, gaps: int) -> str:
    lacks = f"{gaps} texts lack" if gaps else "complete"
    return f"<div><strong>{escape(own_name(language))}</strong><span>{language} · {lacks}</span></div>"


def _section(number: int, name: str, says: list[Say], languages: tuple[str, ...]) -> str:
    rows = "".join(f'<div class="row-of">{"".join(_cell(say, one) for one in languages)}</div>' for say in says)
    return f'<section><h2 id="{number}">{escape(name)}</h2>{rows}</section>'


def _cell(say: Say, language: str) -> str:
    """A message as a bubble. Its text is of Telegram's HTML, which every browser reads alike."""
    message = say(language)
    picture = f'<div class="picture">picture: {escape(message.media[0].name)}</div>' if message.media else ""
    keys = "".join(
        f'<div class="row">{"".join(f"<div class=key>{escape(button.label)}</div>" for button in row)}</div>'
        for row in message.buttons
    )
    direction = "rtl" if right_to_left(language) else "ltr"
    bubble = f'<div class="inner">{picture}<div class="text">{_shown(message.text)}</div></div>'
    name = f'<div class="name">{escape(own_name(language))}</div>'
    return f'<div class="cell" lang="{language}" dir="{direction}">{name}{bubble}{_shown(keys)}</div>'


def _shown(html: str) -> str:
    return html.replace(GAP, "<mark>").replace(END, "</mark>")
