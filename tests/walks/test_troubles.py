"""What goes wrong in one place stays there: a chat, a group, a button, a stretch without Telegram."""

import datetime as dt

import pytest
from test_broadcast import compose, in_state, numbers, send, subscribe

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox import attachments, groups, people
from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, FaultKind, InjectedFault
from town import ADMIN, MEMBER, buttons

GROUP, CHANNEL = -1001, -1002


async def test_an_admin_pauses_goes_on_and_everybody_gets_it_once(town):
    crowd = people.add_crowd(town.world, 60)
    await subscribe(town, crowd)
    town.per_second = 30
    async with town.bot():
        question = await compose(town)
        await town.press(ADMIN, question, "Send to")
        await town.press_data(ADMIN, question, "broadcast:pause:1")
        await town.until(lambda: "paused" in town.now(ADMIN, question)["text"])
        before = len(town.world.tally.deliveries)
        await town.press(ADMIN, town.now(ADMIN, question), "Go on")
        await town.until(lambda: "finished" in town.now(ADMIN, question)["text"])

    assert before < 60
    assert [town.world.tally.deliveries[chat] for chat in crowd] == [1] * 60


async def test_a_pause_holds_over_a_restart(town):
    await subscribe(town, people.add_crowd(town.world, 60))
    town.per_second = 30
    async with town.bot():
        question = await compose(town)
        await town.press(ADMIN, question, "Send to")
        await town.press_data(ADMIN, question, "broadcast:pause:1")
    sent = await in_state(town, DeliveryState.SENT)
    async with town.bot():
        await town.answer(MEMBER, "/about")

    assert await in_state(town, DeliveryState.SENT) == sent < 60


async def test_what_is_stopped_is_over_and_the_report_adds_up(town):
    crowd = people.add_crowd(town.world, 60)
    await subscribe(town, crowd)
    town.per_second = 30
    async with town.bot():
        question = await compose(town)
        await town.press(ADMIN, question, "Send to")
        await town.press_data(ADMIN, question, "broadcast:stop:1")
        await town.until(lambda: "stopped by an admin" in town.now(ADMIN, question)["text"])
        again = await town.press_data(ADMIN, question, "broadcast:resume:1")
    report = numbers(town.now(ADMIN, question)["text"])

    assert report["sent"] + report["skipped"] == report["audience"] == 60
    assert report["sent"] == sum(chat in town.world.tally.deliveries for chat in crowd)
    assert "decided already" in again["text"]


async def test_cancel_makes_a_draft_unsendable(town):
    await subscribe(town, people.add_crowd(town.world, 3))
    async with town.bot():
        question = await compose(town)
        answer = await town.answer(ADMIN, "/cancel")
        note = await town.press_data(ADMIN, question, "broadcast:send:1")

    assert "Nothing was sent" in answer["text"]
    assert "decided already" in note["text"]
    assert 1001 not in town.world.tally.deliveries


async def test_a_progress_message_that_was_deleted_is_replaced_once(town):
    await subscribe(town, people.add_crowd(town.world, 30))
    town.per_second = 10
    async with town.bot():
        question = await compose(town)
        await town.press_data(ADMIN, question, "broadcast:send:1")
        del town.world.chats[ADMIN].messages[question["message_id"]]
        await town.until(lambda: any("finished" in message["text"] for message in town.said(ADMIN)))

    assert sum("Broadcast 1" in message["text"] for message in town.said(ADMIN)) == 1


async def test_a_reader_of_a_channel_makes_the_bot_post_nothing(town):
    groups.create_chat(town.world, CHANNEL, "News", ADMIN, kind="channel")
    groups.add_bot(town.world, CHANNEL, ADMIN)
    town.clock.set(dt.datetime(2026, 2, 20, 8, tzinfo=dt.UTC))
    async with town.bot():
        groups.post(town.world, CHANNEL, "/subscribe")
        await town.until(lambda: town.world.tally.deliveries.get(CHANNEL) == 1)
        town.clock.set(dt.datetime(2026, 2, 26, 8, tzinfo=dt.UTC))
        await town.until(lambda: town.world.tally.deliveries.get(CHANNEL) == 2)
        reminder = list(town.world.chats[CHANNEL].messages.values())[-1]
        press = await town.press_data(CHANNEL, reminder, buttons(reminder)[0]["callback_data"], MEMBER)
        refused = await town.press_data(CHANNEL, reminder, "+unsubscribe", MEMBER)
        done = await town.press_data(CHANNEL, reminder, "+unsubscribe", ADMIN)
        opened = await town.answer(MEMBER, "/start facts_event")

    assert press["url"] == f"https://t.me/{town.world.username}?start=facts_event"
    assert "Only admins" in refused["text"]
    assert done["text"] == "This channel is unsubscribed."
    assert town.world.tally.deliveries[CHANNEL] == 2
    assert "What happened" in opened["text"]


