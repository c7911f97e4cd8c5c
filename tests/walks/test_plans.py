"""Before a broadcast goes out: to whom, when, and with whose consent."""

import datetime as dt

from sqlalchemy import update
from test_broadcast import compose, in_state, numbers, send, subscribe

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox import people
from outreachbot.store import tables
from outreachbot.store.database import connect
from town import ADMIN, MEMBER, Town, buttons

SECOND = 33  # another admin
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


async def set_chats(town: Town, ids: list[int], **values: object) -> None:
    async with connect.open_database(town.database_url) as db, connect.writing(db) as transaction:
        await transaction.execute(update(tables.chats).where(tables.chats.c.id.in_(ids)).values(**values))


def got(town: Town, ids: list[int]) -> list[int]:
    return [chat for chat in ids if town.world.tally.deliveries.get(chat)]


async def choose(town: Town, question: dict, *labels: str) -> dict:
    """Press one button after the other; the question as it stands then."""
    for label in labels:
        await town.press(ADMIN, town.now(ADMIN, question), label)
    return town.now(ADMIN, question)


async def test_only_a_language_gets_it(town):
    crowd = people.add_crowd(town.world, 4)
    await subscribe(town, crowd)
    await set_chats(town, [1001, 1003], language="ru")
    async with town.bot():
        question = await compose(town)
        menu = await choose(town, question, "To whom", "Russian")
        question = await choose(town, question, "Back")
        report = numbers(await send(town, question))

    assert "✓ Russian" in str(buttons(menu))
    assert "Only to: Russian" in question["text"]
    assert report == {"sent": 2, "audience": 2}
    assert got(town, list(crowd)) == [1001, 1003]


async def test_segments_narrow_each_other_down_and_can_be_taken_back(town):
    crowd = people.add_crowd(town.world, 3)
    await subscribe(town, crowd)
    await set_chats(town, [1002], joined="letter-2026")
    async with town.bot():
        question = await compose(town)
        one = await choose(town, question, "To whom", "letter-2026")
        none = await choose(town, question, "groups")
        everybody = await choose(town, question, "Everybody")

    assert "1 chat" in one["text"]
    assert "0 chats" in none["text"]
    assert "Everybody who subscribed: 3 chats" in everybody["text"]


async def test_chats_reminded_of_a_day_get_what_is_about_it(town):
    await subscribe(town, people.add_crowd(town.world, 2))
    async with town.bot():
        question = await compose(town)
        menu = await choose(town, question, "To whom")
        day = next(button for button in buttons(menu) if ":a." in button["callback_data"])
        chosen = await choose(town, question, day["text"])

    assert "reminded of" in chosen["text"]
    assert "2 chats" in chosen["text"]


async def test_who_came_by_a_start_code_is_known_by_it_and_not_subscribed(town):
    async with town.bot():
        await town.answer(MEMBER, "/start flyer-7")
        question = await compose(town)
        assert "Nobody is subscribed" in question["text"]
        await town.answer(MEMBER, "/subscribe")
        question = await choose(town, await compose(town), "To whom", "flyer-7")

    assert "1 chat" in question["text"]


async def test_a_moment_is_chosen_by_buttons_and_kept_over_a_restart(town):
    await subscribe(town, people.add_crowd(town.world, 3))
    town.clock.set(NOON)
    async with town.bot():
        question = await choose(town, await compose(town), "When", "At one moment", "3 Mar", "09:00", "09:15")
        assert "3 March 2026 at 09:15" in question["text"]
        waiting = await choose(town, question, "Send to")
    assert "scheduled" in waiting["text"]
    assert await in_state(town, DeliveryState.SENT) == 0

    town.clock.set(NOON.replace(day=3, hour=5, minute=14, second=58))  # Baku is 4 hours ahead
    async with town.bot():
        await town.until(lambda: "finished" in town.now(ADMIN, question)["text"])

    assert numbers(town.now(ADMIN, question)["text"]) == {"sent": 3, "audience": 3}


async def test_what_was_missed_asks_and_does_not_fire_late(town):
    await subscribe(town, people.add_crowd(town.world, 3))
    town.clock.set(NOON)
    async with town.bot():
        question = await choose(
            town, await compose(town), "When", "At one moment", "3 Mar", "09:00", "09:15", "Send to"
        )
    town.clock.set(NOON.replace(day=4))
    async with town.bot():
        await town.until(lambda: "missed" in town.now(ADMIN, question)["text"])
        missed = town.now(ADMIN, question)
        assert await in_state(town, DeliveryState.QUEUED) == 0
        await town.press(ADMIN, missed, "Send now")
        await town.until(lambda: "finished" in town.now(ADMIN, question)["text"])

    assert "Nothing was sent" in missed["text"]
    assert numbers(town.now(ADMIN, question)["text"]) == {"sent": 3, "audience": 3}


async def test_a_moment_that_has_passed_can_not_be_chosen(town):
    await subscribe(town, people.add_crowd(town.world, 1))
    town.clock.set(NOON)
    async with town.bot():
        question = await compose(town)
        note = await town.press_data(ADMIN, question, "broadcast:when:1:m.20260302.09.00")
        forged = await town.press_data(ADMIN, question, "broadcast:when:1:m.20260302.99.00")

    assert "passed" in note["text"]
    assert "decided already" in forged["text"]


