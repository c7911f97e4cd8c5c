"""The sheet a picture is laid out on from top to bottom, before it is painted."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from outreachbot.drawing import typesetting
from outreachbot.drawing.typesetting import Line, TextRun

WIDTH = 1080  # pixels; about 390 points on a phone
MAX_HEIGHT = 2376  # 2.2 times the width, as a phone's screen; sendPhoto only refuses ratios above 20
MARGIN = 64
PAPER, INK, GREY, ACCENT, PALE = "#FBF9F4", "#1E2327", "#586067", "#2A5D72", "#DCE5E8"
_OVERSAMPLING = 4  # shapes are drawn this many times larger and scaled down, for smooth edges

Painter = Callable[[Image.Image, ImageDraw.ImageDraw], None]
ShapePainter = Callable[[ImageDraw.ImageDraw, int], None]
"""Draws a shape in white, with all dimensions multiplied by the given factor."""


@dataclass(slots=True)
class Sheet:
    """The content so far, and the y coordinate where it ends."""

    y: float = MARGIN
    painters: list[Painter] = field(default_factory=list)

    def add_space(self, height: float) -> None:
        self.y += height

    def add_text(self, *runs: TextRun, x: float = MARGIN, max_lines: int) -> None:
        """Add a paragraph between x and the right margin."""
        for line in typesetting.break_lines(runs, WIDTH - MARGIN - x, max_lines):
            self.add_line(x, line)

    def add_line(self, x: float, line: Line) -> None:
        style = line[0].style
        baseline = round(self.y + (style.leading + style.size * 0.72) / 2)  # centres capitals, 0.72 of the size high
        self.painters.append(lambda _image, draw: typesetting.draw_line(draw, x, baseline, line))
        self.y += style.leading

    def add_shape(self, box: tuple[int, int, int, int], colour: str, paint_shape: ShapePainter) -> None:
        """Add a shape in a box (left, top, right, bottom); the shape's coordinates are relative to the box."""
        left, top, right, bottom = box

        def paint(image: Image.Image, _draw: ImageDraw.ImageDraw) -> None:
            mask = Image.new("L", ((right - left) * _OVERSAMPLING, (bottom - top) * _OVERSAMPLING))
            paint_shape(ImageDraw.Draw(mask), _OVERSAMPLING)
            smooth = mask.resize((right - left, bottom - top), Image.Resampling.BOX)
            image.paste(colour, (left, top), smooth)

        self.painters.append(paint)


def paint(sheet: Sheet, colours: int | None = None) -> bytes:
    """The sheet as a PNG; `colours` limits the number of colours."""
    image = Image.new("RGB", (WIDTH, round(sheet.y + MARGIN)), PAPER)
    draw = ImageDraw.Draw(image)
    for painter in sheet.painters:
        painter(image, draw)
    if colours is not None:
        image = image.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6)
    return out.getvalue()
