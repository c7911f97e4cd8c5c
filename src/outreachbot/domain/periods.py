"""Cuts the timeline into pages, each a period."""

from collections.abc import Sequence
from dataclasses import dataclass

from outreachbot.domain.content import PartialDate, TimelineEntry

ENTRIES_A_PAGE = 5


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries that follow each other."""

    number: int  # from 0
    of: int
    entries: tuple[TimelineEntry, ...]


def page(timeline: Sequence[TimelineEntry], number: int) -> Page:
    """That page of a timeline that has entries; the last one where the number is too high."""
    of = -(-len(timeline) // ENTRIES_A_PAGE)
    number = min(number, of - 1)
    first = number * ENTRIES_A_PAGE
    return Page(number, of, tuple(timeline[first : first + ENTRIES_A_PAGE]))


def page_with(timeline: Sequence[TimelineEntry], period: PartialDate) -> int:
    """The number of the page with the first entry of that year, month or day; where it has none, of the next after."""
    first = period.first_day
    index = next((n for n, entry in enumerate(timeline) if _overlaps(entry.date, period)), None)
    if index is None:
        index = next((n for n, entry in enumerate(timeline) if entry.date.first_day > first), len(timeline) - 1)
    return index // ENTRIES_A_PAGE


def _overlaps(date: PartialDate, period: PartialDate) -> bool:
    pairs = ((date.year, period.year), (date.month, period.month), (date.day, period.day))
    return all(one is None or other is None or one == other for one, other in pairs)
