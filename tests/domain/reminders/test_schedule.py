"""When an anniversary is observed and its notices are due, in every zone and year."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outreachbot.domain.content.dates import YearlyDay
from outreachbot.domain.content.model import Anniversary, LeapDay, Notice
from outreachbot.domain.content.values import known_zones
from outreachbot.domain.reminders import schedule
from outreachbot.domain.reminders.schedule import Due, Group, Item, Occurrence

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
BAKU = "Asia/Baku"  # UTC+4 all year
LEFT_OUT = [  # days that a zone does not have: it crossed the date line
    ("Pacific/Apia", dt.date(2011, 12, 30)),
    ("Pacific/Fakaofo", dt.date(2011, 12, 30)),
    ("Pacific/Kwajalein", dt.date(1993, 8, 21)),
    ("Pacific/Kiritimati", dt.date(1994, 12, 31)),
    ("Pacific/Kanton", dt.date(1994, 12, 31)),
]

any_zone = st.sampled_from(sorted(known_zones()))
any_hour = st.integers(0, 23)
any_date = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))
leap_rules = st.sampled_from(LeapDay)


def day(written, year=None, name="day", leap_day=LeapDay.FEB_28):
    """An anniversary on this day of the year."""
    return Anniversary(
        id=name,
        title={"en": name},
        date=YearlyDay.parse(written),
        leap_day=leap_day,
        year=year,
        text={"en": name},
        sources=("herald",),
    )


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def due(anniversaries, zones, since, now):
    return list(schedule.list_due(anniversaries, zones, since, now))


def told(kept, zone, hour, looks):
    """What a planner that runs at these moments finds for one group, in order."""
    found = (entry for since, now in pairwise(looks) for entry in schedule.list_due(kept, [zone], since, now))
    return [entry for entry in found if entry.group == Group(zone, hour)]


def exists(date, zone):
    """Whether the zone has this day: some zones crossed the date line and skipped one."""
    noon = dt.datetime.combine(date, dt.time(12), tzinfo=ZoneInfo(zone))
    return noon.astimezone(dt.UTC).astimezone(noon.tzinfo).date() == date


@pytest.mark.parametrize("year", [1900, 2000, 2023, 2024, 2025, 2100])
@pytest.mark.parametrize(("rule", "kept"), [(LeapDay.FEB_28, (2, 28)), (LeapDay.MAR_1, (3, 1))])
def test_in_common_years_the_leap_day_is_observed_on_a_neighbouring_day(year, rule, kept):
    is_leap = year in {2000, 2024}

    assert schedule.date_in_year(day("02-29", leap_day=rule), year) == dt.date(year, *((2, 29) if is_leap else kept))


@pytest.mark.parametrize(("year", "kept"), [(1900, None), (2000, 29), (2023, None), (2024, 29), (2100, None)])
def test_the_leap_day_can_be_observed_in_leap_years_only(year, kept):
    date = schedule.date_in_year(day("02-29", leap_day=LeapDay.LEAP_YEARS), year)

    assert date == (kept and dt.date(year, 2, kept))


@given(any_date.filter(lambda date: (date.month, date.day) != (2, 29)), st.integers(1990, 2060), leap_rules)
def test_every_other_day_is_observed_on_its_date(date, year, rule):
    kept = schedule.date_in_year(day(f"{date:%m-%d}", leap_day=rule), year)

    assert (kept.year, kept.month, kept.day) == (year, date.month, date.day)


@given(st.integers(1990, 2060), leap_rules)
def test_a_leap_day_has_notices_once_a_year_or_only_in_leap_years(year, rule):
    kept = (day("02-29", leap_day=rule),)
    days = [dt.date(year, 1, 1) + n * DAY for n in range(365 + (year % 4 == 0))]

    found = [item for date in days for item in schedule.list_items(kept, date)]

    date = schedule.date_in_year(kept[0], year)
    assert [(item.notice, item.occurrence.date, item.day) for item in found] == (
        [(Notice.WEEK, date, date - 7 * DAY), (Notice.EVE, date, date - DAY), (Notice.DAY, date, date)] if date else []
    )


@settings(max_examples=400)
@given(any_zone, any_date, any_hour)
def test_the_hour_is_that_of_the_local_clock_or_does_not_exist_there(zone, date, hour):
    wanted = dt.datetime.combine(date, dt.time(hour))
    at = schedule.local_moment(date, hour, zone)
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    assert local == wanted or is_gap(wanted, zone)
    assert local.date() == date or not exists(date, zone)


def is_gap(wall, zone):
    """PEP 495: only for a skipped time is the offset before the change smaller than the one after it."""
    early, late = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1))
    return early < late


@settings(max_examples=400)
@given(any_zone, any_date, any_hour)
def test_an_hour_that_exists_twice_is_the_first(zone, date, hour):
    at = schedule.local_moment(date, hour, zone)
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
    assert schedule.local_moment(date, hour, zone) == at


def test_an_item_is_due_once_its_hour_has_come():
    (found,) = due([day("02-26", 1992)], [BAKU], utc(2024, 2, 26, 4, 59, 59), utc(2024, 2, 26, 5))

    assert (found.day, found.group, found.at) == (dt.date(2024, 2, 26), Group(BAKU, 9), utc(2024, 2, 26, 5))
    assert found.until == utc(2024, 2, 26, 20)
    assert [(item.notice, item.occurrence.date) for item in found.items] == [(Notice.DAY, dt.date(2024, 2, 26))]


def test_an_item_due_exactly_at_a_look_is_not_repeated_by_the_next():
    kept, at = [day("02-26", 1992)], utc(2024, 2, 26, 5)

    assert [entry.group.hour for entry in due(kept, [BAKU], at - HOUR, at)] == [9]
    assert [entry.group.hour for entry in due(kept, [BAKU], at, at + HOUR)] == [10]
    assert due(kept, [BAKU], at, at) == []


def test_a_day_has_each_hour_of_the_zone():
    found = due([day("02-26", 1992)], [BAKU], utc(2024, 2, 25, 12), utc(2024, 2, 27, 12))

    assert [entry.group.hour for entry in found if entry.day == dt.date(2024, 2, 26)] == list(range(24))


@pytest.mark.parametrize(
    ("date", "notice", "years"),
    [
        (dt.date(2024, 2, 19), Notice.WEEK, 32),
        (dt.date(2024, 2, 25), Notice.EVE, 32),
        (dt.date(2024, 2, 26), Notice.DAY, 32),
    ],
)
def test_an_anniversary_has_notices_a_week_and_a_day_before_and_on_its_day(date, notice, years):
    (item,) = schedule.list_items((day("02-26", 1992),), date)

    assert (item.notice, item.day, item.occurrence.years) == (notice, date, years)
    assert item.key == f"day:2024-02-26:{notice}"


@pytest.mark.parametrize(
    ("written", "date", "occurrence", "notice"),
    [
        ("01-01", dt.date(2024, 12, 31), dt.date(2025, 1, 1), Notice.EVE),
        ("01-01", dt.date(2024, 12, 25), dt.date(2025, 1, 1), Notice.WEEK),
        ("01-07", dt.date(2024, 12, 31), dt.date(2025, 1, 7), Notice.WEEK),
        ("12-31", dt.date(2024, 12, 31), dt.date(2024, 12, 31), Notice.DAY),
        ("03-01", dt.date(2024, 2, 29), dt.date(2024, 3, 1), Notice.EVE),
        ("03-01", dt.date(2025, 2, 28), dt.date(2025, 3, 1), Notice.EVE),
    ],
)
def test_an_early_notice_belongs_to_the_year_of_the_day_itself(written, date, occurrence, notice):
    (item,) = schedule.list_items((day(written, 2000),), date)

    assert (item.occurrence.date, item.notice, item.day) == (occurrence, notice, date)
    assert item.occurrence.years == occurrence.year - 2000


def test_several_items_of_a_day_are_in_the_order_of_the_content():
    kept = (day("03-05", name="later"), day("02-27", name="soon"), day("02-26", name="now"), day("02-26", name="too"))

    items = schedule.list_items(kept, dt.date(2024, 2, 26))

    assert [(item.occurrence.anniversary.id, item.notice) for item in items] == [
        ("soon", Notice.EVE),
        ("now", Notice.DAY),
        ("too", Notice.DAY),
    ]


def test_the_event_is_not_announced_as_its_own_anniversary():
    kept = (day("02-26", 2024), day("01-01", 2025, name="new"))

    assert [schedule.list_items(kept, dt.date(2024, *on)) for on in ((2, 19), (2, 25), (2, 26), (12, 31))] == [()] * 4
    assert schedule.list_items(kept, dt.date(2025, 2, 26))
    assert schedule.list_items(kept, dt.date(2025, 12, 31))


@pytest.mark.parametrize("date", [dt.date.min, dt.date(1, 12, 31), dt.date(9999, 12, 31), dt.date.max])
def test_the_ends_of_the_calendar_are_no_trouble(date):
    assert schedule.list_items((day("12-31"), day("01-01"), day("02-29")), date) == ()
    assert schedule.list_upcoming([day("02-29", leap_day=LeapDay.LEAP_YEARS)], dt.date(9998, 12, 31)) == []


steps = st.lists(st.integers(1, 3000), min_size=1, max_size=30)


def looks_over(date, minutes):
    """Moments from nine days before to three days after, with these distances repeated."""
    looks, end, n = [utc(date.year, date.month, date.day) - 9 * DAY], utc(date.year, date.month, date.day) + 3 * DAY, 0
    while looks[-1] < end:
        looks.append(looks[-1] + max(dt.timedelta(minutes=minutes[n % len(minutes)]), HOUR * 2))
        n += 1
    return looks


@settings(max_examples=100, deadline=None)
@given(any_zone, any_date, any_hour, steps)
@example("Pacific/Apia", dt.date(2011, 12, 30), 9, [600])
@example("Pacific/Apia", dt.date(2011, 12, 31), 0, [600])
@example("Pacific/Kiritimati", dt.date(1994, 12, 31), 23, [600])
@example("Pacific/Kiritimati", dt.date(2025, 1, 1), 0, [600])  # UTC+14
@example("Etc/GMT+12", dt.date(2024, 12, 31), 23, [600])  # UTC-12
@example("America/Nuuk", dt.date(2024, 3, 30), 23, [1])
@example("Antarctica/Troll", dt.date(2024, 3, 31), 2, [1])
@example("Africa/Casablanca", dt.date(2060, 12, 31), 2, [1])
def test_each_item_is_due_once_on_its_local_day_at_its_local_hour(zone, date, hour, minutes):
    found = told([day(f"{date:%m-%d}")], zone, hour, looks_over(date, minutes))

    assert [(entry.day, entry.items[0].notice, len(entry.items)) for entry in found] == [
        (date - 7 * DAY, Notice.WEEK, 1),
        (date - DAY, Notice.EVE, 1),
        (date, Notice.DAY, 1),
    ]
    for entry in found:
        local = entry.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        wanted = dt.datetime.combine(entry.day, dt.time(hour))
        assert local == wanted or is_gap(wanted, zone)
        assert local.date() == (entry.day if exists(entry.day, zone) else entry.day - DAY)
        assert entry.at < entry.until or not exists(entry.day, zone)


@pytest.mark.parametrize(("zone", "date"), LEFT_OUT)
def test_the_items_of_a_skipped_day_are_due_on_the_day_before_at_the_same_hour(zone, date):
    start = utc(date.year, date.month, date.day) - 3 * DAY
    looks = [start + n * HOUR / 2 for n in range(24 * 12)]
    assert not exists(date, zone)
    for hour in (0, 1, 9, 12, 22, 23):
        (found,) = told([day(f"{date:%m-%d}", date.year - 1)], zone, hour, looks)[1:]  # without its eve
        local = found.at.astimezone(ZoneInfo(zone))

        assert (local.date(), local.hour) == (date - DAY, hour)
        assert found.day == date
        assert found.at < found.until == schedule.local_moment(date + DAY, 0, zone)


def jumps(zone):
    """The changes of the zone's clocks from 1990 to 2060 by anything but an hour."""
    local, at, week = ZoneInfo(zone), utc(1990, 1, 1), 7 * DAY
    before = at.astimezone(local).utcoffset()
    while at.year <= 2060:
        after = (at + week).astimezone(local).utcoffset()
        if abs(after - before) not in {HOUR, 0 * HOUR}:
            low, high = at, at + week
            while high - low > dt.timedelta(minutes=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if middle.astimezone(local).utcoffset() == before else (low, middle)
            yield high.replace(second=0, microsecond=0)
        at, before = at + week, after


SOME = ["Antarctica/Casey", "Antarctica/Troll", "Antarctica/Vostok", "America/Danmarkshavn", "Australia/Lord_Howe"]


@pytest.mark.parametrize("zone", [*SOME, *(zone for zone, _ in LEFT_OUT)])
def test_no_hour_is_missed_or_repeated_however_the_clocks_change(zone):
    found = list(jumps(zone))
    assert found
    for jump in found[:3] + found[-3:]:
        local = jump.astimezone(ZoneInfo(zone)).date()
        looks = [jump + n * HOUR / 2 for n in range(-110, 110)]
        for date in (local - DAY, local, local + DAY):
            every = [
                entry for since, now in pairwise(looks) for entry in due([day(f"{date:%m-%d}")], [zone], since, now)
            ]
            assert sorted(entry.group.hour for entry in every if entry.day == date) == list(range(24))


@settings(max_examples=100, deadline=None)
@given(st.lists(any_zone, min_size=1, max_size=4, unique=True), any_date, st.integers(0, 60 * 72), st.integers(1, 4000))
def test_everything_between_two_looks_is_due(names, date, start, length):
    kept = [day(f"{date:%m-%d}"), day("02-29", name="leap", leap_day=LeapDay.MAR_1)]
    since = utc(date.year, date.month, date.day) - 2 * DAY + dt.timedelta(minutes=start)
    now = since + dt.timedelta(minutes=length)
    days = [since.date() + n * DAY for n in range(-3, 8)]

    every = (
        Due(local_day, schedule.list_items(tuple(kept), local_day), Group(zone, hour))
        for zone in names
        for local_day in days
        for hour in range(24)
    )
    assert due(kept, names, since, now) == [entry for entry in every if entry.items and since < entry.at <= now]


@given(any_zone, any_date, any_hour)
def test_the_key_contains_the_day_the_group_and_the_items(zone, date, hour):
    kept = (day("12-31", name="last"), day("01-01", name="first"))
    items = schedule.list_items(kept, dt.date(2024, 12, 31))
    entry = Due(date, items, Group(zone, hour))

    assert entry.key(items) == f"reminder:{date.isoformat()}:{zone}:{hour}:last.day+first.eve"
    assert entry.key(items[:1]) == f"reminder:{date.isoformat()}:{zone}:{hour}:last.day"


def test_no_two_messages_share_a_key():
    kept = [day("02-26", name="one"), day("02-27", name="two")]
    looks = [(utc(year, 2, 17), utc(year, 2, 28)) for year in (2024, 2025)]
    found = [entry for since, now in looks for entry in due(kept, [BAKU, "Asia/Tbilisi"], since, now)]

    keys = [entry.key(items) for entry in found for items in (entry.items[:1], entry.items[1:]) if items]

    assert len(set(keys)) == len(keys) == 2 * 2 * 24 * 6  # years, zones, hours; three notices of each


def test_the_keys_of_items_are_unique():
    kept = (day("02-26", name="one"), day("02-27", name="two"))
    days = [dt.date(year, 1, 1) + n * DAY for year in (2024, 2025) for n in range(365)]
    items = [item for date in days for item in schedule.list_items(kept, date)]

    assert len(items) == len({item.key for item in items}) == 12
    assert all(item == Item(item.occurrence, item.notice) for item in items)


def test_years_are_counted_from_the_event():
    assert Occurrence(day("02-26", 1992), dt.date(2024, 2, 26)).years == 32
    assert Occurrence(day("02-26"), dt.date(2024, 2, 26)).years is None


def test_upcoming_occurrences_are_sorted_soonest_first():
    kept = [day("12-31", name="last"), day("01-01", name="first"), day("06-15", name="middle")]

    found = schedule.list_upcoming(kept, dt.date(2024, 6, 1))

    assert [(entry.anniversary.id, entry.date.year) for entry in found] == [
        ("middle", 2024),
        ("last", 2024),
        ("first", 2025),
    ]


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
    assert schedule.list_upcoming([day("02-26")], today)[0].date == comes


@pytest.mark.parametrize(
    "today", [dt.date(1991, 5, 1), dt.date(1992, 2, 1), dt.date(1992, 2, 26), dt.date(1993, 2, 26)]
)
def test_no_anniversary_comes_before_the_year_after_the_event(today):
    assert schedule.list_upcoming([day("02-26", 1992)], today)[0].date == dt.date(1993, 2, 26)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2000, 12, 31)), any_date)
