"""Lays out and paints a picture: heading, items and notes, in a height that is readable on a phone."""

import hashlib
from functools import cache, lru_cache
from pathlib import Path

import PIL

from outreachbot.domain.messages.pictures import Bar, Chart, Drawn, Event
from outreachbot.drawing import chart, strip
from outreachbot.drawing.sheet import ACCENT, GREY, INK, MAX_HEIGHT, Sheet, paint
from outreachbot.drawing.typesetting import FONTS, TextRun, TextStyle

HEADING = TextStyle(36, 50, ACCENT, bold=True)
TITLE = TextStyle(60, 76, INK, bold=True)
NOTE = TextStyle(34, 46, GREY)
SIGNATURE = TextStyle(34, 46, ACCENT, bold=True)


def png(drawn: Drawn) -> bytes:
    return paint(_lay_out(drawn))


def small(drawn: Drawn) -> bytes:
    return paint(_lay_out(drawn), colours=32)


def _lay_out(drawn: Drawn) -> Sheet:
    sheet = _start_sheet(drawn)
    for item in drawn.items:
        _add_item(sheet, drawn, item)
    return _add_footer(sheet, drawn)


@lru_cache(maxsize=512)
def fitting(drawn: Drawn) -> int:
    bottom = MAX_HEIGHT - _add_footer(Sheet(), drawn).y
    sheet = _start_sheet(drawn)
    count = 0
    for item in drawn.items:
        _add_item(sheet, drawn, item)
        if sheet.y > bottom and count:
            break
        count += 1
    return count


def _start_sheet(drawn: Drawn) -> Sheet:
    sheet = Sheet()
    sheet.add_text(TextRun(drawn.heading, HEADING), max_lines=2)
    sheet.add_text(TextRun(drawn.title, TITLE), max_lines=3)
    sheet.add_space(40)
    return sheet


def _add_item(sheet: Sheet, drawn: Drawn, item: Bar | Event) -> None:
    if isinstance(drawn, Chart):
        assert isinstance(item, Bar)
        chart.draw_figure(sheet, drawn, item)
    else:
        assert isinstance(item, Event)
        strip.draw_event(sheet, item, is_last=item is drawn.events[-1])


def _add_footer(sheet: Sheet, drawn: Drawn) -> Sheet:
    for note in drawn.notes:
        sheet.add_text(TextRun(note, NOTE), max_lines=8)
        sheet.add_space(10)
    sheet.add_text(TextRun(drawn.signed, SIGNATURE), max_lines=1)
    return sheet


@cache
def style() -> str:
    digest = hashlib.sha256(PIL.__version__.encode())
    for path in sorted([*Path(__file__).parent.glob("*.py"), *FONTS.glob("*.ttf")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
