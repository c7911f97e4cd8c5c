"""Pieces that several messages share: sources, navigation, the buttons under what is pushed, moments."""

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from outreachbot.domain.content import Content, Reading, Source
from outreachbot.domain.markup import to_html
from outreachbot.domain.message import Button, escape
from outreachbot.views.i18n import Words

# Data of buttons. A leading + means: answer below, leave the message that holds the button as it is.
FACTS = "facts"
FACT = "fact"
TIMELINE = "timeline"
CAMPAIGN = "campaign"
LETTER = "letter"
SUBSCRIBE = "subscribe"
UNSUBSCRIBE = "unsubscribe"
REMINDERS = "reminders"
SKIP = "skip"
ZONE = "zone"
CALENDAR = "calendar"
BROADCAST = "broadcast"
CONTENT = "content"
HERE = "here"  # the button between the arrows, which only says where we are
BELOW = "+"


def sources_line(content: Content, ids: Iterable[str], words: Words) -> str:
    """The sources as links, each with how far it has been read where that is less than in part."""
    return "; ".join(source_link(content.source_by_id[one], words) for one in ids)


def source_link(source: Source, words: Words) -> str:
    """Publisher and year, as a link: the short form, beside a text."""
    return _linked(source, _publisher(source)) + _caution(source.read, words)


def titled(source: Source, words: Words) -> str:
    """Title, publisher and year, the title as a link: the long form, in a list of sources."""
    return f"{_linked(source, source.title)}. {escape(_publisher(source))}{_caution(source.read, words)}"


def _publisher(source: Source) -> str:
    return source.publisher if source.year is None else f"{source.publisher}, {source.year}"


def _linked(source: Source, name: str) -> str:
    return f'<a href="{escape(source.url)}">{escape(name)}</a>' if source.url else escape(name)


def _caution(read: Reading, words: Words) -> str:
    match read:
        case Reading.FULL | Reading.PART:
            return ""
        case Reading.COPY:
            return f" ({words('read as a copy')})"
        case Reading.REPORT:
            return f" ({words('as reported by others')})"
        case Reading.NOT_CHECKED:
            return f" ({words('not checked')})"


def said(content: Content, text: dict[str, str], language: str) -> str:
    """A text of the content as HTML."""
    return to_html(content.say(text, language).strip())


def arrows(back: str | None, place: str, forward: str | None) -> tuple[Button, ...]:
    """A row to page with: back and forward where there is somewhere to go, and where we are."""
    row = [Button("‹", back)] if back else []
    row.append(Button(place, HERE))
    return (*row, *([Button("›", forward)] if forward else []))


def push_buttons(words: Words) -> tuple[tuple[Button, ...], ...]:
    """Under everything that is sent without being asked for."""
    return ((Button(words("Unsubscribe"), BELOW + UNSUBSCRIBE),),)


def duration(seconds: float, _: Words) -> str:
    """A span of time in the coarsest words that are true enough: seconds, minutes or hours."""
    if seconds < 90:
        return _.plural("{n} second", "{n} seconds", max(1, round(seconds)))
    if seconds < 5400:
        return _.plural("{n} minute", "{n} minutes", round(seconds / 60))
    return _.plural("{n} hour", "{n} hours", round(seconds / 3600))


def moment(at: dt.datetime, zone: str, _: Words) -> str:
    """A moment as the clocks of the zone show it."""
    local = at.astimezone(ZoneInfo(zone))
    return _("{date} at {hour} ({zone} time)", date=_.date(local.date()), hour=f"{local:%H:%M}", zone=zone)
