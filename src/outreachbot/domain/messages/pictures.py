"""What a drawn picture shows, with all its texts: a chart of figures, or part of the timeline."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    """What the end of a bar means."""

    CLOSED = "closed"  # exactly or about this number
    OPEN = "open"  # possibly more
    LIMIT = "limit"  # possibly less


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure: the number `high`, or a range from `low` to `high` if `low` is not 0."""

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
    """Figures side by side, on one scale from 0 to `scale`."""

    heading: str
    title: str
    bars: tuple[Bar, ...]
    scale: int  # covers all figures, including those that a second picture shows
    notes: tuple[str, ...]  # below the bars
    signed: str  # the signature: whose picture it is

    @property
    def items(self) -> tuple[Bar, ...]:
        return self.bars


@dataclass(frozen=True, slots=True)
class Event:
    """A timeline entry as it is drawn."""

    date: str
    text: str
    sources: str

    @property
    def words(self) -> tuple[str, ...]:
        return self.date, self.text, self.sources


@dataclass(frozen=True, slots=True)
class Strip:
    """Timeline entries, one below the other."""

    heading: str
    title: str
    events: tuple[Event, ...]
    signed: str
    notes: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Event, ...]:
        return self.events


Drawn = Chart | Strip

# The characters in drawing/fonts: scripts from Latin and Cyrillic to Georgian, with their punctuation and symbols.
# Right-to-left scripts and scripts with contextual letter forms would need more than fonts.
_COVERED = re.compile(
    "[\\s\x20-\x7e\xa0-\u03e1\u03f0-\u058f\u10a0-\u10ff\u1c90-\u1cbf\u1e00-\u20bf\u2116\u2122\ufb00-\ufb06]*"
)


def is_drawable(*texts: str) -> bool:
    """Whether the fonts have a glyph for every character of these texts."""
    return all(_COVERED.fullmatch(unicodedata.normalize("NFC", text)) for text in texts)


def list_texts(drawn: Drawn) -> Iterator[str]:
    """Every text written in the picture."""
    yield from (drawn.heading, drawn.title, *drawn.notes, drawn.signed)
    for item in drawn.items:
        yield from item.words