def test_the_next_occurrence_is_within_a_year(date, today):
    (found,) = schedule.list_upcoming([day(f"{date:%m-%d}")], today)

    assert dt.timedelta() <= found.date - today <= 366 * DAY


@given(any_date)
def test_a_day_of_leap_years_only_comes_with_the_next_leap_year(today):
    (found,) = schedule.list_upcoming([day("02-29", leap_day=LeapDay.LEAP_YEARS)], today)

    assert (found.date.month, found.date.day) == (2, 29)
    assert dt.timedelta() <= found.date - today <= 4 * 366 * DAY


def test_a_day_of_leap_years_only_comes_after_the_century_that_has_none():
    (found,) = schedule.list_upcoming([day("02-29", leap_day=LeapDay.LEAP_YEARS)], dt.date(1896, 3, 1))

    assert found.date == dt.date(1904, 2, 29)


def test_a_skipped_occurrence_gives_way_to_the_one_after_it():
    days = [day("02-26", 1992, name="one"), day("02-29", name="leap", leap_day=LeapDay.LEAP_YEARS)]
    skipped = {("one", 2027), ("one", 2028), ("leap", 2028), ("other", 2029)}
    found = schedule.list_upcoming(days, dt.date(2027, 1, 1), skipped)

    assert [entry.date for entry in found] == [dt.date(2029, 2, 26), dt.date(2032, 2, 29)]
