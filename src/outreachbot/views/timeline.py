"""Says the timeline, a period at a time."""

from outreachbot.domain.content import Content, PartialDate
from outreachbot.domain.message import Button, Message, escape
from outreachbot.domain.periods import Page, page, page_with
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import TIMELINE, arrows, said, sources_line


def answer(content: Content, language: str, query: str) -> Message:
    """What `/timeline`, `/timeline 1992` and `/timeline 1992-02` say."""
    _ = words(language)
    if not query:
        return at(content, language, 0)
    try:
        period = PartialDate.parse(query)
    except ValueError:
        how = _("“{query}” is not a date. Write /timeline 1992 or /timeline 1992-02.", query=query[:40])
        return at(content, language, 0, notice=how)
    if not content.timeline:
        return at(content, language, 0)
    return at(content, language, page_with(content.timeline, period))


def at(content: Content, language: str, number: int, notice: str = "") -> Message:
    """That page of the timeline."""
    _ = words(language)
    if not content.timeline:
        return Message(_("There is no timeline yet."))
    shown = page(content.timeline, number)
    blocks = [notice] if notice else []
    blocks.append(f"<b>{_('Timeline')}</b> · {_period(shown, _)}")
    blocks += [
        f"<b>{_.partial_date(entry.date)}</b>\n{said(content, entry.text, language)}\n"
        f"<i>{sources_line(content, entry.sources, _)}</i>"
        for entry in shown.entries
    ]
    return Message("\n\n".join(blocks), (_arrows(shown),) if shown.of > 1 else ())


def _period(shown: Page, _: Words) -> str:
    first, last = shown.entries[0].date, shown.entries[-1].date
    months = [PartialDate(year=date.year, month=date.month) for date in (first, last)]
    names = [escape(_.partial_date(month)) for month in months]
    return names[0] if names[0] == names[1] else f"{names[0]} – {names[1]}"


def _arrows(shown: Page) -> tuple[Button, ...]:
    back = f"{TIMELINE}:{shown.number - 1}" if shown.number else None
    forward = f"{TIMELINE}:{shown.number + 1}" if shown.number + 1 < shown.of else None
    return arrows(back, f"{shown.number + 1} / {shown.of}", forward)
