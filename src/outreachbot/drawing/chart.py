"""Draws a figure of a chart: the number, what it counts, a bar on the common scale and who states it."""

from PIL import ImageDraw

from outreachbot.domain.messages.pictures import Bar, Chart, End
from outreachbot.drawing.sheet import ACCENT, GREY, INK, MARGIN, PALE, WIDTH, ShapePainter, Sheet
from outreachbot.drawing.typesetting import TextRun, TextStyle

AMOUNT = TextStyle(44, 58, INK, bold=True)
COUNTS = TextStyle(44, 58, INK)
STATED = TextStyle(34, 46, GREY)
THICKNESS = 32
GAP = 40
CORNER_RADIUS, TIP, OUTLINE = 6, 22, 4
TRACK = WIDTH - 2 * MARGIN
LONGEST = TRACK - TIP  # length of the bar for the largest number
SHORTEST = 8  # so that even 0 is visible


def draw_figure(sheet: Sheet, chart: Chart, bar: Bar) -> None:
    sheet.add_text(TextRun(bar.amount, AMOUNT), TextRun(bar.counts, COUNTS), max_lines=4)
    sheet.add_space(8)
    _draw_bar(sheet, chart, bar)
    sheet.add_space(THICKNESS + 8)
    sheet.add_text(TextRun(bar.stated, STATED), max_lines=3)
    sheet.add_space(GAP)


def _draw_bar(sheet: Sheet, chart: Chart, bar: Bar) -> None:
    left, right = bar_extent(bar, chart.scale)
    box = (MARGIN, round(sheet.y), MARGIN + TRACK, round(sheet.y) + THICKNESS)
    sheet.add_shape(box, PALE, _filled_bar(0, TRACK))
    match bar.end:
        case End.CLOSED:
            sheet.add_shape(box, ACCENT, _filled_bar(left, right))
        case End.OPEN:
            sheet.add_shape(box, ACCENT, _pointed_bar(left, right))
        case End.LIMIT:
            sheet.add_shape(box, ACCENT, _outlined_bar(left, right))


def bar_extent(bar: Bar, scale: int) -> tuple[float, float]:
    """Start and end of a bar, in pixels from the left end of the scale."""
    low, high = (min(max(value / scale, 0.0), 1.0) * LONGEST if scale > 0 else 0.0 for value in (bar.low, bar.high))
    left = min(low, LONGEST - SHORTEST)
    return left, max(high, left + SHORTEST)


def _filled_bar(left: float, right: float) -> ShapePainter:
    def paint(draw: ImageDraw.ImageDraw, factor: int) -> None:
        draw.rounded_rectangle(
            (left * factor, 0, right * factor - 1, THICKNESS * factor - 1), CORNER_RADIUS * factor, fill=255
        )

    return paint


def _pointed_bar(left: float, right: float) -> ShapePainter:
    """A bar with a tip beyond the number, because there may be more."""

    def paint(draw: ImageDraw.ImageDraw, factor: int) -> None:
        _filled_bar(left, right)(draw, factor)
        middle = (left + right) / 2
        corners = ((middle, 0), (right, 0), (right + TIP, THICKNESS / 2), (right, THICKNESS), (middle, THICKNESS))
        draw.polygon([(x * factor, y * factor - (y == THICKNESS)) for x, y in corners], fill=255)

    return paint


def _outlined_bar(left: float, right: float) -> ShapePainter:
    def paint(draw: ImageDraw.ImageDraw, factor: int) -> None:
        box = (left * factor, 0, right * factor - 1, THICKNESS * factor - 1)
        draw.rounded_rectangle(box, CORNER_RADIUS * factor, outline=255, width=OUTLINE * factor)

    return paint
