"""The schedule menus: each press leads to the next menu, and every label matches its data."""

import datetime as dt

import pytest

from outreachbot.domain.broadcasts.timing import Past
from outreachbot.domain.callbacks.broadcasts import Clock
from outreachbot.views.broadcasts import schedule

DAY = dt.date(2026, 12, 30)


def rows(message):
    return [[(button.label, button.data) for button in row] for row in message.buttons]


def test_there_are_three_ways():
    message = schedule.time_menu("en", 7, "Asia/Baku")

    assert rows(message) == [
        [("As soon as it is confirmed", "broadcast:when:7:now")],
        [("At one moment (Asia/Baku time)", "broadcast:when:7:m")],
        [("At an hour of each chat's own time zone", "broadcast:when:7:h")],
        [("‹ Back", "broadcast:ask:7")],
    ]


@pytest.mark.parametrize("way", Clock)
def test_two_weeks_of_days_are_offered_from_today_on(way):
    *days, back = [button for row in rows(schedule.day_menu("en", 7, way, DAY)) for button in row]

    assert len(days) == schedule.DAYS
    assert days[0] == ("Wed 30 Dec", f"broadcast:when:7:{way}.20261230")
    assert days[2] == ("Fri 1 Jan", f"broadcast:when:7:{way}.20270101")
    assert len({data for _, data in days}) == schedule.DAYS
    assert back == ("‹ Back", "broadcast:ask:7")


@pytest.mark.parametrize("way", Clock)
def test_every_hour_of_the_day_is_offered(way):
    message = schedule.hour_menu("en", 7, way, DAY)
    *hours, _back = [button for row in rows(message) for button in row]

    assert "30 December 2026" in message.text
    assert [label for label, _ in hours] == [f"{hour:02}:00" for hour in range(24)]
    assert hours[9] == ("09:00", f"broadcast:when:7:{way}.20261230.09")


def test_every_quarter_of_an_hour_is_offered():
    quarters, _back = rows(schedule.minute_menu("en", 7, DAY, 9))

    assert quarters == [
        ("09:00", "broadcast:when:7:m.20261230.09.00"),
        ("09:15", "broadcast:when:7:m.20261230.09.15"),
        ("09:30", "broadcast:when:7:m.20261230.09.30"),
        ("09:45", "broadcast:when:7:m.20261230.09.45"),
    ]


@pytest.mark.parametrize(("zones", "said"), [(1, "In 1 time zone of your"), (12, "In 12 time zones of your")])
def test_it_asks_what_chats_get_where_the_hour_has_passed(zones, said):
    message = schedule.passed_menu("en", 7, DAY, 9, zones)

    assert message.text.startswith(said)
    assert [data for row in rows(message) for _, data in row] == [
        *(f"broadcast:when:7:h.20261230.09.{past}" for past in Past),
        "broadcast:ask:7",
    ]
