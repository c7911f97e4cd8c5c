"""The letters of the pictures: fonts, the width of a text, and its lines."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
_WORDS = re.compile(r"[ \t\n\r\f\v]+")  # no-break spaces hold what they stand between
CUT = "…"


@dataclass(frozen=True, slots=True)
class Type:
    """How a text is set; `size` and `leading` in pixels."""

    size: int
    leading: int  # from one line to the next
    colour: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Words that follow each other in one line."""

    text: str
    type: Type


Line = tuple[Run, ...]


def lines(runs: Line, width: float, most: int) -> list[Line]:
    """Runs of one size as lines no wider than this; at most so many, the last of which then ends with an ellipsis."""
    made: list[Line] = []
    line: list[Run] = []
    for run in _words(runs, width):
        wider = _joined(line, run)
        if line and _width(wider) > width:
            made.append(tuple(line))
            wider = [run]
            if len(made) == most:
                made[-1] = _cut(made[-1], width)
                return made
        line = wider
    return [*made, tuple(line)] if line else made


def _words(runs: Line, width: float) -> Iterator[Run]:
    """Every word; a word that is wider than a line in pieces that are not."""
    for run in runs:
        for word in filter(None, _WORDS.split(_plain(run.text))):
            rest = word
            while length(rest, run.type) > width:
                fitting = _fitting(rest, run.type, width)
                yield Run(rest[:fitting], run.type)
                rest = rest[fitting:]
            yield Run(rest, run.type)


def _plain(text: str) -> str:
    """Without what has no shape of its own: marks of direction, joiners, soft hyphens."""
    whole = unicodedata.normalize("NFC", text)
    return "".join(sign for sign in whole if sign.isspace() or unicodedata.category(sign) not in {"Cf", "Cc"})


def _joined(line: list[Run], run: Run) -> list[Run]:
    """The line with one more word behind it."""
    if not line:
        return [run]
    if line[-1].type == run.type:
        return [*line[:-1], Run(f"{line[-1].text} {run.text}", run.type)]
    return [*line, Run(f" {run.text}", run.type)]


def _fitting(text: str, type_: Type, width: float) -> int:
    """How many signs of it are no wider than this; at least one."""
    used = 0.0
    for count, sign in enumerate(text):
        used += length(sign, type_)
        if used > width:
            return max(1, count)
    return max(1, len(text) - 1)  # the pairs of letters stand wider than the letters


def _cut(line: Line, width: float) -> Line:
    *kept, last = line
    text = last.text
    while text and _width([*kept, Run(text + CUT, last.type)]) > width:
        text = text[:-1]
    return (*kept, Run(text.rstrip(" ,;:.") + CUT, last.type))


def _width(line: list[Run]) -> float:
    return sum(length(run.text, run.type) for run in line)


@lru_cache(maxsize=4096)  # a picture's lines are found twice: to know what fits, and to be painted
def length(text: str, type_: Type) -> float:
    """In pixels."""
    return sum(font.getlength(piece) for piece, font in _pieces(text, type_))


def write(draw: ImageDraw.ImageDraw, x: float, baseline: float, line: Line) -> None:
    """Write a line that begins at x."""
    for run in line:
        for piece, font in _pieces(run.text, run.type):
            draw.text((x, baseline), piece, run.type.colour, font, anchor="ls")
            x += font.getlength(piece)


def _pieces(text: str, type_: Type) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
    """The text in stretches of one family."""
    for family, signs in groupby(text, _family):
        yield "".join(signs), _font(family, type_.size, type_.bold)


@lru_cache(maxsize=4096)
def _family(sign: str) -> str:
    """A script that has a font of its own stands in the sign's name: Georgian, in "GEORGIAN LETTER AN"."""
    own = (f"NotoSans{word.capitalize()}" for word in unicodedata.name(sign, "").split())
    return next((family for family in own if (FONTS / f"{family}-Bold.ttf").exists()), "NotoSans")


@lru_cache(maxsize=64)
def _font(family: str, size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """Laid out by Pillow itself: whether Raqm is there depends on the machine, and would make other pictures."""
    name = f"{family}-{'Bold' if bold else 'Regular'}.ttf"
    return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)
