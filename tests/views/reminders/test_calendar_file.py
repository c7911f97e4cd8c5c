"""The calendar file as another program reads it: its rules give the days that the bot observes."""

import datetime as dt
from itertools import takewhile

import pytest
import vobject
from dateutil.rrule import rrulestr

from outreachbot.domain.content.model import Anniversary
from outreachbot.domain.reminders import schedule
from outreachbot.domain.reminders.settings import ChatSettings
from outreachbot.views.reminders import calendar_file

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
YEARS = range(2026, 2110)


def read(content, settings=None, language="en"):
    """The file as vobject reads it."""
    raw = calendar_file.calendar_file(content, language, settings or ChatSettings(), NOW.date(), NOW)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n")), "RFC 5545, 3.1"
    calendar = vobject.readOne(raw.decode())
    assert calendar.validate(raiseException=True)
    return calendar


def kept_on(content, **changes):
    """The content with its only day changed."""
    day = content.anniversaries[0].model_dump(mode="json") | {"date": "03-02"} | changes
    return content.model_copy(update={"anniversaries": (Anniversary.model_validate(day),)})


def expanded(event):
    """The days that the rule gives in the years under test."""
    first = dt.datetime.combine(event.dtstart.value, dt.time())
    days = (day.date() for day in rrulestr(event.rrule.value, dtstart=first))
    return list(takewhile(lambda day: day.year in YEARS, days))


@pytest.mark.parametrize("leap_day", ["feb-28", "mar-1", "leap-years"])
@pytest.mark.parametrize("date", ["02-28", "02-29", "03-01", "12-31"])
def test_its_rule_gives_the_days_that_the_bot_keeps(bridge, date, leap_day):
    content = kept_on(bridge, date=date, leap_day=leap_day)
    dates = [schedule.date_in_year(content.anniversaries[0], year) for year in YEARS]

    assert expanded(read(content).vevent) == [day for day in dates if day and day >= NOW.date()]


def test_each_event_lasts_all_day_has_no_zone_and_blocks_no_time(bridge):
    event = read(bridge).vevent

    assert (event.dtstart.value, event.dtend.value) == (dt.date(2026, 3, 2), dt.date(2026, 3, 3))
    assert event.transp.value == "TRANSPARENT"
    assert event.dtstamp.value == NOW
    assert event.uid.value == "flood-day@outreachbot"


def test_texts_are_plain_with_every_sign_as_it_is(bridge):
    signs = "**A**; b, c\\\\d\nhttps://a.example " + "ə" * 100
    event = read(kept_on(bridge, title={"en": signs}, text={"en": signs})).vevent

    assert event.summary.value == event.description.value == signs.replace("**", "").replace("\\\\", "\\")


def test_it_holds_the_days_that_the_chat_keeps(bridge):
    without = ChatSettings(anniversaries={"flood-day": False})

    assert not hasattr(read(bridge, without), "vevent")
    assert read(bridge).vevent.summary.value == "Day of the flood"
