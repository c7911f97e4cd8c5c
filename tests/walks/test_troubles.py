"""A problem in one place affects nothing else: a chat, a group, a button, an outage of Telegram."""

import datetime as dt

import pytest

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox import attachments, groups, people
from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, FaultKind, InjectedFault
from outreachbot.workers.delivery import sender
from tests.support.broadcasts import compose, confirm_and_wait, count_in_state, report_numbers, subscribe
from tests.support.harness import ADMIN, MEMBER, buttons

GROUP, CHANNEL = -1001, -1002


async def test_an_admin_pauses_goes_on_and_everybody_gets_it_once(harness):
    crowd = people.add_crowd(harness.world, 60)
    await subscribe(harness, crowd)
    harness.per_second = 30
    async with harness.running_bot():
        question = await compose(harness)
        await harness.press(ADMIN, question, "Send to")
        await harness.press_data(ADMIN, question, "broadcast:pause:1")
        await harness.wait_until(lambda: "paused" in harness.current(ADMIN, question)["text"])
        before = len(harness.world.tally.deliveries)
        await harness.press(ADMIN, harness.current(ADMIN, question), "Go on")
        await harness.wait_until(lambda: "finished" in harness.current(ADMIN, question)["text"])

    assert before < 60
    assert [harness.world.tally.deliveries[chat] for chat in crowd] == [1] * 60


async def test_a_pause_holds_over_a_restart(harness):
    await subscribe(harness, people.add_crowd(harness.world, 60))
    harness.per_second = 30
    async with harness.running_bot():
        question = await compose(harness)
        await harness.press(ADMIN, question, "Send to")
        await harness.press_data(ADMIN, question, "broadcast:pause:1")
    sent = await count_in_state(harness, DeliveryState.SENT)
    async with harness.running_bot():
        await harness.answer(MEMBER, "/about")

    assert await count_in_state(harness, DeliveryState.SENT) == sent < 60


async def test_a_stopped_broadcast_is_over_and_its_report_adds_up(harness):
    crowd = people.add_crowd(harness.world, 60)
    await subscribe(harness, crowd)
    harness.per_second = 30
    async with harness.running_bot():
        question = await compose(harness)
        await harness.press(ADMIN, question, "Send to")
        await harness.press_data(ADMIN, question, "broadcast:stop:1")
        await harness.wait_until(lambda: "stopped by an admin" in harness.current(ADMIN, question)["text"])
        again = await harness.press_data(ADMIN, question, "broadcast:resume:1")
    report = report_numbers(harness.current(ADMIN, question)["text"])

    assert report["sent"] + report["skipped"] == report["audience"] == 60
    assert report["sent"] == sum(chat in harness.world.tally.deliveries for chat in crowd)
    assert "decided already" in again["text"]


async def test_cancel_makes_a_draft_unsendable(harness):
    await subscribe(harness, people.add_crowd(harness.world, 3))
    async with harness.running_bot():
        question = await compose(harness)
        answer = await harness.answer(ADMIN, "/cancel")
        note = await harness.press_data(ADMIN, question, "broadcast:send:1")

    assert "Nothing was sent" in answer["text"]
    assert "decided already" in note["text"]
    assert 1001 not in harness.world.tally.deliveries


async def test_a_progress_message_that_was_deleted_is_replaced_once(harness):
    await subscribe(harness, people.add_crowd(harness.world, 30))
    harness.per_second = 10
    async with harness.running_bot():
        question = await compose(harness)
        await harness.press_data(ADMIN, question, "broadcast:send:1")
        del harness.world.chats[ADMIN].messages[question["message_id"]]
        await harness.wait_until(lambda: any("finished" in message["text"] for message in harness.said(ADMIN)))

    assert sum("Broadcast 1" in message["text"] for message in harness.said(ADMIN)) == 1


async def test_a_reader_of_a_channel_makes_the_bot_post_nothing(harness):
    groups.create_chat(harness.world, CHANNEL, "News", ADMIN, kind="channel")
    groups.add_bot(harness.world, CHANNEL, ADMIN)
    harness.clock.set(dt.datetime(2026, 2, 20, 8, tzinfo=dt.UTC))
    async with harness.running_bot():
        groups.post(harness.world, CHANNEL, "/subscribe")
        await harness.wait_until(lambda: harness.world.tally.deliveries.get(CHANNEL) == 1)
        harness.clock.set(dt.datetime(2026, 2, 26, 8, tzinfo=dt.UTC))
        await harness.wait_until(lambda: harness.world.tally.deliveries.get(CHANNEL) == 2)
        reminder = list(harness.world.chats[CHANNEL].messages.values())[-1]
        press = await harness.press_data(CHANNEL, reminder, buttons(reminder)[0]["callback_data"], MEMBER)
        refused = await harness.press_data(CHANNEL, reminder, "+unsubscribe", MEMBER)
        done = await harness.press_data(CHANNEL, reminder, "+unsubscribe", ADMIN)
        opened = await harness.answer(MEMBER, "/start facts_event")

    assert press["url"] == f"https://t.me/{harness.world.username}?start=facts_event"
    assert "Only admins" in refused["text"]
    assert done["text"] == "This channel is unsubscribed."
    assert harness.world.tally.deliveries[CHANNEL] == 2
    assert "What happened" in opened["text"]


