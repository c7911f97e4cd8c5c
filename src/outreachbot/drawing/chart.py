"""Draws a figure: the number as it is written, what it counts, a bar on the common scale, and who states it."""

from PIL import ImageDraw

from outreachbot.domain.messages.pictures import Bar, Chart, End
from outreachbot.drawing.letters import Run, Type
from outreachbot.drawing.sheet import ACCENT, GREY, INK, MARGIN, PALE, WIDTH, Shape, Sheet

AMOUNT = Type(44, 58, INK, bold=True)
COUNTS = Type(44, 58, INK)
STATED = Type(34, 46, GREY)
THICK = 32
GAP = 40
ROUND, POINT, LINE = 6, 22, 4
FULL = WIDTH - 2 * MARGIN
LONGEST = FULL - POINT  # the bar of the largest number
LEAST = 8


def bar(sheet: Sheet, chart: Chart, one: Bar) -> None:
    """One figure."""
    sheet.text(Run(one.amount, AMOUNT), Run(one.counts, COUNTS), most=4)
    sheet.space(8)
    _bar(sheet, chart, one)
    sheet.space(THICK + 8)
    sheet.text(Run(one.stated, STATED), most=3)
    sheet.space(GAP)


def _bar(sheet: Sheet, chart: Chart, one: Bar) -> None:
    left, right = extent(one, chart.scale)
    place = (MARGIN, round(sheet.y), MARGIN + FULL, round(sheet.y) + THICK)
    sheet.shape(place, PALE, _filled(0, FULL))
    match one.end:
        case End.CLOSED:
            sheet.shape(place, ACCENT, _filled(left, right))
        case End.OPEN:
            sheet.shape(place, ACCENT, _pointed(left, right))
        case End.LIMIT:
            sheet.shape(place, ACCENT, _outlined(left, right))


def extent(one: Bar, scale: int) -> tuple[float, float]:
    """Where a bar begins and ends, in pixels from the left; even 0 is a bar that can be seen."""
    low, high = (min(max(value / scale, 0.0), 1.0) * LONGEST if scale > 0 else 0.0 for value in (one.low, one.high))
    left = min(low, LONGEST - LEAST)
    return left, max(high, left + LEAST)


def _filled(left: float, right: float) -> Shape:
    def shape(draw: ImageDraw.ImageDraw, fine: int) -> None:
        draw.rounded_rectangle((left * fine, 0, right * fine - 1, THICK * fine - 1), ROUND * fine, fill=255)

    return shape


def _pointed(left: float, right: float) -> Shape:
    """Ends with a point beyond the number: there may be more."""

    def shape(draw: ImageDraw.ImageDraw, fine: int) -> None:
        _filled(left, right)(draw, fine)
        middle = (left + right) / 2
        corners = ((middle, 0), (right, 0), (right + POINT, THICK / 2), (right, THICK), (middle, THICK))
        draw.polygon([(x * fine, y * fine - (y == THICK)) for x, y in corners], fill=255)

    return shape


def _outlined(left: float, right: float) -> Shape:
    def shape(draw: ImageDraw.ImageDraw, fine: int) -> None:
        box = (left * fine, 0, right * fine - 1, THICK * fine - 1)
        draw.rounded_rectangle(box, ROUND * fine, outline=255, width=LINE * fine)

    return shape