async def test_a_group_that_forbids_pictures_still_gets_words(town):
    groups.create_chat(town.world, GROUP, "Neighbours", ADMIN)
    groups.add_bot(town.world, GROUP, ADMIN)
    await subscribe(town, [GROUP], kind="supergroup")
    words = "Bad Request: not enough rights to send photos to the chat"
    town.world.faults.pending.append(
        InjectedFault(FaultKind.REFUSED, "sendPhoto", chats=frozenset({GROUP}), code=400, description=words)
    )
    async with town.bot():
        await town.answer(ADMIN, "/broadcast")
        attachments.send_photo(town.world, ADMIN, ADMIN, "A picture")
        await town.until(lambda: len(town.said(ADMIN)) == 3)
        first = numbers(await send(town, town.said(ADMIN)[-1]))
        second = numbers(await send(town, await compose(town)))

    assert first == {"sent": 0, "failed": 1, "audience": 1}
    assert second == {"sent": 1, "audience": 1}


@pytest.mark.parametrize("kind", [FaultKind.PROXY, FaultKind.LOST_BEFORE])
async def test_a_stretch_without_telegram_costs_a_handful_and_not_everybody(town, kind):
    await subscribe(town, people.add_crowd(town.world, 300))
    town.per_second = 100
    town.world.faults.pending.append(
        InjectedFault(kind, "sendMessage", times=ALWAYS, chats=frozenset(range(1001, 1301)))
    )
    async with town.bot():
        question = await compose(town)
        await town.press(ADMIN, question, "Send to")
        await town.until(lambda: town.world.tally.calls["sendMessage"] >= 12)
        uncertain = await in_state(town, DeliveryState.UNCERTAIN)
        await town.press_data(ADMIN, question, "broadcast:stop:1")

    assert uncertain < 40


async def test_a_proxys_refusal_fails_nobody(town):
    crowd = people.add_crowd(town.world, 30)
    await subscribe(town, crowd)
    town.world.faults.pending.append(
        InjectedFault(FaultKind.PROXY, "sendMessage", times=2, code=403, chats=frozenset(crowd))
    )
    async with town.bot():
        report = numbers(await send(town, await compose(town)))

    assert report == {"sent": 30, "audience": 30}


async def test_one_group_over_its_limit_keeps_nobody_else_waiting(town):
    groups.create_chat(town.world, GROUP, "Neighbours", ADMIN)
    groups.add_bot(town.world, GROUP, ADMIN)
    crowd = people.add_crowd(town.world, 100)
    await subscribe(town, [GROUP, *crowd])
    flood = InjectedFault(FaultKind.TOO_MANY, ANY_SEND, times=ALWAYS, chats=frozenset({GROUP}), seconds=60)
    town.world.faults.pending.append(flood)
    async with town.bot():
        await town.press(ADMIN, await compose(town), "Send to")
        await town.until(lambda: all(chat in town.world.tally.deliveries for chat in crowd))

    assert await in_state(town, DeliveryState.QUEUED) == 1


async def test_one_member_who_floods_makes_nobody_wait(town):
    town.world.faults.pending.append(
        InjectedFault(FaultKind.TOO_MANY, ANY_SEND, times=ALWAYS, chats=frozenset({MEMBER}), seconds=30)
    )
    async with town.bot():
        for _ in range(1200):
            people.say(town.world, MEMBER, MEMBER, "/about")
        answer = await town.answer(ADMIN, "/about")

    assert "Run by" in answer["text"]


async def test_a_clock_set_back_loses_no_subscriber(town):
    people.add_crowd(town.world, 1)
    town.clock.ahead = dt.timedelta(days=30)
    async with town.bot():
        await town.answer(1001, "/subscribe")
        town.clock.ahead = dt.timedelta()
        report = numbers(await send(town, await compose(town)))

    assert report == {"sent": 1, "audience": 1}


async def test_a_deleted_topic_does_not_silence_the_group(town):
    groups.create_chat(town.world, GROUP, "Neighbours", ADMIN)
    groups.add_bot(town.world, GROUP, ADMIN)
    topic = groups.open_topic(town.world, GROUP, "Remembrance", ADMIN)
    async with town.bot():
        await town.answer(GROUP, "/subscribe", ADMIN, topic=topic)
        del town.world.chats[GROUP].topics[topic]
        report = numbers(await send(town, await compose(town)))

    assert report == {"sent": 1, "audience": 1}
    assert "message_thread_id" not in town.said(GROUP)[-1]


async def test_a_reminder_that_telegram_refuses_pauses_and_the_admins_are_told(town):
    town.clock.set(dt.datetime(2026, 2, 20, 8, tzinfo=dt.UTC))
    words = "Bad Request: can't parse entities: something"
    async with town.bot():
        await town.answer(MEMBER, "/subscribe")
        town.world.faults.pending.append(
            InjectedFault(FaultKind.REFUSED, ANY_SEND, chats=frozenset({MEMBER}), code=400, description=words)
        )
        town.clock.set(dt.datetime(2026, 2, 26, 8, tzinfo=dt.UTC))
        await town.until(lambda: town.said(ADMIN))
        told = town.said(ADMIN)[0]
        await town.press_data(ADMIN, told, buttons(told)[0]["callback_data"])
        await town.until(lambda: len(town.said(MEMBER)) == 2)

    assert words in told["text"]
    assert "years ago" in town.said(MEMBER)[1]["text"]
