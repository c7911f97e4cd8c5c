"""Typesetting: chooses fonts, measures texts, breaks them into lines and draws these."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import ImageDraw, ImageFont

FONTS = Path(__file__).parent / "fonts"
_SPACES = re.compile(r"[ \t\n\r\f\v]+")  # without no-break spaces, which hold words together
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class TextStyle:
    """Font size, leading (both in pixels), colour and weight of a text."""

    size: int
    leading: int  # distance between baselines
    colour: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class TextRun:
    """A stretch of text in a single style."""

    text: str
    style: TextStyle


Line = tuple[TextRun, ...]


def break_lines(runs: Line, width: float, max_lines: int) -> list[Line]:
    """Break runs of the same size into lines of at most `width` pixels.

    If there are more than `max_lines`, the last line kept ends with an ellipsis.
    """
    lines: list[Line] = []
    line: list[TextRun] = []
    for word in _split_words(runs, width):
        extended = _append_word(line, word)
        if line and _measure_line(extended) > width:
            lines.append(tuple(line))
            extended = [word]
            if len(lines) == max_lines:
                lines[-1] = _add_ellipsis(lines[-1], width)
                return lines
        line = extended
    return [*lines, tuple(line)] if line else lines


def _split_words(runs: Line, width: float) -> Iterator[TextRun]:
    """Every word; one that is wider than `width` is split into pieces that fit."""
    for run in runs:
        for word in filter(None, _SPACES.split(_remove_invisible(run.text))):
            rest = word
            while measure(rest, run.style) > width:
                count = _count_fitting(rest, run.style, width)
                yield TextRun(rest[:count], run.style)
                rest = rest[count:]
            yield TextRun(rest, run.style)


def _remove_invisible(text: str) -> str:
    """The text in NFC, without characters that have no glyph: direction marks, joiners, soft hyphens."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(char for char in composed if char.isspace() or unicodedata.category(char) not in {"Cf", "Cc"})


def _append_word(line: list[TextRun], word: TextRun) -> list[TextRun]:
    if not line:
        return [word]
    if line[-1].style == word.style:
        return [*line[:-1], TextRun(f"{line[-1].text} {word.text}", word.style)]
    return [*line, TextRun(f" {word.text}", word.style)]


def _count_fitting(text: str, style: TextStyle, width: float) -> int:
    """How many characters fit into `width` pixels; at least one."""
    used = 0.0
    for count, char in enumerate(text):
        used += measure(char, style)
        if used > width:
            return max(1, count)
    return max(1, len(text) - 1)  # with kerning, the text is wider than the sum of its characters


def _add_ellipsis(line: Line, width: float) -> Line:
    *kept, last = line
    text = last.text
    while text and _measure_line([*kept, TextRun(text + ELLIPSIS, last.style)]) > width:
        text = text[:-1]
    return (*kept, TextRun(text.rstrip(" ,;:.") + ELLIPSIS, last.style))


def _measure_line(line: list[TextRun]) -> float:
    return sum(measure(run.text, run.style) for run in line)


@lru_cache(maxsize=4096)  # a picture is laid out twice: to see what fits, and to be painted
def measure(text: str, style: TextStyle) -> float:
    """Width of the text in pixels."""
    return sum(font.getlength(piece) for piece, font in _split_by_font(text, style))


def draw_line(draw: ImageDraw.ImageDraw, x: float, baseline: float, line: Line) -> None:
    for run in line:
        for piece, font in _split_by_font(run.text, run.style):
            draw.text((x, baseline), piece, run.style.colour, font, anchor="ls")
            x += font.getlength(piece)


def _split_by_font(text: str, style: TextStyle) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
    for family, chars in groupby(text, _choose_family):
        yield "".join(chars), _load_font(family, style.size, style.bold)


@lru_cache(maxsize=4096)
def _choose_family(char: str) -> str:
    """The font family of the character's script, which its Unicode name contains: "GEORGIAN LETTER AN"."""
    candidates = (f"NotoSans{word.capitalize()}" for word in unicodedata.name(char, "").split())
    return next((family for family in candidates if (FONTS / f"{family}-Bold.ttf").exists()), "NotoSans")


@lru_cache(maxsize=64)
def _load_font(family: str, size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """Uses Pillow's basic layout: Raqm is not on every machine, and the pictures would differ."""
    name = f"{family}-{'Bold' if bold else 'Regular'}.ttf"
    return ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)
