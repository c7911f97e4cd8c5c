"""Draws a picture: its heading, as many of its items as are readable on a phone's screen, and its notes."""

import hashlib
from functools import cache, lru_cache
from pathlib import Path

import PIL

from outreachbot.domain.messages.pictures import Bar, Chart, Drawn, Event
from outreachbot.drawing import chart, strip
from outreachbot.drawing.letters import FONTS, Run, Type
from outreachbot.drawing.sheet import ACCENT, GREY, HIGHEST, INK, Sheet, paint

HEADING = Type(36, 50, ACCENT, bold=True)
TITLE = Type(60, 76, INK, bold=True)
NOTE = Type(34, 46, GREY)
SIGNED = Type(34, 46, ACCENT, bold=True)


def png(drawn: Drawn) -> bytes:
    """The picture; the same for the same words, as long as `style` is the same. Some 100 ms of work."""
    return paint(_whole(drawn))


def small(drawn: Drawn) -> bytes:
    """The same in so few colours that it takes a third of the bytes: hardly to be told from it on a screen."""
    return paint(_whole(drawn), colours=32)


def _whole(drawn: Drawn) -> Sheet:
    sheet = _head(drawn)
    for item in drawn.items:
        _item(sheet, drawn, item)
    return _foot(sheet, drawn)


@lru_cache(maxsize=512)
def fitting(drawn: Drawn) -> int:
    """How many of its items, from the first on, one picture can show so that a phone's owner can read them."""
    room = HIGHEST - _foot(Sheet(), drawn).y
    sheet = _head(drawn)
    count = 0
    for item in drawn.items:
        _item(sheet, drawn, item)
        if sheet.y > room and count:
            break
        count += 1
    return count


def _head(drawn: Drawn) -> Sheet:
    sheet = Sheet()
    sheet.text(Run(drawn.heading, HEADING), most=2)
    sheet.text(Run(drawn.title, TITLE), most=3)
    sheet.space(40)
    return sheet


def _item(sheet: Sheet, drawn: Drawn, item: Bar | Event) -> None:
    if isinstance(drawn, Chart):
        assert isinstance(item, Bar)
        chart.bar(sheet, drawn, item)
    else:
        assert isinstance(item, Event)
        strip.event(sheet, item, is_last=item is drawn.events[-1])


def _foot(sheet: Sheet, drawn: Drawn) -> Sheet:
    for note in drawn.notes:
        sheet.text(Run(note, NOTE), most=8)
        sheet.space(10)
    sheet.text(Run(drawn.signed, SIGNED), most=1)
    return sheet


@cache
def style() -> str:
    """Changes with whatever the look of a picture depends on, but for its words."""
    digest = hashlib.sha256(PIL.__version__.encode())
    for path in sorted([*Path(__file__).parent.glob("*.py"), *FONTS.glob("*.ttf")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()
