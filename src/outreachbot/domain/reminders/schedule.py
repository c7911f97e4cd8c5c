"""When a day is kept: the calendar of anniversaries, in every time zone."""

import calendar
import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from outreachbot.domain.content.model import Anniversary, LeapDay, Notice

DAYS_BEFORE = {Notice.WEEK: 7, Notice.EVE: 1, Notice.DAY: 0}
HOURS = range(24)
ONE_DAY = dt.timedelta(days=1)
MAX_CLOCK_CHANGE = dt.timedelta(hours=7)  # what clocks are set forward or back by at most (Vostok, Antarctica, in 1994)


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
class Item:
    """One notice of one occurrence: what a chat is told once."""

    occurrence: Occurrence
    notice: Notice

    @property
    def key(self) -> str:
        """The same for the same notice, whoever computes it and however often."""
        return f"{self.occurrence.anniversary.id}:{self.occurrence.date.isoformat()}:{self.notice}"

    @property
    def day(self) -> dt.date:
        """The local day on which it is told."""
        return self.occurrence.date - dt.timedelta(days=DAYS_BEFORE[self.notice])


@dataclass(frozen=True, slots=True)
class Group:
    """The chats that share a zone (IANA name) and an hour (0-23) and so get their notices at the same moment."""

    zone: str
    hour: int


@dataclass(frozen=True, slots=True)
class Due:
    """What a group is told on a local day."""

    day: dt.date
    items: tuple[Item, ...]
    group: Group

    def key(self, items: Iterable[Item]) -> str:
        """Of the message that tells the group's chats these: the same whoever computes it and however often."""
        told = (f"{item.occurrence.anniversary.id}.{item.notice}" for item in items)
        return f"reminder:{self.day}:{self.group.zone}:{self.group.hour}:{'+'.join(told)}"

    @property
    def at(self) -> dt.datetime:
        """When its hour has come (UTC)."""
        return local_moment(self.day, self.group.hour, self.group.zone)

    @property
    def until(self) -> dt.datetime:
        """When its local day is over (UTC), or the next one, where the zone leaves that out (Apia in 2011)."""
        end = local_moment(self.day + ONE_DAY, 0, self.group.zone)
        return end if end > self.at else local_moment(self.day + 2 * ONE_DAY, 0, self.group.zone)


def date_in_year(anniversary: Anniversary, year: int) -> dt.date | None:
    """The day in that year; None where 29 February is kept in leap years only."""
    day = anniversary.date
    if (day.month, day.day) == (2, 29) and not calendar.isleap(year):
        match anniversary.leap_day:
            case LeapDay.FEB_28:
                return dt.date(year, 2, 28)
            case LeapDay.MAR_1:
                return dt.date(year, 3, 1)
            case LeapDay.LEAP_YEARS:
                return None
    return dt.date(year, day.month, day.day)


def local_moment(date: dt.date, hour: int, zone: str) -> dt.datetime:
    """That hour of that local day, in UTC.

    An hour that does not exist (clocks go forward) is the moment at which they do; one that exists twice is the first.
    Where the clocks go forward into another day (in Nuuk a Saturday's 23:00 is the Sunday's 0:00) it is moved back by
    the gap instead. PEP 495: read with fold=0 a time has the offset from before a change, with fold=1 that from after.
    """
    local = dt.datetime.combine(date, dt.time(hour), tzinfo=ZoneInfo(zone))
    at = local.astimezone(dt.UTC)
    if at.astimezone(local.tzinfo).replace(fold=0) == local:
        return at
    early = local.replace(fold=1).astimezone(dt.UTC)
    change = _change(early, at, ZoneInfo(zone))
    return change if change.astimezone(local.tzinfo).date() == date else early


def _change(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """When the zone's clocks were changed between these two moments, to the second."""
    first, last = round(before.timestamp()), round(after.timestamp())
    offset = before.astimezone(zone).utcoffset()
    while last - first > 1:
        middle = (first + last) // 2
        if dt.datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            first = middle
        else:
            last = middle
    return dt.datetime.fromtimestamp(last, dt.UTC)


def list_items(anniversaries: tuple[Anniversary, ...], day: dt.date) -> tuple[Item, ...]:
    """What is told on this local day, in the order of the content."""
    if day.year in {dt.MINYEAR, dt.MAXYEAR}:
        return ()
    found = (_item(anniversary, notice, day) for anniversary in anniversaries for notice in Notice)
    return tuple(item for item in found if item is not None)


def _item(anniversary: Anniversary, notice: Notice, day: dt.date) -> Item | None:
    date = day + dt.timedelta(days=DAYS_BEFORE[notice])
    if date_in_year(anniversary, date.year) != date or not has_happened(anniversary, date):
        return None
    return Item(Occurrence(anniversary, date), notice)


def list_due(
    anniversaries: Iterable[Anniversary], zones: Iterable[str], since: dt.datetime, now: dt.datetime
) -> Iterator[Due]:
    """What came due after `since` and until `now`, in each zone at every hour.

    Costs by the zones: most days have nothing to tell, and then no hour is looked at.
    """
    kept = tuple(anniversaries)
    on = lru_cache(lambda day: list_items(kept, day))
    for zone in zones:
        local = ZoneInfo(zone)
        first, last = (one.astimezone(local).replace(tzinfo=None) for one in (since, now))
        day = first.date()
        while day <= last.date() + ONE_DAY:  # of a day that the zone leaves out, the hours are on the one before
            if items := on(day):
                found = (Due(day, items, Group(zone, hour)) for hour in _hours(day, zone, first, last))
                yield from (one for one in found if since < one.at <= now)
            day += ONE_DAY


def _hours(day: dt.date, zone: str, first: dt.datetime, last: dt.datetime) -> Iterator[int]:
    """The hours of the day that may lie between two local times: no clock is changed by more than `CHANGE`."""
    if local_moment(day, 12, zone).astimezone(ZoneInfo(zone)).date() != day:
        yield from HOURS
        return
    for hour in HOURS:
        if first - MAX_CLOCK_CHANGE <= dt.datetime.combine(day, dt.time(hour)) <= last + MAX_CLOCK_CHANGE:
            yield hour


def has_happened(anniversary: Anniversary, date: dt.date) -> bool:
    """Whether the event lies in an earlier year: the day itself is not its anniversary."""
    return anniversary.year is None or date.year > anniversary.year


def list_upcoming(
    anniversaries: Iterable[Anniversary], today: dt.date, skipped: Collection[tuple[str, int]] = ()
) -> list[Occurrence]:
    """The next occurrence of each anniversary, today's included, the soonest first.

    `skipped` are the ids and years of those that are left out for the one after them.
    """
    found = (_next(anniversary, today, skipped) for anniversary in anniversaries)
    return sorted((one for one in found if one is not None), key=lambda one: one.date)


def _next(anniversary: Anniversary, today: dt.date, skipped: Collection[tuple[str, int]]) -> Occurrence | None:
    """Leap years are eight years apart at most (1896, 1904)."""
    first = today.year if anniversary.year is None else max(today.year, anniversary.year + 1)
    years = (year for year in range(first, min(first + 9, dt.MAXYEAR)) if (anniversary.id, year) not in skipped)
    dates = (date_in_year(anniversary, year) for year in years)
    date = next((date for date in dates if date is not None and date >= today), None)
    return None if date is None else Occurrence(anniversary, date)
