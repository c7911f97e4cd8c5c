"""When a day is kept, in every zone and in every year."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreachbot.domain import schedule
from outreachbot.domain.content import Anniversary, zones
from outreachbot.domain.dates import YearlyDay
from outreachbot.domain.schedule import Group, Notice, Occurrence

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
BAKU = Group("Asia/Baku", 9)  # UTC+4 all year

any_zone = st.sampled_from(sorted(zones()))
any_hour = st.integers(0, 23)
any_date = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))


def day(written, year=None, name="day"):
    """An anniversary on this day of the year."""
    return Anniversary(
        id=name, title={"en": name}, date=YearlyDay.parse(written), year=year, text={"en": name}, sources=("herald",)
    )


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def due(anniversaries, groups, now):
    return list(schedule.due(anniversaries, groups, now))


def exists(date, zone):
    """Whether the zone has the day at all: some crossed the date line and left one out."""
    noon = dt.datetime.combine(date, dt.time(12), tzinfo=ZoneInfo(zone))
    return noon.astimezone(dt.UTC).astimezone(noon.tzinfo).date() == date


@pytest.mark.parametrize(("year", "kept"), [(2024, 29), (2025, 28), (2000, 29), (1900, 28), (2100, 28)])
def test_the_leap_day_is_kept_on_the_28th_where_the_year_has_none(year, kept):
    assert schedule.date_in(YearlyDay.parse("02-29"), year) == dt.date(year, 2, kept)


@given(any_date.filter(lambda date: (date.month, date.day) != (2, 29)), st.integers(1990, 2060))
def test_every_other_day_is_kept_on_itself(date, year):
    kept = schedule.date_in(YearlyDay(month=date.month, day=date.day), year)

    assert (kept.year, kept.month, kept.day) == (year, date.month, date.day)


@settings(max_examples=400)
@given(any_zone, any_date, any_hour)
def test_the_hour_is_that_of_the_local_clock_or_does_not_exist_there(zone, date, hour):
    wanted = dt.datetime.combine(date, dt.time(hour))
    at = schedule.moment(date, hour, zone)
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    assert local == wanted or is_gap(wanted, zone)
    assert local.date() == date or not exists(date, zone)


def is_gap(wall, zone):
    """PEP 495: only a time that the clocks jump over has a smaller offset before than after."""
    early, late = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1))
    return early < late


@settings(max_examples=400)
@given(any_zone, any_date, any_hour)
def test_an_hour_that_exists_twice_is_the_first(zone, date, hour):
    at = schedule.moment(date, hour, zone)
    again = dt.datetime.combine(date, dt.time(hour), tzinfo=ZoneInfo(zone)).replace(fold=1)

    assert at <= again.astimezone(dt.UTC) or is_gap(again.replace(tzinfo=None), zone)


@pytest.mark.parametrize(
    ("date", "hour", "zone", "at"),
    [
        (dt.date(2024, 2, 26), 9, "Asia/Baku", utc(2024, 2, 26, 5)),
        (dt.date(2024, 3, 31), 2, "Europe/Berlin", utc(2024, 3, 31, 1)),  # 2:00 does not exist: 3:00
        (dt.date(2024, 10, 27), 2, "Europe/Berlin", utc(2024, 10, 27, 0)),  # 2:00 exists twice: the first
        (dt.date(2024, 9, 8), 0, "America/Santiago", utc(2024, 9, 8, 4)),  # the day begins at 1:00
        (dt.date(2024, 3, 30), 23, "America/Nuuk", utc(2024, 3, 31, 0)),  # 23:00 is the next day's 0:00: 22:00
        (dt.date(2024, 3, 31), 0, "America/Nuuk", utc(2024, 3, 31, 1)),
        (dt.date(2024, 2, 26), 0, "Pacific/Kiritimati", utc(2024, 2, 25, 10)),
        (dt.date(2024, 2, 26), 23, "Pacific/Pago_Pago", utc(2024, 2, 27, 10)),
    ],
)
def test_clocks_that_change_are_followed(date, hour, zone, at):
    assert schedule.moment(date, hour, zone) == at


def test_a_notice_is_due_from_its_hour_on():
    (found,) = due([day("02-26", 1992)], [BAKU], utc(2024, 2, 26, 5))

    assert found.at == utc(2024, 2, 26, 5)
    assert (found.notice, found.group) == (Notice.DAY, BAKU)
    assert found.occurrence.date == dt.date(2024, 2, 26)


@pytest.mark.parametrize("now", [utc(2024, 2, 26, 4, 59, 59), utc(2024, 2, 25, 19, 59), utc(2024, 2, 26, 20)])
def test_a_notice_is_not_due_before_its_hour_nor_after_its_day(now):
    assert due([day("02-26", 1992)], [BAKU], now) == []


def test_a_stop_over_the_hour_delays_a_notice_within_its_day():
    assert due([day("02-26", 1992)], [BAKU], utc(2024, 2, 26, 19, 59, 59))


def test_each_group_has_its_own_day():
    groups = [Group("Pacific/Kiritimati", 0), Group("Asia/Baku", 0), Group("Pacific/Pago_Pago", 0)]

    found = due([day("02-26")], groups, utc(2024, 2, 25, 21))

    assert [one.group.zone for one in found] == ["Pacific/Kiritimati", "Asia/Baku"]


def test_two_anniversaries_of_a_day_are_both_due():
    found = due([day("02-26", name="one"), day("02-26", name="two")], [BAKU], utc(2024, 2, 26, 6))

    assert [one.occurrence.anniversary.id for one in found] == ["one", "two"]


def test_the_day_of_the_event_is_not_its_anniversary():
    kept = [day("02-26", 2024)]

    assert due(kept, [BAKU], utc(2024, 2, 26, 6)) == []
    assert due(kept, [BAKU], utc(2025, 2, 26, 6))


@given(any_zone, any_date, any_hour)
def test_every_group_gets_each_notice_on_some_look_of_the_day(zone, date, hour):
    kept, looks = [day(f"{date:%m-%d}")], (utc(date.year, date.month, date.day) + n * HOUR / 2 for n in range(-48, 98))

    found = [one for now in looks for one in due(kept, [Group(zone, hour)], now)]

    assert {one.occurrence.date for one in found} == ({date} if exists(date, zone) else set())


@given(any_zone, any_date, any_hour)
def test_the_key_is_the_same_at_every_look(zone, date, hour):
    group, kept = Group(zone, hour), [day(f"{date:%m-%d}")]
    at = schedule.moment(date, hour, zone)

    keys = {one.key for seconds in (0, 1, 599) for one in due(kept, [group], at + dt.timedelta(seconds=seconds))}

    assert keys == ({f"reminder:day:{date.isoformat()}:day:{zone}:{hour}"} if exists(date, zone) else set())


def test_no_two_notices_share_a_key():
    groups = [Group(zone, hour) for zone in ("Asia/Baku", "Asia/Tbilisi") for hour in (0, 1)]
    kept = [day("02-26", name="one"), day("02-26", name="two")]

    found = [one for year in (2024, 2025) for one in due(kept, groups, utc(year, 2, 26, 6))]

    assert len(found) == len({one.key for one in found}) == 16


def test_years_are_counted_from_the_event():
    assert Occurrence(day("02-26", 1992), dt.date(2024, 2, 26)).years == 32
    assert Occurrence(day("02-26"), dt.date(2024, 2, 26)).years is None


def test_what_comes_is_told_soonest_first():
    kept = [day("12-31", name="last"), day("01-01", name="first"), day("06-15", name="middle")]

    found = schedule.coming(kept, dt.date(2024, 6, 1))

    assert [(one.anniversary.id, one.date.year) for one in found] == [("middle", 2024), ("last", 2024), ("first", 2025)]


@pytest.mark.parametrize(
    ("today", "comes"),
    [
        (dt.date(2024, 2, 26), dt.date(2024, 2, 26)),
        (dt.date(2024, 2, 27), dt.date(2025, 2, 26)),
        (dt.date(2024, 12, 31), dt.date(2025, 2, 26)),
        (dt.date(2025, 1, 1), dt.date(2025, 2, 26)),
    ],
)
def test_today_still_comes_and_yesterday_comes_next_year(today, comes):
    assert schedule.coming([day("02-26")], today)[0].date == comes


@pytest.mark.parametrize(
    "today", [dt.date(1991, 5, 1), dt.date(1992, 2, 1), dt.date(1992, 2, 26), dt.date(1993, 2, 26)]
)
def test_no_anniversary_comes_before_the_year_after_the_event(today):
    assert schedule.coming([day("02-26", 1992)], today)[0].date == dt.date(1993, 2, 26)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2000, 12, 31)), any_date)
def test_the_next_occurrence_is_within_a_year(date, today):
    (found,) = schedule.coming([day(f"{date:%m-%d}")], today)

    assert dt.timedelta() <= found.date - today <= 366 * DAY
