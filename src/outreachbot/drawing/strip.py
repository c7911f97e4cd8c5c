"""Draws an entry of the timeline: a dot on the line, the date, the text and its sources."""

from PIL import ImageDraw

from outreachbot.domain.messages.pictures import Event
from outreachbot.drawing.sheet import ACCENT, GREY, INK, MARGIN, PALE, Sheet
from outreachbot.drawing.typesetting import TextRun, TextStyle

DATE = TextStyle(44, 60, ACCENT, bold=True)
TEXT = TextStyle(42, 58, INK)
SOURCES = TextStyle(34, 46, GREY)
DOT_DIAMETER = 30
LINE_WIDTH = 6
TEXT_LEFT = MARGIN + DOT_DIAMETER + 40
GAP = 44


def draw_event(sheet: Sheet, event: Event, *, is_last: bool) -> None:
    """Draw an entry and, unless it is the last one, the line to the next."""
    top = round(sheet.y)
    first = len(sheet.painters)
    sheet.add_text(TextRun(event.date, DATE), x=TEXT_LEFT, max_lines=2)
    sheet.add_text(TextRun(event.text, TEXT), x=TEXT_LEFT, max_lines=24)
    sheet.add_space(6)
    sheet.add_text(TextRun(event.sources, SOURCES), x=TEXT_LEFT, max_lines=4)
    sheet.add_space(GAP)
    middle = top + DATE.leading // 2
    if not is_last:
        left = MARGIN + (DOT_DIAMETER - LINE_WIDTH) // 2
        sheet.add_shape((left, middle, left + LINE_WIDTH, round(sheet.y) + DATE.leading // 2), PALE, _paint_box)
        sheet.painters.insert(first, sheet.painters.pop())  # below the dots
    sheet.add_shape(
        (MARGIN, middle - DOT_DIAMETER // 2, MARGIN + DOT_DIAMETER, middle + DOT_DIAMETER // 2), ACCENT, _paint_dot
    )


def _paint_box(draw: ImageDraw.ImageDraw, _factor: int) -> None:
    draw.rectangle((0, 0, *draw.im.size), fill=255)


def _paint_dot(draw: ImageDraw.ImageDraw, factor: int) -> None:
    draw.ellipse((0, 0, DOT_DIAMETER * factor - 1, DOT_DIAMETER * factor - 1), fill=255)
