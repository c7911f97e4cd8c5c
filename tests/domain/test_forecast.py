"""How long a wave lasts, when it begins, and what is forecast for a day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.reminders import forecast
from outreachbot.domain.reminders.forecast import Forecast
from outreachbot.domain.reminders.schedule import Due, Group

DAY = dt.date(2026, 2, 26)
NINE = dt.datetime(2026, 2, 26, 5, tzinfo=dt.UTC)  # in Baku
MINUTE = dt.timedelta(minutes=1)


def due(hour=9, zone="Asia/Baku"):
    return Due(DAY, (), Group(zone, hour))


@pytest.mark.parametrize(
    ("size", "early", "before"),
    [(0, 10, 0), (60, 10, 0.5), (1200, 10, 10), (1199, 10, 1199 / 120), (100_000, 10, 10), (100_000, 0, 0)],
)
def test_a_wave_begins_half_its_length_before_its_hour_but_not_earlier_than_the_content_allows(size, early, before):
    assert forecast.compute_start(NINE, size, 1.0, early) == NINE - MINUTE * before


def test_without_chats_there_is_no_forecast():
    assert forecast.forecast_waves([], 25.0, 0) is None
    assert forecast.forecast_waves([(due(), 0), (due(10), 0)], 25.0, 0) is None


def test_groups_that_share_a_moment_are_one_wave():
    waves = [(due(9), 600), (due(9, "Asia/Dubai"), 600), (due(20), 0)]

    assert forecast.forecast_waves(waves, 1.0, 0) == Forecast(1200, NINE, NINE + 20 * MINUTE)


def test_a_wave_that_begins_earlier_ends_earlier():
    assert forecast.forecast_waves([(due(), 1200)], 1.0, 60) == Forecast(1200, NINE - 10 * MINUTE, NINE + 10 * MINUTE)


def test_a_wave_waits_for_the_one_before_it():
    found = forecast.forecast_waves([(due(10), 60), (due(9), 7200)], 1.0, 0)

    assert found == Forecast(7260, NINE, NINE + 121 * MINUTE)


def test_there_may_be_a_pause_between_two_waves():
    assert forecast.forecast_waves([(due(9), 60), (due(20), 60)], 1.0, 0) == Forecast(120, NINE, NINE + 661 * MINUTE)


zones = st.sampled_from(["Asia/Baku", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"])
some_waves = st.dictionaries(st.tuples(zones, st.integers(0, 23)), st.integers(1, 100_000), min_size=1)


@given(some_waves, st.floats(0.5, 30), st.integers(0, 60))
def test_a_day_lasts_at_least_as_long_as_its_messages_take(sizes, per_second, early):
    waves = [(due(hour, zone), size) for (zone, hour), size in sizes.items()]
    found = forecast.forecast_waves(waves, per_second, early)

    needed = dt.timedelta(seconds=found.chats / per_second)
    assert found.chats == sum(sizes.values())
    assert found.last - found.first >= needed - dt.timedelta(milliseconds=1)
    assert found.last <= max(wave.at for wave, _ in waves) + needed
    assert min(wave.at for wave, _ in waves) - early * MINUTE <= found.first <= min(wave.at for wave, _ in waves)
