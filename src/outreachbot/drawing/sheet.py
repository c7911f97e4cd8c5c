"""The sheet that a picture is drawn on: filled from the top, painted at the end."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from outreachbot.drawing import letters
from outreachbot.drawing.letters import Line, Run

WIDTH = 1080  # pixels; a phone shows them some 390 points wide
HIGHEST = 2376  # 2.2 times the width: still a phone's screen, and far from what sendPhoto refuses (ratio 20)
MARGIN = 64
PAPER, INK, GREY, ACCENT, PALE = "#FBF9F4", "#1E2327", "#586067", "#2A5D72", "#DCE5E8"
_FINE = 4  # shapes are drawn so many times larger and made smaller, for smooth edges

Mark = Callable[[Image.Image, ImageDraw.ImageDraw], None]
Shape = Callable[[ImageDraw.ImageDraw, int], None]
"""Draws in white, with every measure times the number that it is given."""


@dataclass(slots=True)
class Sheet:
    """What is on it so far, and how far down that reaches."""

    y: float = MARGIN
    marks: list[Mark] = field(default_factory=list)

    def space(self, height: float) -> None:
        self.y += height

    def text(self, *runs: Run, x: float = MARGIN, most: int) -> None:
        """A paragraph from x to the right margin, of at most so many lines."""
        for line in letters.lines(runs, WIDTH - MARGIN - x, most):
            self.line(x, line)

    def line(self, x: float, line: Line) -> None:
        type_ = line[0].type
        baseline = round(self.y + (type_.leading + type_.size * 0.72) / 2)  # capitals are 0.72 high: in the middle
        self.marks.append(lambda _image, draw: letters.write(draw, x, baseline, line))
        self.y += type_.leading

    def shape(self, box: tuple[int, int, int, int], colour: str, shape: Shape) -> None:
        """A shape in a box (left, top, right, bottom), in the shape's own measures from the box's corner."""
        left, top, right, bottom = box

        def paint(image: Image.Image, _draw: ImageDraw.ImageDraw) -> None:
            mask = Image.new("L", ((right - left) * _FINE, (bottom - top) * _FINE))
            shape(ImageDraw.Draw(mask), _FINE)
            smooth = mask.resize((right - left, bottom - top), Image.Resampling.BOX)
            image.paste(colour, (left, top), smooth)

        self.marks.append(paint)


def paint(sheet: Sheet, colours: int | None = None) -> bytes:
    """As a PNG, with at most so many colours."""
    image = Image.new("RGB", (WIDTH, round(sheet.y + MARGIN)), PAPER)
    draw = ImageDraw.Draw(image)
    for mark in sheet.marks:
        mark(image, draw)
    if colours is not None:
        image = image.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()
