"""An anniversary from start to end: each subscribed chat is reminded once, on its day."""

import datetime as dt

import pytest

from outreachbot.sandbox import groups, people
from tests.support.harness import ADMIN, MEMBER, Harness, buttons

BAKU = dt.timezone(dt.timedelta(hours=4))


def on(year: int, month: int, day: int, hour: int = 12) -> dt.datetime:
    """A moment in the zone of the shipped content."""
    return dt.datetime(year, month, day, hour, tzinfo=BAKU)


async def reminded(harness: Harness, chat_id: int = MEMBER) -> list[str]:
    return [message["text"] for message in harness.said(chat_id) if "years ago" in message["text"]]


async def test_the_reminder_comes_on_the_day_with_the_count_of_years(harness):
    harness.clock.set(on(2026, 2, 20))
    async with harness.running_bot():
        await harness.answer(MEMBER, "/subscribe")
        harness.clock.set(on(2026, 2, 26, 9))
        await harness.wait_until(lambda: len(harness.said(MEMBER)) == 2)
    message = harness.said(MEMBER)[1]

    assert "34 years ago" in message["text"]
    assert {"+facts:event", "+campaign", "+unsubscribe"} <= {button.get("callback_data") for button in buttons(message)}


async def test_its_buttons_lead_back_and_leave_it_standing(harness):
    harness.clock.set(on(2026, 2, 20))
    async with harness.running_bot():
        await harness.answer(MEMBER, "/subscribe")
        harness.clock.set(on(2026, 2, 26))
        await harness.wait_until(lambda: len(harness.said(MEMBER)) == 2)
        reminder = harness.said(MEMBER)[1]
        await harness.press(MEMBER, reminder, "facts")
        await harness.press(MEMBER, reminder, "Unsubscribe")

    assert harness.current(MEMBER, reminder) == reminder
    assert harness.said(MEMBER)[3]["text"].startswith("Unsubscribed")


async def test_nothing_comes_before_the_hour(harness):
    harness.clock.set(on(2026, 2, 20))
    async with harness.running_bot():
        await harness.answer(MEMBER, "/subscribe")
        harness.clock.set(on(2026, 2, 26, 8))
        people.say(harness.world, ADMIN, ADMIN, "/broadcast")
        await harness.wait_until(lambda: harness.said(ADMIN))

    assert await reminded(harness) == []


async def test_a_stop_over_the_hour_delays_it_within_the_day(harness):
    harness.clock.set(on(2026, 2, 20))
    async with harness.running_bot():
        await harness.answer(MEMBER, "/subscribe")
    harness.clock.set(on(2026, 2, 26, 15))
    async with harness.running_bot():
        await harness.wait_until(lambda: len(harness.said(MEMBER)) == 2)

    assert len(await reminded(harness)) == 1


@pytest.mark.parametrize("back", [on(2026, 2, 26, 9), on(2026, 2, 25, 23), on(2026, 2, 26, 23)])
async def test_a_restart_or_a_jumping_clock_repeats_nothing(harness, back):
    harness.clock.set(on(2026, 2, 20))
    async with harness.running_bot():
        await harness.answer(MEMBER, "/subscribe")
        harness.clock.set(on(2026, 2, 26, 10))
        await harness.wait_until(lambda: len(harness.said(MEMBER)) == 2)
    for moment in (back, on(2026, 2, 26, 11)):
        harness.clock.set(moment)
        async with harness.running_bot():
            await harness.answer(MEMBER, "/about")

    assert len(await reminded(harness)) == 1


async def test_only_subscribed_chats_get_a_reminder(harness):
    people.add_crowd(harness.world, 1)
    harness.clock.set(on(2026, 2, 20))
    async with harness.running_bot():
        await harness.answer(1001, "/start")
        await harness.answer(ADMIN, "/subscribe")
        await harness.answer(ADMIN, "/unsubscribe")
        await harness.answer(MEMBER, "/subscribe")
        harness.clock.set(on(2026, 2, 26))
        await harness.wait_until(lambda: len(harness.said(MEMBER)) == 2)

    assert await reminded(harness, 1001) == await reminded(harness, ADMIN) == []


async def test_it_goes_to_the_topic_that_subscribed(harness):
    groups.create_chat(harness.world, -1001, "Neighbours", ADMIN)
    groups.add_bot(harness.world, -1001, ADMIN)
    topic = groups.open_topic(harness.world, -1001, "Remembrance", ADMIN)
    harness.clock.set(on(2026, 2, 20))
    async with harness.running_bot():
        await harness.answer(-1001, "/subscribe", ADMIN, topic=topic)
        harness.clock.set(on(2026, 2, 26))
        await harness.wait_until(lambda: len(harness.said(-1001)) == 2)

    assert harness.said(-1001)[1]["message_thread_id"] == topic