async def test_each_zone_gets_it_at_its_own_hour_and_who_is_past_it_as_asked(town):
    crowd = people.add_crowd(town.world, 3)
    await subscribe(town, crowd)
    await set_chats(town, [1002], zone="Europe/Paris")
    await set_chats(town, [1003], zone="Pacific/Auckland")
    town.clock.set(NOON)  # 16:00 in Baku, 13:00 in Paris, 1:00 of the next day in Auckland
    async with town.bot():
        question = await choose(town, await compose(town), "When", "own time zone", "2 Mar", "18:00")
        assert "In 1 time zone" in question["text"]
        question = await choose(town, question, "Nothing")
        await choose(town, question, "Send to")
        town.clock.set(NOON.replace(hour=14, minute=0, second=1))
        await town.until(lambda: 1001 in town.world.tally.deliveries)
        assert got(town, list(crowd)) == [1001]
        town.clock.set(NOON.replace(hour=17, minute=0, second=1))
        await town.until(lambda: "finished" in town.now(ADMIN, question)["text"])

    assert numbers(town.now(ADMIN, question)["text"]) == {"sent": 2, "skipped": 1, "audience": 3}
    assert got(town, list(crowd)) == [1001, 1002]


async def test_a_wave_that_was_missed_asks_and_does_not_fire_late(town):
    crowd = people.add_crowd(town.world, 2)
    await subscribe(town, crowd)
    await set_chats(town, [1002], zone="Europe/Paris")
    town.clock.set(NOON)
    async with town.bot():
        question = await choose(town, await compose(town), "When", "own time zone", "2 Mar", "18:00", "Send to")
        town.clock.set(NOON.replace(hour=14, minute=0, second=1))
        await town.until(lambda: 1001 in town.world.tally.deliveries)
    town.clock.set(NOON.replace(hour=23))
    async with town.bot():
        await town.until(lambda: "paused" in town.now(ADMIN, question)["text"])
        paused = town.now(ADMIN, question)
        assert got(town, list(crowd)) == [1001]
        await town.press(ADMIN, paused, "Go on")
        await town.until(lambda: "finished" in town.now(ADMIN, question)["text"])

    assert "passed while the bot did not run" in paused["text"]
    assert got(town, list(crowd)) == [1001, 1002]


async def test_many_chats_wait_half_a_minute_in_which_it_can_be_stopped(town):
    town.large_audience = 2
    await subscribe(town, people.add_crowd(town.world, 3))
    async with town.bot():
        question = await compose(town)
        assert "starts 30 seconds after" in question["text"]
        waiting = await choose(town, question, "Send to")
        stopped = await choose(town, waiting, "Stop for good")
        second = await choose(town, await compose(town), "Send to")
        town.clock.ahead += dt.timedelta(seconds=31)
        await town.until(lambda: "finished" in town.now(ADMIN, second)["text"])

    assert "scheduled" in waiting["text"]
    assert "stopped" in stopped["text"]
    assert [town.world.tally.deliveries[chat] for chat in (1001, 1002, 1003)] == [1, 1, 1]


async def second_admin(town: Town) -> None:
    people.add_person(town.world, SECOND, "Eda", language="en")
    people.start(town.world, SECOND)
    town.world.updates.clear()
    town.admins, town.approvals, town.large_audience = frozenset({ADMIN, SECOND}), 2, 2
    await subscribe(town, people.add_crowd(town.world, 3))


async def test_many_chats_need_a_second_admins_consent(town):
    await second_admin(town)
    async with town.bot():
        question = await choose(town, await compose(town), "Send to")
        await town.until(lambda: len(town.said(SECOND)) == 2)
        seen, asked = town.said(SECOND)
        await town.press_data(ADMIN, question, "broadcast:consent:1")
        assert town.world.tally.deliveries.get(1001) is None
        await town.press(SECOND, asked, "I consent")
        town.clock.ahead += dt.timedelta(seconds=31)
        await town.until(lambda: "finished" in town.now(ADMIN, question)["text"])

    assert "waits for the consent of 1 more admin" in question["text"]
    assert seen["text"] == "Dear friends"
    assert numbers(town.now(ADMIN, question)["text"]) == {"sent": 3, "audience": 3}


async def test_one_objection_is_enough(town):
    await second_admin(town)
    async with town.bot():
        question = await choose(town, await compose(town), "Send to")
        await town.until(lambda: len(town.said(SECOND)) == 2)
        await town.press(SECOND, town.said(SECOND)[1], "I object")
        await town.until(lambda: "objects" in town.said(ADMIN)[-1]["text"])
        late = await town.press_data(ADMIN, question, "broadcast:consent:1")

    assert "decided already" in late["text"]
    assert got(town, [1001, 1002, 1003]) == []


async def test_what_others_consented_to_can_not_be_changed(town):
    await second_admin(town)
    async with town.bot():
        question = await choose(town, await compose(town), "Send to")
        notes = [
            await town.press_data(ADMIN, question, f"broadcast:{what}")
            for what in ("whom:1:k.members", "when:1:now", "ask:1")
        ]

    assert all("decided already" in note["text"] for note in notes)
