"""When a day is kept: the calendar of anniversaries, in every time zone."""

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from outreachbot.domain.content import Anniversary
from outreachbot.domain.dates import YearlyDay


class Notice(StrEnum):
    """Which of an occurrence's notices."""

    DAY = "day"  # on the day itself


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An anniversary in one year."""

    anniversary: Anniversary
    date: dt.date

    @property
    def years(self) -> int | None:
        """How many years after the event; None where the anniversary has no year to count from."""
        return None if self.anniversary.year is None else self.date.year - self.anniversary.year


@dataclass(frozen=True, slots=True)
class Group:
    """The chats that share a zone (IANA name) and an hour (0-23) and so get their notices at the same moment."""

    zone: str
    hour: int


@dataclass(frozen=True, slots=True)
class Due:
    """A notice whose moment has come for a group and whose local day is not over."""

    occurrence: Occurrence
    notice: Notice
    group: Group
    at: dt.datetime  # aware, UTC
    until: dt.datetime  # aware, UTC: when the local day is over

    @property
    def key(self) -> str:
        """The same for the same notice, whoever computes it and however often: planning twice writes once."""
        parts = (self.occurrence.anniversary.id, self.occurrence.date.isoformat(), self.notice)
        return ":".join(("reminder", *parts, self.group.zone, str(self.group.hour)))


def date_in(day: YearlyDay, year: int) -> dt.date:
    """The day in that year. 29 February is kept on the 28th where the year has none."""
    if (day.month, day.day) == (2, 29) and not calendar.isleap(year):
        return dt.date(year, 2, 28)
    return dt.date(year, day.month, day.day)


def moment(date: dt.date, hour: int, zone: str) -> dt.datetime:
    """That hour of that local day, in UTC.

    An hour that does not exist (clocks go forward) is moved forward by the gap; one that exists twice is the first.
    PEP 495: a time in the gap read with fold=0 has the offset from before it, which lands it after the gap. Where that
    is another day (in Nuuk a Saturday's 23:00 is the Sunday's 0:00) it is moved back by the gap instead, with fold=1.
    """
    local = dt.datetime.combine(date, dt.time(hour), tzinfo=ZoneInfo(zone))
    at = local.astimezone(dt.UTC)
    return at if at.astimezone(local.tzinfo).date() == date else local.replace(fold=1).astimezone(dt.UTC)


def due(anniversaries: Iterable[Anniversary], groups: Iterable[Group], now: dt.datetime) -> Iterator[Due]:
    """The notices whose hour has passed and whose local day is still running.

    So a stop over the hour delays a notice within its day, and never carries it into the next.
    """
    kept = tuple(anniversaries)
    for group in groups:
        today = now.astimezone(ZoneInfo(group.zone)).date()
        at = moment(today, group.hour, group.zone)
        if at > now:
            continue
        for anniversary in kept:
            if date_in(anniversary.date, today.year) == today and has_happened(anniversary, today):
                tomorrow = moment(today + dt.timedelta(days=1), 0, group.zone)
                yield Due(Occurrence(anniversary, today), Notice.DAY, group, at, tomorrow)


def has_happened(anniversary: Anniversary, date: dt.date) -> bool:
    """Whether the event lies in an earlier year: the day itself is not its anniversary."""
    return anniversary.year is None or date.year > anniversary.year


def coming(anniversaries: Iterable[Anniversary], today: dt.date) -> list[Occurrence]:
    """The next occurrence of each anniversary, today's included, the soonest first."""
    return sorted((_next(anniversary, today) for anniversary in anniversaries), key=lambda one: one.date)


def _next(anniversary: Anniversary, today: dt.date) -> Occurrence:
    first = today.year if anniversary.year is None else max(today.year, anniversary.year + 1)
    date = date_in(anniversary.date, first)
    return Occurrence(anniversary, date if date >= today else date_in(anniversary.date, first + 1))