async def test_a_group_that_forbids_pictures_still_gets_words(harness):
    groups.create_chat(harness.world, GROUP, "Neighbours", ADMIN)
    groups.add_bot(harness.world, GROUP, ADMIN)
    await subscribe(harness, [GROUP], kind="supergroup")
    words = "Bad Request: not enough rights to send photos to the chat"
    harness.world.faults.pending.append(
        InjectedFault(FaultKind.REFUSED, "sendPhoto", chats=frozenset({GROUP}), code=400, description=words)
    )
    async with harness.running_bot():
        await harness.answer(ADMIN, "/broadcast")
        attachments.send_photo(harness.world, ADMIN, ADMIN, "A picture")
        await harness.wait_until(lambda: len(harness.said(ADMIN)) == 3)
        first = report_numbers(await confirm_and_wait(harness, harness.said(ADMIN)[-1]))
        second = report_numbers(await confirm_and_wait(harness, await compose(harness)))

    assert first == {"sent": 0, "failed": 1, "audience": 1}
    assert second == {"sent": 1, "audience": 1}


@pytest.mark.parametrize("kind", [FaultKind.PROXY, FaultKind.LOST_BEFORE])
async def test_a_stretch_without_telegram_costs_a_handful_and_not_everybody(harness, monkeypatch, kind):
    """Move the clock forward over the sender's pauses."""
    monkeypatch.setattr(sender, "LONGEST_SLEEP", 0.05)

    def has_tried_twelve_times():
        harness.clock.ahead += dt.timedelta(seconds=0.5)
        return harness.world.tally.calls["sendMessage"] >= 12

    await subscribe(harness, people.add_crowd(harness.world, 300))
    harness.per_second = 100
    harness.world.faults.pending.append(
        InjectedFault(kind, "sendMessage", times=ALWAYS, chats=frozenset(range(1001, 1301)))
    )
    async with harness.running_bot():
        question = await compose(harness)
        await harness.press(ADMIN, question, "Send to")
        await harness.wait_until(has_tried_twelve_times)
        uncertain = await count_in_state(harness, DeliveryState.UNCERTAIN)
        await harness.press_data(ADMIN, question, "broadcast:stop:1")

    assert uncertain < 40


async def test_a_proxys_refusal_fails_nobody(harness):
    crowd = people.add_crowd(harness.world, 30)
    await subscribe(harness, crowd)
    harness.world.faults.pending.append(
        InjectedFault(FaultKind.PROXY, "sendMessage", times=2, code=403, chats=frozenset(crowd))
    )
    async with harness.running_bot():
        report = report_numbers(await confirm_and_wait(harness, await compose(harness)))

    assert report == {"sent": 30, "audience": 30}


async def test_one_group_over_its_limit_keeps_nobody_else_waiting(harness):
    groups.create_chat(harness.world, GROUP, "Neighbours", ADMIN)
    groups.add_bot(harness.world, GROUP, ADMIN)
    crowd = people.add_crowd(harness.world, 100)
    await subscribe(harness, [GROUP, *crowd])
    flood = InjectedFault(FaultKind.TOO_MANY, ANY_SEND, times=ALWAYS, chats=frozenset({GROUP}), seconds=60)
    harness.world.faults.pending.append(flood)
    async with harness.running_bot():
        await harness.press(ADMIN, await compose(harness), "Send to")
        await harness.wait_until(lambda: all(chat in harness.world.tally.deliveries for chat in crowd))

    assert await count_in_state(harness, DeliveryState.QUEUED) == 1


async def test_one_member_who_floods_makes_nobody_wait(harness):
    harness.world.faults.pending.append(
        InjectedFault(FaultKind.TOO_MANY, ANY_SEND, times=ALWAYS, chats=frozenset({MEMBER}), seconds=30)
    )
    async with harness.running_bot():
        for _ in range(1200):
            people.say(harness.world, MEMBER, MEMBER, "/about")
        answer = await harness.answer(ADMIN, "/about")

    assert "Run by" in answer["text"]


async def test_a_clock_set_back_loses_no_subscriber(harness):
    people.add_crowd(harness.world, 1)
    harness.clock.ahead = dt.timedelta(days=30)
    async with harness.running_bot():
        await harness.answer(1001, "/subscribe")
        harness.clock.ahead = dt.timedelta()
        report = report_numbers(await confirm_and_wait(harness, await compose(harness)))

    assert report == {"sent": 1, "audience": 1}


async def test_a_deleted_topic_does_not_silence_the_group(harness):
    groups.create_chat(harness.world, GROUP, "Neighbours", ADMIN)
    groups.add_bot(harness.world, GROUP, ADMIN)
    topic = groups.open_topic(harness.world, GROUP, "Remembrance", ADMIN)
    async with harness.running_bot():
        await harness.answer(GROUP, "/subscribe", ADMIN, topic=topic)
        del harness.world.chats[GROUP].topics[topic]
        report = report_numbers(await confirm_and_wait(harness, await compose(harness)))

    assert report == {"sent": 1, "audience": 1}
    assert "message_thread_id" not in harness.said(GROUP)[-1]


async def test_a_reminder_that_telegram_refuses_pauses_and_the_admins_are_told(harness):
    harness.clock.set(dt.datetime(2026, 2, 20, 8, tzinfo=dt.UTC))
    words = "Bad Request: can't parse entities: something"
    async with harness.running_bot():
        await harness.answer(MEMBER, "/subscribe")
        harness.world.faults.pending.append(
            InjectedFault(FaultKind.REFUSED, ANY_SEND, chats=frozenset({MEMBER}), code=400, description=words)
        )
        harness.clock.set(dt.datetime(2026, 2, 26, 8, tzinfo=dt.UTC))
        await harness.wait_until(lambda: harness.said(ADMIN))
        told = harness.said(ADMIN)[0]
        await harness.press_data(ADMIN, told, buttons(told)[0]["callback_data"])
        await harness.wait_until(lambda: len(harness.said(MEMBER)) == 2)

    assert words in told["text"]
    assert "years ago" in harness.said(MEMBER)[1]["text"]
