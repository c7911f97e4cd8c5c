"""Before a broadcast goes out: to whom, when, and with whose consent."""

import datetime as dt

from sqlalchemy import update

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox import people
from outreachbot.store import tables
from outreachbot.store.database import connect
from tests.support.broadcasts import compose, confirm_and_wait, count_in_state, report_numbers, subscribe
from tests.support.harness import ADMIN, MEMBER, Harness, buttons

SECOND = 33  # another admin
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


async def set_chats(harness: Harness, ids: list[int], **values: object) -> None:
    async with connect.open_database(harness.database_url) as db, connect.writing(db) as transaction:
        await transaction.execute(update(tables.chats).where(tables.chats.c.id.in_(ids)).values(**values))


def got(harness: Harness, ids: list[int]) -> list[int]:
    return [chat for chat in ids if harness.world.tally.deliveries.get(chat)]


async def choose(harness: Harness, question: dict, *labels: str) -> dict:
    """Press these buttons in turn; return the question as then shown."""
    for label in labels:
        await harness.press(ADMIN, harness.current(ADMIN, question), label)
    return harness.current(ADMIN, question)


async def test_only_a_language_gets_it(harness):
    crowd = people.add_crowd(harness.world, 4)
    await subscribe(harness, crowd)
    await set_chats(harness, [1001, 1003], language="ru")
    async with harness.running_bot():
        question = await compose(harness)
        menu = await choose(harness, question, "To whom", "Russian")
        question = await choose(harness, question, "Back")
        report = report_numbers(await confirm_and_wait(harness, question))

    assert "✓ Russian" in str(buttons(menu))
    assert "Only to: Russian" in question["text"]
    assert report == {"sent": 2, "audience": 2}
    assert got(harness, list(crowd)) == [1001, 1003]


async def test_segments_narrow_each_other_down_and_can_be_taken_back(harness):
    crowd = people.add_crowd(harness.world, 3)
    await subscribe(harness, crowd)
    await set_chats(harness, [1002], joined="letter-2026")
    async with harness.running_bot():
        question = await compose(harness)
        one_chat = await choose(harness, question, "To whom", "letter-2026")
        none = await choose(harness, question, "groups")
        everybody = await choose(harness, question, "Everybody")

    assert "1 chat" in one_chat["text"]
    assert "0 chats" in none["text"]
    assert "Everybody who subscribed: 3 chats" in everybody["text"]


async def test_chats_reminded_of_a_day_get_what_is_about_it(harness):
    await subscribe(harness, people.add_crowd(harness.world, 2))
    async with harness.running_bot():
        question = await compose(harness)
        menu = await choose(harness, question, "To whom")
        day = next(button for button in buttons(menu) if ":a." in button["callback_data"])
        menu_of_day = await choose(harness, question, day["text"])

    assert "reminded of" in menu_of_day["text"]
    assert "2 chats" in menu_of_day["text"]


async def test_a_start_code_marks_the_chat_without_subscribing_it(harness):
    async with harness.running_bot():
        await harness.answer(MEMBER, "/start flyer-7")
        question = await compose(harness)
        assert "Nobody is subscribed" in question["text"]
        await harness.answer(MEMBER, "/subscribe")
        question = await choose(harness, await compose(harness), "To whom", "flyer-7")

    assert "1 chat" in question["text"]


async def test_a_moment_is_chosen_by_buttons_and_kept_over_a_restart(harness):
    await subscribe(harness, people.add_crowd(harness.world, 3))
    harness.clock.set(NOON)
    async with harness.running_bot():
        question = await choose(harness, await compose(harness), "When", "At one moment", "3 Mar", "09:00", "09:15")
        assert "3 March 2026 at 09:15" in question["text"]
        waiting = await choose(harness, question, "Send to")
    assert "scheduled" in waiting["text"]
    assert await count_in_state(harness, DeliveryState.SENT) == 0

    harness.clock.set(NOON.replace(day=3, hour=5, minute=14, second=58))  # Baku is 4 hours ahead
    async with harness.running_bot():
        await harness.wait_until(lambda: "finished" in harness.current(ADMIN, question)["text"])

    assert report_numbers(harness.current(ADMIN, question)["text"]) == {"sent": 3, "audience": 3}


async def test_a_missed_broadcast_asks_and_is_not_sent_late(harness):
    await subscribe(harness, people.add_crowd(harness.world, 3))
    harness.clock.set(NOON)
    async with harness.running_bot():
        question = await choose(
            harness, await compose(harness), "When", "At one moment", "3 Mar", "09:00", "09:15", "Send to"
        )
    harness.clock.set(NOON.replace(day=4))
    async with harness.running_bot():
        await harness.wait_until(lambda: "missed" in harness.current(ADMIN, question)["text"])
        missed = harness.current(ADMIN, question)
        assert await count_in_state(harness, DeliveryState.QUEUED) == 0
        await harness.press(ADMIN, missed, "Send now")
        await harness.wait_until(lambda: "finished" in harness.current(ADMIN, question)["text"])

    assert "Nothing was sent" in missed["text"]
    assert report_numbers(harness.current(ADMIN, question)["text"]) == {"sent": 3, "audience": 3}


async def test_a_moment_that_has_passed_can_not_be_chosen(harness):
    await subscribe(harness, people.add_crowd(harness.world, 1))
    harness.clock.set(NOON)
    async with harness.running_bot():
        question = await compose(harness)
        note = await harness.press_data(ADMIN, question, "broadcast:when:1:m.20260302.09.00")
        forged = await harness.press_data(ADMIN, question, "broadcast:when:1:m.20260302.99.00")

    assert "passed" in note["text"]
    assert "no longer leads anywhere" in forged["text"]


