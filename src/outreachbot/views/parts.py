"""Parts that several messages share: sources, buttons, paging, captions, durations and moments."""

import datetime as dt
from collections.abc import Callable, Iterable
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from outreachbot.domain.callbacks import Callback, encode
from outreachbot.domain.callbacks.pages import StayHere, Unsubscribe
from outreachbot.domain.content.model import Content, Reading, Source
from outreachbot.domain.content.paging import Page
from outreachbot.domain.messages.markup import to_html, to_plain
from outreachbot.domain.messages.message import MAX_CAPTION, Button, Rows, escape, shown_length
from outreachbot.views.i18n import Words


def format_sources(content: Content, ids: Iterable[str], _: Words) -> str:
    """The sources as links, each with a caution if nobody has read it at its own address."""
    return "; ".join(source_link(content.source_by_id[source_id], _) for source_id in ids)


def source_link(source: Source, _: Words) -> str:
    """Publisher and year, as a link: the short form, beside a text."""
    return _linked(source, _publisher(source)) + _caution(source.read, _)


def source_name(source: Source, _: Words) -> str:
    """The same as plain text."""
    return _publisher(source) + unescape(_caution(source.read, _))


def source_title(source: Source, _: Words) -> str:
    """Title, publisher and year, the title as a link: the long form, in a list of sources."""
    return f"{_linked(source, source.title)}. {escape(_publisher(source))}{_caution(source.read, _)}"


def _publisher(source: Source) -> str:
    return source.publisher if source.year is None else f"{source.publisher}, {source.year}"


def _linked(source: Source, name: str) -> str:
    return f'<a href="{escape(source.url)}">{escape(name)}</a>' if source.url else escape(name)


def _caution(read: Reading, _: Words) -> str:
    match read:
        case Reading.FULL | Reading.PART:
            return ""
        case Reading.COPY:
            return f" ({_('read as a copy')})"
        case Reading.REPORT:
            return f" ({_('as reported by others')})"
        case Reading.NOT_CHECKED:
            return f" ({_('not checked')})"


def content_html(content: Content, text: dict[str, str], language: str) -> str:
    """A text of the content as HTML."""
    return to_html(content.say(text, language).strip())


def content_plain(content: Content, text: dict[str, str], language: str) -> str:
    """A text of the content without its markup."""
    return to_plain(content.say(text, language)).strip()


def button(label: str, callback: Callback, *, below: bool = False) -> Button:
    """A button with this callback; `below`: the answer is a new message, and this one stays as it is."""
    return Button(label, encode(callback, below=below))


def in_rows(buttons: Iterable[Button], width: int) -> Rows:
    """These buttons in rows of at most `width`."""
    row = list(buttons)
    return tuple(tuple(row[start : start + width]) for start in range(0, len(row), width))


def paging_row(back: Callback | None, place: str, forward: Callback | None) -> tuple[Button, ...]:
    """The position between "back" and "forward"; None leaves one of these out."""
    row = [button("‹", back)] if back else []
    row.append(button(place, StayHere()))
    return (*row, *([button("›", forward)] if forward else []))


def picture_caption(heading: str, lines: Iterable[str]) -> str:
    """What a picture shows, as HTML: the heading and as many lines as fit into a caption."""
    text = heading
    for line in lines:
        if shown_length(f"{text}\n{line}\n…") > MAX_CAPTION:
            return f"{text}\n…"
        text = f"{text}\n{line}"
    return text


def page_row(show: Callable[[int], Callback], shown: Page[Any], _: Words) -> tuple[Button, ...]:
    """A row to page through a list; `show` returns the callback for the page that begins with an entry."""
    place = f"{_.number(shown.first + 1)}–{_.number(shown.last + 1)} / {_.number(shown.of)}"
    back, forward = (None if first is None else show(first) for first in (shown.earlier, shown.later))
    return paging_row(back, place, forward)


def unsubscribe_buttons(_: Words) -> Rows:
    """The row under everything that is sent unasked."""
    return ((button(_("Unsubscribe"), Unsubscribe(), below=True),),)


def format_duration(seconds: float, _: Words) -> str:
    """A duration, rounded to seconds, minutes or hours."""
    if seconds < 90:
        return _.plural("{n} second", "{n} seconds", max(1, round(seconds)))
    if seconds < 5400:
        return _.plural("{n} minute", "{n} minutes", round(seconds / 60))
    return _.plural("{n} hour", "{n} hours", round(seconds / 3600))


def format_moment(at: dt.datetime, zone: str, _: Words) -> str:
    """A moment as date and time in the zone (IANA name)."""
    local = at.astimezone(ZoneInfo(zone))
    return _("{date} at {hour} ({zone} time)", date=_.date(local.date()), hour=f"{local:%H:%M}", zone=zone)
