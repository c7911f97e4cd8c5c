"""Splits the timeline and the corrections into pages: runs of entries that may begin at any entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from outreachbot.domain.content.dates import PartialDate
from outreachbot.domain.content.model import TimelineEntry

ENTRIES_A_PAGE = 5

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Page(Generic[Entry]):
    """Entries `first` to `last` (from 0, both included) out of `of` entries."""

    first: int
    of: int
    entries: tuple[Entry, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.entries) - 1

    @property
    def earlier(self) -> int | None:
        """Where the previous page begins; None on the first page."""
        return max(0, self.first - ENTRIES_A_PAGE) if self.first else None

    @property
    def later(self) -> int | None:
        """Where the next page begins; None on the last page."""
        return self.last + 1 if self.last + 1 < self.of else None


def cut_page(entries: Sequence[Entry], first: int) -> Page[Entry]:
    """The page that begins at entry `first`, or at the last entry if `first` is beyond it. `entries` is not empty."""
    first = min(first, len(entries) - 1)
    return Page(first, len(entries), tuple(entries[first : first + ENTRIES_A_PAGE]))


def find_first_in(timeline: Sequence[TimelineEntry], period: PartialDate) -> int | None:
    """The index of the first entry in that year, month or day; None if there is none."""
    return next((index for index, entry in enumerate(timeline) if _overlaps(entry.date, period)), None)


def find_first_after(timeline: Sequence[TimelineEntry], period: PartialDate) -> int:
    """The index of the first entry later than the period; the last index if none is."""
    later = (index for index, entry in enumerate(timeline) if entry.date.first_day > period.first_day)
    return next(later, len(timeline) - 1)


def _overlaps(date: PartialDate, period: PartialDate) -> bool:
    """Whether both may mean the same day, as far as each is known."""
    pairs = ((date.year, period.year), (date.month, period.month), (date.day, period.day))
    return all(left is None or right is None or left == right for left, right in pairs)
