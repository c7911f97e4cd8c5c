"""An anniversary's walk: each subscribed chat is reminded once, on its day."""

import datetime as dt

import pytest

from outreachbot.sandbox import groups, people
from town import ADMIN, MEMBER, Town, buttons

BAKU = dt.timezone(dt.timedelta(hours=4))


def on(year: int, month: int, day: int, hour: int = 12) -> dt.datetime:
    """A moment in the zone of the shipped content."""
    return dt.datetime(year, month, day, hour, tzinfo=BAKU)


async def reminded(town: Town, chat_id: int = MEMBER) -> list[str]:
    return [message["text"] for message in town.said(chat_id) if "years ago" in message["text"]]


async def test_the_reminder_comes_on_the_day_with_the_count_of_years(town):
    town.clock.set(on(2026, 2, 20))
    async with town.bot():
        await town.answer(MEMBER, "/subscribe")
        town.clock.set(on(2026, 2, 26, 9))
        await town.until(lambda: len(town.said(MEMBER)) == 2)
    message = town.said(MEMBER)[1]

    assert "34 years ago" in message["text"]
    assert {"+facts:event", "+campaign", "+unsubscribe"} <= {button.get("callback_data") for button in buttons(message)}


async def test_its_buttons_lead_back_and_leave_it_standing(town):
    town.clock.set(on(2026, 2, 20))
    async with town.bot():
        await town.answer(MEMBER, "/subscribe")
        town.clock.set(on(2026, 2, 26))
        await town.until(lambda: len(town.said(MEMBER)) == 2)
        reminder = town.said(MEMBER)[1]
        await town.press(MEMBER, reminder, "facts")
        await town.press(MEMBER, reminder, "Unsubscribe")

    assert town.now(MEMBER, reminder) == reminder
    assert town.said(MEMBER)[3]["text"].startswith("Unsubscribed")


async def test_nothing_comes_before_the_hour(town):
    town.clock.set(on(2026, 2, 20))
    async with town.bot():
        await town.answer(MEMBER, "/subscribe")
        town.clock.set(on(2026, 2, 26, 8))
        people.say(town.world, ADMIN, ADMIN, "/broadcast")
        await town.until(lambda: town.said(ADMIN))

    assert await reminded(town) == []


async def test_a_stop_over_the_hour_delays_it_within_the_day(town):
    town.clock.set(on(2026, 2, 20))
    async with town.bot():
        await town.answer(MEMBER, "/subscribe")
    town.clock.set(on(2026, 2, 26, 15))
    async with town.bot():
        await town.until(lambda: len(town.said(MEMBER)) == 2)

    assert len(await reminded(town)) == 1


@pytest.mark.parametrize("back", [on(2026, 2, 26, 9), on(2026, 2, 25, 23), on(2026, 2, 26, 23)])
async def test_a_restart_or_a_jumping_clock_repeats_nothing(town, back):
    town.clock.set(on(2026, 2, 20))
    async with town.bot():
        await town.answer(MEMBER, "/subscribe")
        town.clock.set(on(2026, 2, 26, 10))
        await town.until(lambda: len(town.said(MEMBER)) == 2)
    for moment in (back, on(2026, 2, 26, 11)):
        town.clock.set(moment)
        async with town.bot():
            await town.answer(MEMBER, "/about")

    assert len(await reminded(town)) == 1


async def test_who_did_not_ask_or_asked_to_stop_gets_nothing(town):
    people.add_crowd(town.world, 1)
    town.clock.set(on(2026, 2, 20))
    async with town.bot():
        await town.answer(1001, "/start")
        await town.answer(ADMIN, "/subscribe")
        await town.answer(ADMIN, "/unsubscribe")
        await town.answer(MEMBER, "/subscribe")
        town.clock.set(on(2026, 2, 26))
        await town.until(lambda: len(town.said(MEMBER)) == 2)

    assert await reminded(town, 1001) == await reminded(town, ADMIN) == []


async def test_it_goes_to_the_topic_that_subscribed(town):
    groups.create_chat(town.world, -1001, "Neighbours", ADMIN)
    groups.add_bot(town.world, -1001, ADMIN)
    topic = groups.open_topic(town.world, -1001, "Remembrance", ADMIN)
    town.clock.set(on(2026, 2, 20))
    async with town.bot():
        await town.answer(-1001, "/subscribe", ADMIN, topic=topic)
        town.clock.set(on(2026, 2, 26))
        await town.until(lambda: len(town.said(-1001)) == 2)

    assert town.said(-1001)[1]["message_thread_id"] == topic
