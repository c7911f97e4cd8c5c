"""Draws an entry of the timeline: a dot on the line, the date, what happened, and its sources."""

from PIL import ImageDraw

from outreachbot.domain.messages.pictures import Event
from outreachbot.drawing.letters import Run, Type
from outreachbot.drawing.sheet import ACCENT, GREY, INK, MARGIN, PALE, Sheet

DATE = Type(44, 60, ACCENT, bold=True)
TEXT = Type(42, 58, INK)
SOURCES = Type(34, 46, GREY)
DOT = 30  # across
LINE = 6
BESIDE = MARGIN + DOT + 40  # where the texts begin
GAP = 44


def event(sheet: Sheet, one: Event, *, is_last: bool) -> None:
    """One entry; the line goes on to the next."""
    top = round(sheet.y)
    below = len(sheet.marks)
    sheet.text(Run(one.date, DATE), x=BESIDE, most=2)
    sheet.text(Run(one.text, TEXT), x=BESIDE, most=24)
    sheet.space(6)
    sheet.text(Run(one.sources, SOURCES), x=BESIDE, most=4)
    sheet.space(GAP)
    middle = top + DATE.leading // 2
    if not is_last:
        left = MARGIN + (DOT - LINE) // 2
        sheet.shape((left, middle, left + LINE, round(sheet.y) + DATE.leading // 2), PALE, _full)
        sheet.marks.insert(below, sheet.marks.pop())  # the line first: the dots are painted on it
    sheet.shape((MARGIN, middle - DOT // 2, MARGIN + DOT, middle + DOT // 2), ACCENT, _dot)


def _full(draw: ImageDraw.ImageDraw, _fine: int) -> None:
    draw.rectangle((0, 0, *draw.im.size), fill=255)


def _dot(draw: ImageDraw.ImageDraw, fine: int) -> None:
    draw.ellipse((0, 0, DOT * fine - 1, DOT * fine - 1), fill=255)
