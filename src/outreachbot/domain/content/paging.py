"""Cuts the timeline and the corrections into pages: some entries that follow each other, from any of them on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from outreachbot.domain.content.dates import PartialDate
from outreachbot.domain.content.model import TimelineEntry

ENTRIES_A_PAGE = 5

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Page(Generic[Entry]):
    """Entries `first` to `last` (counted from 0, both included) of `of`."""

    first: int
    of: int
    entries: tuple[Entry, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.entries) - 1

    @property
    def earlier(self) -> int | None:
        """Where the page before begins; None on the first."""
        return max(0, self.first - ENTRIES_A_PAGE) if self.first else None

    @property
    def later(self) -> int | None:
        """Where the page after begins; None on the last."""
        return self.last + 1 if self.last + 1 < self.of else None


def cut_page(entries: Sequence[Entry], first: int) -> Page[Entry]:
    """The page of entries (there are some) from that one on; from the last one where there are not so many."""
    first = min(first, len(entries) - 1)
    return Page(first, len(entries), tuple(entries[first : first + ENTRIES_A_PAGE]))


def find_first_in(timeline: Sequence[TimelineEntry], period: PartialDate) -> int | None:
    """The first entry of that year, month or day; None where it has none."""
    return next((index for index, entry in enumerate(timeline) if _overlaps(entry.date, period)), None)


def find_first_after(timeline: Sequence[TimelineEntry], period: PartialDate) -> int:
    """The first entry that is later than the period; the last of all where none is."""
    later = (index for index, entry in enumerate(timeline) if entry.date.first_day > period.first_day)
    return next(later, len(timeline) - 1)


def _overlaps(date: PartialDate, period: PartialDate) -> bool:
    """Whether the two may mean the same day, as far as each is known."""
    pairs = ((date.year, period.year), (date.month, period.month), (date.day, period.day))
    return all(one is None or other is None or one == other for one, other in pairs)