async def test_each_zone_gets_it_at_its_hour_and_zones_past_it_as_chosen(harness):
    crowd = people.add_crowd(harness.world, 3)
    await subscribe(harness, crowd)
    await set_chats(harness, [1002], zone="Europe/Paris")
    await set_chats(harness, [1003], zone="Pacific/Auckland")
    harness.clock.set(NOON)  # 16:00 in Baku, 13:00 in Paris, 1:00 of the next day in Auckland
    async with harness.running_bot():
        question = await choose(harness, await compose(harness), "When", "own time zone", "2 Mar", "18:00")
        assert "In 1 time zone" in question["text"]
        question = await choose(harness, question, "Nothing")
        await choose(harness, question, "Send to")
        harness.clock.set(NOON.replace(hour=14, minute=0, second=1))
        await harness.wait_until(lambda: 1001 in harness.world.tally.deliveries)
        assert got(harness, list(crowd)) == [1001]
        harness.clock.set(NOON.replace(hour=17, minute=0, second=1))
        await harness.wait_until(lambda: "finished" in harness.current(ADMIN, question)["text"])

    assert report_numbers(harness.current(ADMIN, question)["text"]) == {"sent": 2, "skipped": 1, "audience": 3}
    assert got(harness, list(crowd)) == [1001, 1002]


async def test_a_missed_wave_asks_and_is_not_sent_late(harness):
    crowd = people.add_crowd(harness.world, 2)
    await subscribe(harness, crowd)
    await set_chats(harness, [1002], zone="Europe/Paris")
    harness.clock.set(NOON)
    async with harness.running_bot():
        question = await choose(harness, await compose(harness), "When", "own time zone", "2 Mar", "18:00", "Send to")
        harness.clock.set(NOON.replace(hour=14, minute=0, second=1))
        await harness.wait_until(lambda: 1001 in harness.world.tally.deliveries)
    harness.clock.set(NOON.replace(hour=23))
    async with harness.running_bot():
        await harness.wait_until(lambda: "paused" in harness.current(ADMIN, question)["text"])
        paused = harness.current(ADMIN, question)
        assert got(harness, list(crowd)) == [1001]
        await harness.press(ADMIN, paused, "Go on")
        await harness.wait_until(lambda: "finished" in harness.current(ADMIN, question)["text"])

    assert "passed while the bot did not run" in paused["text"]
    assert got(harness, list(crowd)) == [1001, 1002]


async def test_many_chats_wait_half_a_minute_in_which_it_can_be_stopped(harness):
    harness.large_audience = 2
    await subscribe(harness, people.add_crowd(harness.world, 3))
    async with harness.running_bot():
        question = await compose(harness)
        assert "starts 30 seconds after" in question["text"]
        waiting = await choose(harness, question, "Send to")
        stopped = await choose(harness, waiting, "Stop for good")
        second = await choose(harness, await compose(harness), "Send to")
        harness.clock.ahead += dt.timedelta(seconds=31)
        await harness.wait_until(lambda: "finished" in harness.current(ADMIN, second)["text"])

    assert "scheduled" in waiting["text"]
    assert "stopped" in stopped["text"]
    assert [harness.world.tally.deliveries[chat] for chat in (1001, 1002, 1003)] == [1, 1, 1]


async def second_admin(harness: Harness) -> None:
    people.add_person(harness.world, SECOND, "Eda", language="en")
    people.start(harness.world, SECOND)
    harness.world.updates.clear()
    harness.admins, harness.approvals, harness.large_audience = frozenset({ADMIN, SECOND}), 2, 2
    await subscribe(harness, people.add_crowd(harness.world, 3))


async def test_many_chats_need_a_second_admins_consent(harness):
    await second_admin(harness)
    async with harness.running_bot():
        question = await choose(harness, await compose(harness), "Send to")
        await harness.wait_until(lambda: len(harness.said(SECOND)) == 2)
        seen, asked = harness.said(SECOND)
        await harness.press_data(ADMIN, question, "broadcast:consent:1")
        assert harness.world.tally.deliveries.get(1001) is None
        await harness.press(SECOND, asked, "I consent")
        harness.clock.ahead += dt.timedelta(seconds=31)
        await harness.wait_until(lambda: "finished" in harness.current(ADMIN, question)["text"])

    assert "waits for the consent of 1 more admin" in question["text"]
    assert seen["text"] == "Dear friends"
    assert report_numbers(harness.current(ADMIN, question)["text"]) == {"sent": 3, "audience": 3}


async def test_one_objection_is_enough(harness):
    await second_admin(harness)
    async with harness.running_bot():
        question = await choose(harness, await compose(harness), "Send to")
        await harness.wait_until(lambda: len(harness.said(SECOND)) == 2)
        await harness.press(SECOND, harness.said(SECOND)[1], "I object")
        await harness.wait_until(lambda: "objects" in harness.said(ADMIN)[-1]["text"])
        late = await harness.press_data(ADMIN, question, "broadcast:consent:1")

    assert "decided already" in late["text"]
    assert got(harness, [1001, 1002, 1003]) == []


async def test_a_broadcast_others_consented_to_can_not_be_changed(harness):
    await second_admin(harness)
    async with harness.running_bot():
        question = await choose(harness, await compose(harness), "Send to")
        notes = [
            await harness.press_data(ADMIN, question, f"broadcast:{what}")
            for what in ("whom:1:k.members", "when:1:now", "ask:1")
        ]

    assert all("decided already" in note["text"] for note in notes)
