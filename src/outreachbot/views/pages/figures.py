"""The figures of a fact, side by side and never added up: as text, and as a chart."""

from dataclasses import replace
from html import unescape

from outreachbot.domain.callbacks.pages import ShowChart, ShowFact
from outreachbot.domain.content.model import Content, Fact, Figure, Precision
from outreachbot.domain.messages.message import Media, MediaKind, Message, Rows, escape
from outreachbot.domain.messages.pictures import Bar, Chart, End, is_drawable, list_texts
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import button, content_html, content_plain, paging_row, picture_caption, source_name

ENDS = {Precision.AT_LEAST: End.OPEN, Precision.MORE_THAN: End.OPEN, Precision.UP_TO: End.LIMIT}
NO_BREAK_SPACE = "\u00a0"  # keeps the number of a source with its text


def figure_sources(fact: Fact) -> list[str]:
    """The ids of all its sources, in the order of their numbers."""
    return list(dict.fromkeys([*fact.sources, *(figure.source for figure in fact.figures)]))


def figure_line(content: Content, language: str, fact: Fact, figure: Figure) -> str:
    """One number with what it counts, who states it, and the number of its source."""
    who = content_html(content, figure.stated_by, language)
    counts = content_html(content, figure.counts, language)
    number = figure_sources(fact).index(figure.source) + 1
    return f"• <b>{format_amount(figure, words(language))}</b> {counts} — {who}, {figure.year} [{number}]"


def format_amount(figure: Figure, _: Words) -> str:
    """A figure as words: 613, at least 161, 500–1,000."""
    if figure.range is not None:
        number = f"{_.number(figure.range[0])}–{_.number(figure.range[1])}"
    else:
        assert figure.number is not None  # checked when the content was read
        number = _.number(figure.number)
    match figure.precision:
        case Precision.EXACT:
            return number
        case Precision.ABOUT:
            return _("about {number}", number=number)
        case Precision.AT_LEAST:
            return _("at least {number}", number=number)
        case Precision.MORE_THAN:
            return _("more than {number}", number=number)
        case Precision.UP_TO:
            return _("up to {number}", number=number)


def chart_button(content: Content, language: str, fact: Fact) -> Rows:
    """The button to the chart, if there is a chart."""
    if figure_chart(content, language, fact) is None:
        return ()
    return ((button(words(language)("As a chart"), ShowChart(fact.id), below=True),),)


def figure_chart(content: Content, language: str, fact: Fact, first: int = 0) -> Chart | None:
    """The chart of the figures from `first` on (counted from 0), on the scale of all.

    None where there is nothing to compare, no such figure, or no letters to write it with.
    """
    if len(fact.figures) < 2 or first >= len(fact.figures):
        return None
    _ = words(language)
    ids = figure_sources(fact)
    shown = fact.figures[first:]
    quoted = sorted({ids.index(figure.source) for figure in shown})
    names = (f"[{n + 1}]{NO_BREAK_SPACE}{source_name(content.source_by_id[ids[n]], _)}" for n in quoted)
    number = content.number_by_id[fact.id]
    drawn = Chart(
        heading=unescape(_("Fact {number}: the figures, side by side", number=number)),
        title=content_plain(content, content.topic_by_id[fact.topic].title, language),
        bars=tuple(_bar(content, language, figure, ids.index(figure.source) + 1) for figure in shown),
        scale=max(_high(figure) for figure in fact.figures),
        notes=(_scale(content, language, fact), unescape(_("Sources: {names}", names="; ".join(names)))),
        signed=content_plain(content, content.title, language),
    )
    return drawn if is_drawable(*list_texts(drawn)) else None


def _scale(content: Content, language: str, fact: Fact) -> str:
    _ = words(language)
    if len({content_plain(content, figure.counts, language) for figure in fact.figures}) > 1:
        return unescape(_("One scale, from 0. The figures count different things and are not added up."))
    return unescape(_("One scale, from 0. Each figure is one source’s; they are not added up."))


def _bar(content: Content, language: str, figure: Figure, number: int) -> Bar:
    return Bar(
        amount=unescape(format_amount(figure, words(language))),
        counts=content_plain(content, figure.counts, language),
        stated=f"{content_plain(content, figure.stated_by, language)}, {figure.year}{NO_BREAK_SPACE}[{number}]",
        low=figure.range[0] if figure.range else 0,
        high=_high(figure),
        end=ENDS.get(figure.precision, End.CLOSED),
    )


def _high(figure: Figure) -> int:
    return figure.range[1] if figure.range else figure.number or 0


def chart_page(content: Content, language: str, fact: Fact, first: int, drawn: Chart, count: int) -> Message:
    """`count` figures from `first` on as a picture, with the same as text; with arrows if there are more."""
    _ = words(language)
    topic = escape(content.say(content.topic_by_id[fact.topic].title, language))
    heading = f"<b>{topic}</b> · {_('fact {number}', number=content.number_by_id[fact.id])}"
    last = first + count
    caption = picture_caption(
        heading, (figure_line(content, language, fact, figure) for figure in fact.figures[first:last])
    )
    rows: Rows = ((button(_("As text, with the sources"), ShowFact(fact.id), below=True),),)
    if count < len(fact.figures):
        back = ShowChart(fact.id) if first else None
        forward = ShowChart(fact.id, last) if last < len(fact.figures) else None
        place = f"{_.number(first + 1)}–{_.number(last)} / {_.number(len(fact.figures))}"
        rows = (paging_row(back, place, forward), *rows)
    name = f"chart:{fact.id}:{first}:{language}"
    shown = replace(drawn, bars=drawn.bars[:count])
    return Message(caption, rows, (Media(MediaKind.PHOTO, name=name, drawn=shown),))
