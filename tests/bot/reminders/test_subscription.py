"""Coming days are listed by the chat's own clock, and no reminder is promised that won't come."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import vobject

from tests.support.harness import ADMIN, MEMBER

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
async def evening(harness, write, press):
    """In New York, where Ada and Mina live, it is the evening of the day; in UTC it is the next one."""
    harness.clock.set(dt.datetime(2027, 2, 26, 20, tzinfo=NEW_YORK))
    for chat_id in (ADMIN, MEMBER):
        await write("/subscribe", chat_id)
        await press("zone:y.America/New_York", chat_id)


async def test_on_the_evening_of_the_day_list_file_and_forecast_call_it_today(harness, evening, write):
    (listed,) = await write("/next")
    (file,) = await write("/next.ics")
    calendar = vobject.readOne(harness.world.files.by_id[file["document"]["file_id"]].data.decode())
    first = {event.uid.value: event.dtstart.value for event in calendar.vevent_list}

    assert "26 February 2027 — Khojaly day of remembrance (35 years), today" in listed["text"]
    assert "2 chats: the first on 26 February 2027 at 18:00" in listed["text"]
    assert first["khojaly@outreachbot"] == dt.date(2027, 2, 26)


async def test_subscribing_again_with_reminders_off_says_that_they_are_off(harness, write, press):
    await write("/subscribe", MEMBER)
    await write("/reminders", MEMBER)
    await press("reminders:on.0", MEMBER)
    await write("/unsubscribe", MEMBER)
    (again,) = await write("/subscribe", MEMBER)

    assert "Reminders are off" in again["text"]
    assert "Khojaly" not in again["text"]
