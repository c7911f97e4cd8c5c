"""The calendar of anniversaries: on which dates they are observed, and when their notices are due in each zone."""

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
MAX_CLOCK_CHANGE = dt.timedelta(hours=7)  # the largest change of a zone's clocks (Antarctica/Vostok, 1994)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An anniversary in one year."""

    anniversary: Anniversary
    date: dt.date

    @property
    def years(self) -> int | None:
        """The number of years since the event; None if the anniversary has no year to count from."""
        return None if self.anniversary.year is None else self.date.year - self.anniversary.year


@dataclass(frozen=True, slots=True)
class Item:
    """A notice of an occurrence. Each chat gets it at most once."""

    occurrence: Occurrence
    notice: Notice

    @property
    def key(self) -> str:
        """A stable identifier of the notice."""
        return f"{self.occurrence.anniversary.id}:{self.occurrence.date.isoformat()}:{self.notice}"

    @property
    def day(self) -> dt.date:
        """The local day on which the notice is sent."""
        return self.occurrence.date - dt.timedelta(days=DAYS_BEFORE[self.notice])


@dataclass(frozen=True, slots=True)
class Group:
    """The chats with the same zone (IANA name) and hour (0-23), which get their notices at the same time."""

    zone: str
    hour: int


@dataclass(frozen=True, slots=True)
class Due:
    """The notices that a group gets on a local day."""

    day: dt.date
    items: tuple[Item, ...]
    group: Group

    def key(self, items: Iterable[Item]) -> str:
        """A stable identifier of the message that brings these of the items to the group."""
        names = (f"{item.occurrence.anniversary.id}.{item.notice}" for item in items)
        return f"reminder:{self.day}:{self.group.zone}:{self.group.hour}:{'+'.join(names)}"

    @property
    def at(self) -> dt.datetime:
        """When the group's hour begins on that day (UTC)."""
        return local_moment(self.day, self.group.hour, self.group.zone)

    @property
    def until(self) -> dt.datetime:
        """When the local day ends (UTC); if the zone skips that day (Apia in 2011), when the following day ends."""
        end = local_moment(self.day + ONE_DAY, 0, self.group.zone)
        return end if end > self.at else local_moment(self.day + 2 * ONE_DAY, 0, self.group.zone)


def date_in_year(anniversary: Anniversary, year: int) -> dt.date | None:
    """The date of the anniversary in that year; None if it is observed in leap years only and this is none."""
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
    """The beginning of this hour of this local day, in UTC.

    If the hour is skipped (clocks go forward), this is the moment of the change; if it occurs twice, the first time.
    If the clocks go forward into the next day (in Nuuk from Saturday 23:00 to Sunday 0:00), the hour is moved back by
    the length of the gap instead.
    """
    local = dt.datetime.combine(date, dt.time(hour), tzinfo=ZoneInfo(zone))
    at = local.astimezone(dt.UTC)
    if at.astimezone(local.tzinfo).replace(fold=0) == local:
        return at
    # PEP 495: in a gap, fold=0 gives the offset before the change and fold=1 the one after it.
    early = local.replace(fold=1).astimezone(dt.UTC)
    change = _find_clock_change(early, at, ZoneInfo(zone))
    return change if change.astimezone(local.tzinfo).date() == date else early


def _find_clock_change(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """When the zone's UTC offset changes between these two moments, to the second."""
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
    """The notices sent on this local day, in the order of the content."""
    if day.year in {dt.MINYEAR, dt.MAXYEAR}:
        return ()
    items = (_find_item(anniversary, notice, day) for anniversary in anniversaries for notice in Notice)
    return tuple(item for item in items if item is not None)


def _find_item(anniversary: Anniversary, notice: Notice, day: dt.date) -> Item | None:
    date = day + dt.timedelta(days=DAYS_BEFORE[notice])
    if date_in_year(anniversary, date.year) != date or not has_happened(anniversary, date):
        return None
    return Item(Occurrence(anniversary, date), notice)


def list_due(
    anniversaries: Iterable[Anniversary], zones: Iterable[str], since: dt.datetime, now: dt.datetime
) -> Iterator[Due]:
    """What became due after `since` and up to `now` (both aware), for every zone and hour.

    The cost depends on the number of zones: most days have no notices, and their hours are not looked at.
    """
    kept = tuple(anniversaries)
    items_on = lru_cache(lambda day: list_items(kept, day))
    for zone in zones:
        local = ZoneInfo(zone)
        first, last = (moment.astimezone(local).replace(tzinfo=None) for moment in (since, now))
        day = first.date()
        while day <= last.date() + ONE_DAY:  # the hours of a day that the zone skips fall on the day before
            if items := items_on(day):
                dues = (Due(day, items, Group(zone, hour)) for hour in _list_hours(day, zone, first, last))
                yield from (due for due in dues if since < due.at <= now)
            day += ONE_DAY


def _list_hours(day: dt.date, zone: str, first: dt.datetime, last: dt.datetime) -> Iterator[int]:
    """The hours of the day that may begin between two naive local times, whatever the clocks do."""
    if local_moment(day, 12, zone).astimezone(ZoneInfo(zone)).date() != day:
        yield from HOURS
        return
    for hour in HOURS:
        if first - MAX_CLOCK_CHANGE <= dt.datetime.combine(day, dt.time(hour)) <= last + MAX_CLOCK_CHANGE:
            yield hour


def has_happened(anniversary: Anniversary, date: dt.date) -> bool:
    """Whether the event was in an earlier year than this date: the day of the event is no anniversary yet."""
    return anniversary.year is None or date.year > anniversary.year


def list_upcoming(
    anniversaries: Iterable[Anniversary], today: dt.date, skipped: Collection[tuple[str, int]] = ()
) -> list[Occurrence]:
    """The next occurrence of each anniversary, including today's, the soonest first.

    `skipped` holds the ids and years of occurrences to leave out; the next one is listed instead.
    """
    occurrences = (_find_next(anniversary, today, skipped) for anniversary in anniversaries)
    return sorted(
        (occurrence for occurrence in occurrences if occurrence is not None), key=lambda occurrence: occurrence.date
    )


def _find_next(anniversary: Anniversary, today: dt.date, skipped: Collection[tuple[str, int]]) -> Occurrence | None:
    first = today.year if anniversary.year is None else max(today.year, anniversary.year + 1)
    last = min(first + 9, dt.MAXYEAR)  # leap years are at most eight years apart (1896, 1904)
    years = (year for year in range(first, last) if (anniversary.id, year) not in skipped)
    dates = (date_in_year(anniversary, year) for year in years)
    date = next((date for date in dates if date is not None and date >= today), None)
    return None if date is None else Occurrence(anniversary, date)
