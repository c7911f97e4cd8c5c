"""What a picture shows, in finished words: a chart of figures, or a stretch of the timeline."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    """How the end of a bar is to be read."""

    CLOSED = "closed"  # the number itself, or about it
    OPEN = "open"  # it may be more
    LIMIT = "limit"  # it may be less


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure. Where `low` is not 0 it is a range from there to `high`."""

    amount: str
    counts: str
    stated: str
    low: int
    high: int
    end: End

    @property
    def words(self) -> tuple[str, ...]:
        return self.amount, self.counts, self.stated


@dataclass(frozen=True, slots=True)
class Chart:
    """Figures side by side, on one scale that goes from 0 to `scale`."""

    heading: str
    title: str
    bars: tuple[Bar, ...]
    scale: int  # of all figures, of those as well that a second picture shows
    notes: tuple[str, ...]  # below the bars
    signed: str  # whose picture it is

    @property
    def items(self) -> tuple[Bar, ...]:
        return self.bars


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the timeline."""

    date: str
    text: str
    sources: str

    @property
    def words(self) -> tuple[str, ...]:
        return self.date, self.text, self.sources


@dataclass(frozen=True, slots=True)
class Strip:
    """Entries of the timeline, one below the other."""

    heading: str
    title: str
    events: tuple[Event, ...]
    signed: str
    notes: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Event, ...]:
        return self.events


Drawn = Chart | Strip

# What the fonts in drawing/fonts have: scripts from Latin and Cyrillic to Georgian, and the signs used with them.
# Scripts that run from right to left, or whose letters change with their neighbours, would need more than fonts.
_COVERED = re.compile(
    "[\\s\x20-\x7e\xa0-\u03e1\u03f0-\u058f\u10a0-\u10ff\u1c90-\u1cbf\u1e00-\u20bf\u2116\u2122\ufb00-\ufb06]*"
)


def is_drawable(*texts: str) -> bool:
    """Whether there is a letter for each of their signs."""
    return all(_COVERED.fullmatch(unicodedata.normalize("NFC", text)) for text in texts)


def list_texts(drawn: Drawn) -> Iterator[str]:
    """All that is written in it."""
    yield from (drawn.heading, drawn.title, *drawn.notes, drawn.signed)
    for item in drawn.items:
        yield from item.words
