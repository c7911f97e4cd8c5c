"""The pages of the timeline, as text and as pictures."""

from dataclasses import replace
from html import unescape

from outreachbot.domain.callbacks.pages import ShowStrip, ShowTimeline
from outreachbot.domain.content.dates import PartialDate
from outreachbot.domain.content.model import Content, TimelineEntry
from outreachbot.domain.content.paging import Page, cut_page, find_first_after, find_first_in
from outreachbot.domain.messages.message import Media, MediaKind, Message, Rows, escape
from outreachbot.domain.messages.pictures import Event, Strip, is_drawable, list_texts
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import (
    button,
    content_html,
    content_plain,
    format_sources,
    page_row,
    picture_caption,
    source_name,
)


def answer_query(content: Content, language: str, query: str) -> Message:
    """Answers `/timeline`, `/timeline 1992` and `/timeline 1992-02`."""
    _ = words(language)
    if not query or not content.timeline:
        return page_at(content, language, 0)
    try:
        period = PartialDate.parse(query)
    except ValueError:
        how = _("“{query}” is not a date. Write /timeline 1992 or /timeline 1992-02.", query=query[:40])
        return page_at(content, language, 0, notice=how)
    first = find_first_in(content.timeline, period)
    if first is not None:
        return page_at(content, language, first)
    return _nothing_in(content, language, period)


def _nothing_in(content: Content, language: str, period: PartialDate) -> Message:
    _ = words(language)
    first = find_first_after(content.timeline, period)
    if content.timeline[first].date.first_day > period.first_day:
        notice = _("Nothing is written down for {period}. What comes next:", period=_.partial_date(period))
    else:
        notice = _("Nothing is written down for {period}. The last entry:", period=_.partial_date(period))
    return page_at(content, language, first, notice=notice)


def page_at(content: Content, language: str, first: int, notice: str = "") -> Message:
    """The page that begins with entry `first`, counted from 0."""
    _ = words(language)
    if not content.timeline:
        return Message(_("There is no timeline yet."))
    shown = cut_page(content.timeline, first)
    blocks = [notice] if notice else []
    blocks.append(f"<b>{_('Timeline')}</b> · {_period(shown, _)}")
    blocks += [
        f"<b>{_.partial_date(entry.date)}</b>\n{content_html(content, entry.text, language)}\n"
        f"<i>{format_sources(content, entry.sources, _)}</i>"
        for entry in shown.entries
    ]
    return Message("\n\n".join(blocks), (page_row(ShowTimeline, shown, _), *_button(content, language, shown.first)))


def _button(content: Content, language: str, first: int) -> Rows:
    """The button to the picture of the page, if there is a picture."""
    if timeline_strip(content, language, first) is None:
        return ()
    return ((button(words(language)("As a picture"), ShowStrip(first), below=True),),)


def timeline_strip(content: Content, language: str, first: int) -> Strip | None:
    """The same page as a picture; None if there is no timeline, or if the fonts have no glyphs for its letters."""
    if not content.timeline:
        return None
    _ = words(language)
    shown = cut_page(content.timeline, first)
    drawn = Strip(
        heading=unescape(_("Timeline")),
        title=unescape(_period(shown, _)),
        events=tuple(_event(content, language, entry) for entry in shown.entries),
        signed=content_plain(content, content.title, language),
    )
    return drawn if is_drawable(*list_texts(drawn)) else None


def _event(content: Content, language: str, entry: TimelineEntry) -> Event:
    _ = words(language)
    names = "; ".join(source_name(content.source_by_id[source_id], _) for source_id in entry.sources)
    return Event(_.partial_date(entry.date), content_plain(content, entry.text, language), names)


def strip_page(content: Content, language: str, first: int, drawn: Strip, count: int) -> Message:
    """`count` entries of that page as a picture, with the same as text."""
    _ = words(language)
    whole = cut_page(content.timeline, first)
    shown = replace(whole, entries=whole.entries[:count])
    lines = (
        f"<b>{_.partial_date(entry.date)}</b> — {content_html(content, entry.text, language)}"
        for entry in shown.entries
    )
    caption = picture_caption(f"<b>{_('Timeline')}</b> · {_period(shown, _)}", lines)
    back_to_text = button(_("As text, with the sources"), ShowTimeline(shown.first), below=True)
    name = f"strip:{shown.first}:{language}"
    part = replace(drawn, title=unescape(_period(shown, _)), events=drawn.events[:count])
    rows = (page_row(ShowStrip, shown, _), (back_to_text,))
    return Message(caption, rows, (Media(MediaKind.PHOTO, name=name, drawn=part),))


def _period(shown: Page[TimelineEntry], _: Words) -> str:
    first, last = shown.entries[0].date, shown.entries[-1].date
    months = [PartialDate(year=date.year, month=date.month) for date in (first, last)]
    names = [escape(_.partial_date(month)) for month in months]
    return names[0] if names[0] == names[1] else f"{names[0]} – {names[1]}"
