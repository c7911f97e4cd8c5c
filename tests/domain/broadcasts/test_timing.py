"""When a broadcast is sent: at a moment, or at a local hour of each chat."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreachbot.domain.broadcasts import timing
from outreachbot.domain.broadcasts.timing import LocalHour, Moment, Past
from outreachbot.domain.content.values import known_zones
from outreachbot.domain.reminders import schedule

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
BAKU, BERLIN, TOKYO = "Asia/Baku", "Europe/Berlin", "Asia/Tokyo"  # UTC+4, +1 or +2, +9

any_zones = st.lists(st.sampled_from(sorted(known_zones())), min_size=1, max_size=5, unique=True)
local_hours = st.builds(
    LocalHour, st.dates(dt.date(2000, 1, 1), dt.date(2060, 12, 31)), st.integers(0, 23), st.sampled_from(Past)
)
moments = st.integers(0, 4 * 10**15).map(lambda microseconds: EPOCH + dt.timedelta(microseconds=microseconds))
timings = st.none() | st.builds(Moment, moments) | local_hours


def at(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


NOW = at(2024, 2, 26, 6)  # past nine in Tokyo and Baku, not in Berlin


@given(timings)
def test_what_is_stored_is_read_back_unchanged(written):
    assert timing.load(json.loads(json.dumps(timing.dump(written)))) == written
    assert timing.load(timing.dump(written)) == written


def test_without_a_stored_timing_it_goes_out_once_confirmed():
    assert timing.load({}) is None
    assert timing.compute_start(None, [BAKU], NOW) == NOW


@pytest.mark.parametrize(("hours", "starts"), [(2, 2), (0, 0), (-2, 0)])
def test_a_moment_that_has_passed_is_now(hours, starts):
    assert timing.compute_start(Moment(NOW + hours * HOUR), [], NOW) == NOW + starts * HOUR


def test_each_zone_has_its_own_wave():
    when = LocalHour(dt.date(2024, 2, 26), 9)

    assert timing.compute_waves(when, [TOKYO, BAKU, BERLIN], at(2024, 2, 25, 20)) == {
        TOKYO: at(2024, 2, 26, 0),
        BAKU: at(2024, 2, 26, 5),
        BERLIN: at(2024, 2, 26, 8),
    }
    assert timing.list_passed_zones(when, [TOKYO, BAKU, BERLIN], at(2024, 2, 25, 20)) == []
    assert timing.compute_start(when, [TOKYO, BAKU, BERLIN], at(2024, 2, 25, 20)) == at(2024, 2, 26, 0)


@pytest.mark.parametrize(
    ("chats", "ends"),
    [
        ({}, at(2024, 2, 25, 20)),
        ({BERLIN: 20}, at(2024, 2, 26, 8, 0, 10)),
        ({TOKYO: 20, BERLIN: 2}, at(2024, 2, 26, 8, 0, 1)),  # the first wave is over long before
        ({TOKYO: 8 * 7200 + 20, BERLIN: 2}, at(2024, 2, 26, 8, 0, 11)),  # it isn't: later waves wait for it
    ],
)
def test_it_ends_when_the_last_wave_has_gone_out_at_the_pace(chats, ends):
    assert timing.compute_end(LocalHour(dt.date(2024, 2, 26), 9), chats, 2.0, at(2024, 2, 25, 20)) == ends


@pytest.mark.parametrize(
    ("past", "ends"), [(Past.NOW, (26, 8, 0, 5)), (Past.SKIP, (26, 8, 0, 5)), (Past.TOMORROW, (27, 5, 0, 10))]
)
def test_the_end_depends_on_what_zones_past_the_hour_get(past, ends):
    when = LocalHour(dt.date(2024, 2, 26), 9, past)

    assert timing.compute_end(when, {BAKU: 20, BERLIN: 10}, 2.0, NOW) == at(2024, 2, *ends)


@pytest.mark.parametrize(
    ("past", "tokyo", "baku", "starts"),
    [
        (Past.NOW, NOW, NOW, NOW),
        (Past.TOMORROW, at(2024, 2, 27, 0), at(2024, 2, 27, 5), at(2024, 2, 26, 8)),
        (Past.SKIP, None, None, at(2024, 2, 26, 8)),
    ],
)
def test_where_the_hour_has_passed_it_is_sent_now_tomorrow_or_not_at_all(past, tokyo, baku, starts):
    when = LocalHour(dt.date(2024, 2, 26), 9, past)
    everywhere = [TOKYO, BAKU, BERLIN]

    assert timing.list_passed_zones(when, everywhere, NOW) == [TOKYO, BAKU]
    assert timing.compute_waves(when, everywhere, NOW) == {TOKYO: tokyo, BAKU: baku, BERLIN: at(2024, 2, 26, 8)}
    assert timing.compute_start(when, everywhere, NOW) == starts


def test_a_wave_whose_hour_it_is_just_now_is_not_late():
    when = LocalHour(dt.date(2024, 2, 26), 9, Past.SKIP)

    assert timing.list_passed_zones(when, [BAKU], at(2024, 2, 26, 5)) == []
    assert timing.compute_waves(when, [BAKU], at(2024, 2, 26, 5)) == {BAKU: at(2024, 2, 26, 5)}


def test_if_nobody_would_get_it_it_starts_now_to_say_so():
    assert timing.compute_start(LocalHour(dt.date(2024, 2, 26), 9, Past.SKIP), [TOKYO, BAKU], NOW) == NOW
    assert timing.compute_start(LocalHour(dt.date(2024, 2, 26), 9), [], NOW) == NOW


@pytest.mark.parametrize(
    ("date", "hour", "zone", "wave"),
    [
        (dt.date(2024, 3, 30), 9, BERLIN, at(2024, 3, 30, 8)),
        (dt.date(2024, 3, 31), 9, BERLIN, at(2024, 3, 31, 7)),  # the clocks went forward in the night
        (dt.date(2024, 3, 31), 2, BERLIN, at(2024, 3, 31, 1)),  # 2:00 does not exist: 3:00
        (dt.date(2024, 10, 27), 2, BERLIN, at(2024, 10, 27, 0)),  # 2:00 exists twice: the first
        (dt.date(2024, 10, 27), 9, BERLIN, at(2024, 10, 27, 8)),
        (dt.date(2024, 3, 10), 9, "America/New_York", at(2024, 3, 10, 13)),
        (dt.date(2024, 4, 7), 9, "Australia/Lord_Howe", at(2024, 4, 6, 22, 30)),  # by half an hour
    ],
)
def test_clocks_that_change_are_followed(date, hour, zone, wave):
    assert timing.compute_waves(LocalHour(date, hour), [zone], wave - DAY) == {zone: wave}


@pytest.mark.parametrize(
    ("date", "tomorrow"),
    [(dt.date(2024, 3, 30), at(2024, 3, 31, 7)), (dt.date(2024, 10, 26), at(2024, 10, 27, 8))],
)
def test_tomorrow_is_the_same_hour_on_the_clock_and_not_24_hours_later(date, tomorrow):
    late = schedule.local_moment(date, 9, BERLIN) + dt.timedelta(minutes=1)

    assert timing.compute_waves(LocalHour(date, 9, Past.TOMORROW), [BERLIN], late) == {BERLIN: tomorrow}


def test_after_a_whole_day_tomorrow_is_now():
    when = LocalHour(dt.date(2024, 2, 20), 9, Past.TOMORROW)

    assert timing.compute_waves(when, [BAKU], NOW) == {BAKU: NOW}


@settings(max_examples=200)
@given(local_hours, any_zones, st.integers(-3 * 86_400, 3 * 86_400))
def test_no_wave_is_before_now_and_only_late_zones_are_treated_as_such(when, everywhere, seconds):
    now = schedule.local_moment(when.date, when.hour, everywhere[0]) + dt.timedelta(seconds=seconds)
    waves, late = timing.compute_waves(when, everywhere, now), timing.list_passed_zones(when, everywhere, now)

    assert set(waves) == set(everywhere)
    for zone, moment in waves.items():
        intended = schedule.local_moment(when.date, when.hour, zone)
        if zone not in late:
            assert moment == intended >= now
        elif when.past is Past.SKIP:
            assert moment is None
        else:
            assert moment >= now > intended


@settings(max_examples=200)
@given(local_hours, any_zones, st.integers(-3 * 86_400, 3 * 86_400))
def test_it_starts_with_the_first_wave(when, everywhere, seconds):
    now = schedule.local_moment(when.date, when.hour, everywhere[0]) + dt.timedelta(seconds=seconds)
    moments = [moment for moment in timing.compute_waves(when, everywhere, now).values() if moment is not None]

    assert timing.compute_start(when, everywhere, now) == min(moments, default=now)


@settings(max_examples=200)
@given(local_hours, st.sampled_from(sorted(known_zones())))
def test_in_each_zone_it_is_that_day_there(when, zone):
    (moment,) = timing.compute_waves(when, [zone], at(1970, 1, 1)).values()
    local = moment.astimezone(ZoneInfo(zone))

    assert local.date() in {when.date, when.date + DAY}  # the day after only where the zone has no such day
    assert abs(local.hour - when.hour) <= 1 or local.date() != when.date
