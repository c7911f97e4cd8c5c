"""A broadcast from start to end: composed, confirmed, sent to everybody once, and reported with correct numbers."""

import datetime as dt

import pytest

from outreachbot.sandbox import attachments, groups, people
from outreachbot.sandbox.chat import MemberStatus
from outreachbot.sandbox.faults import ANY_SEND, FaultKind, InjectedFault
from tests.support.broadcasts import compose, confirm_and_wait, count_in_state, report_numbers, subscribe
from tests.support.harness import ADMIN, MEMBER, buttons


async def test_everybody_gets_it_once_and_the_numbers_add_up(harness):
    crowd = people.add_crowd(harness.world, 200)
    await subscribe(harness, crowd)
    async with harness.running_bot():
        report = report_numbers(await confirm_and_wait(harness, await compose(harness)))

    assert report == {"sent": 200, "audience": 200}
    assert [harness.world.tally.deliveries[chat] for chat in crowd] == [1] * 200


async def test_the_admin_sees_exactly_what_members_get(harness):
    await subscribe(harness, people.add_crowd(harness.world, 1))
    async with harness.running_bot():
        question = await compose(harness, "A <b>bold</b> <a href='https://example.org/'>word</a> &lt;b&gt;")
        await confirm_and_wait(harness, question)
    preview, copy = harness.said(ADMIN)[1], harness.said(1001)[0]

    assert (preview["text"], preview["entities"]) == (copy["text"], copy["entities"])
    assert buttons(preview) == buttons(copy)
    assert "Unsubscribe" in str(buttons(copy))


async def test_a_photo_goes_out_with_its_caption_and_is_not_uploaded_again(harness):
    await subscribe(harness, people.add_crowd(harness.world, 3))
    async with harness.running_bot():
        await harness.answer(ADMIN, "/broadcast")
        attachments.send_photo(harness.world, ADMIN, ADMIN, "A caption")
        await harness.wait_until(lambda: len(harness.said(ADMIN)) == 3)
        await confirm_and_wait(harness, harness.said(ADMIN)[-1])

    assert harness.said(1002)[0]["caption"] == "A caption"
    assert harness.said(1002)[0]["photo"]


async def test_anything_else_is_copied(harness):
    await subscribe(harness, people.add_crowd(harness.world, 2))
    async with harness.running_bot():
        await harness.answer(ADMIN, "/broadcast")
        attachments.send_poll(harness.world, ADMIN, ADMIN, "Which day?", ["One", "Two"])
        await harness.wait_until(lambda: len(harness.said(ADMIN)) == 3)
        report = report_numbers(await confirm_and_wait(harness, harness.said(ADMIN)[-1]))

    assert report["sent"] == 2
    assert harness.said(1001)[0]["poll"]["question"] == "Which day?"


@pytest.mark.parametrize("command", ["/broadcast", "/cancel"])
async def test_a_member_who_tries_is_told_nothing_but_the_help(harness, command):
    async with harness.running_bot():
        answer = await harness.answer(MEMBER, command)
        help_text = await harness.answer(MEMBER, "/help")

    assert answer["text"] == help_text["text"]


async def test_a_member_can_not_confirm_an_admins_broadcast(harness):
    await subscribe(harness, [MEMBER])
    async with harness.running_bot():
        await compose(harness)
        message = await harness.answer(MEMBER, "/help")
        await harness.press_data(MEMBER, message, "broadcast:send:1")
        await harness.answer(MEMBER, "/about")

    assert harness.world.tally.deliveries[MEMBER] == 2


async def test_two_presses_send_once(harness):
    crowd = people.add_crowd(harness.world, 5)
    await subscribe(harness, crowd)
    async with harness.running_bot():
        question = await compose(harness)
        data = buttons(question)[0]["callback_data"]
        for _ in range(3):
            people.press(harness.world, ADMIN, ADMIN, question["message_id"], data)
        await harness.wait_until(lambda: "finished" in harness.current(ADMIN, question)["text"])

    assert [harness.world.tally.deliveries[chat] for chat in crowd] == [1] * 5


async def test_discarding_sends_nothing(harness):
    await subscribe(harness, people.add_crowd(harness.world, 5))
    async with harness.running_bot():
        question = await compose(harness)
        await harness.press(ADMIN, question, "Discard")
        note = await harness.press_data(ADMIN, question, "broadcast:send:1")

    assert "Nothing was sent" in harness.current(ADMIN, question)["text"]
    assert "decided already" in note["text"]
    assert 1001 not in harness.world.tally.deliveries


async def test_a_message_that_telegram_refuses_never_reaches_the_question(harness):
    await subscribe(harness, people.add_crowd(harness.world, 5))
    order = InjectedFault(
        FaultKind.REFUSED, ANY_SEND, at=frozenset({2}), code=400, description="Bad Request: BUTTON_DATA_INVALID"
    )
    harness.world.faults.pending.append(order)
    async with harness.running_bot():
        await harness.answer(ADMIN, "/broadcast")
        answer = await harness.answer(ADMIN, "Hello")

    assert "BUTTON_DATA_INVALID" in answer["text"]


async def test_only_subscribed_chats_get_it(harness):
    people.add_crowd(harness.world, 3)
    await subscribe(harness, [1002])
    async with harness.running_bot():
        question = await compose(harness)
        await confirm_and_wait(harness, question)

    assert "1 chat" in question["text"]
    assert {chat for chat in (1001, 1002, 1003) if chat in harness.world.tally.deliveries} == {1002}


async def test_nobody_subscribed_is_said_and_nothing_is_offered(harness):
    async with harness.running_bot():
        question = await compose(harness)

    assert "Nobody is subscribed" in question["text"]
    assert "Send" not in str(buttons(question))


async def test_every_kind_of_end_is_in_the_report(harness):
    crowd = people.add_crowd(harness.world, 100)
    await subscribe(harness, crowd)
    for chat in crowd[:5]:
        harness.world.chats[chat].bot_status = MemberStatus.KICKED  # blocked while the bot was down: no update says so
    people.delete_account(harness.world, crowd[5])
    faults = harness.world.faults.pending
    faults.append(InjectedFault(FaultKind.LOST_AFTER, ANY_SEND, times=2, chats=frozenset({crowd[10], crowd[11]})))
    faults.append(InjectedFault(FaultKind.PROXY, ANY_SEND, chats=frozenset({crowd[12]})))
    faults.append(InjectedFault(FaultKind.TOO_MANY, ANY_SEND, chats=frozenset({crowd[13]}), seconds=1))
    async with harness.running_bot():
        text = await confirm_and_wait(harness, await compose(harness))

    assert report_numbers(text) == {"sent": 91, "failed": 6, "uncertain": 3, "audience": 100}
    assert f"{crowd[10]}, {crowd[11]}, {crowd[12]}" in text
    assert "5 × the member blocked the bot" in text
    assert max(harness.world.tally.deliveries.get(chat, 0) for chat in crowd) == 1


async def test_a_chat_that_blocked_is_recorded_and_not_written_to_again(harness):
    await subscribe(harness, people.add_crowd(harness.world, 3))
    people.block(harness.world, 1002)
    harness.world.updates.clear()
    async with harness.running_bot():
        await confirm_and_wait(harness, await compose(harness))
        second = await compose(harness)

    assert "2 chats" in second["text"]


async def test_a_group_that_moved_gets_it_at_its_new_id(harness):
    groups.create_chat(harness.world, -55, "Small", ADMIN, kind="group")
    groups.add_bot(harness.world, -55, ADMIN)
    await subscribe(harness, [-55], kind="group")
    new_id = groups.migrate(harness.world, -55)
    harness.world.updates.clear()  # the bot learns of it by the error only
    async with harness.running_bot():
        report = report_numbers(await confirm_and_wait(harness, await compose(harness)))

    assert report == {"sent": 1, "audience": 1}
    assert harness.world.tally.deliveries[new_id] == 1


async def test_a_chat_that_unsubscribes_during_sending_is_skipped(harness):
    harness.per_second = 10
    crowd = people.add_crowd(harness.world, 10)
    await subscribe(harness, crowd)
    async with harness.running_bot():
        question = await compose(harness)
        await harness.press(ADMIN, question, "Send to")
        people.say(harness.world, crowd[-1], crowd[-1], "/unsubscribe")
        await harness.wait_until(lambda: "finished" in harness.current(ADMIN, question)["text"])
    report = report_numbers(harness.current(ADMIN, question)["text"])

    assert report == {"sent": 9, "skipped": 1, "audience": 10}


async def test_a_wrong_message_pauses_instead_of_failing_for_everybody(harness):
    await subscribe(harness, people.add_crowd(harness.world, 300))
    words = "Bad Request: can't parse entities: Unsupported start tag"
    harness.world.faults.pending.append(
        InjectedFault(
            FaultKind.REFUSED, ANY_SEND, times=-1, chats=frozenset(range(1001, 1301)), code=400, description=words
        )
    )
    async with harness.running_bot():
        question = await compose(harness)
        await harness.press(ADMIN, question, "Send to")
        await harness.wait_until(lambda: "paused" in harness.current(ADMIN, question)["text"])

    assert words in harness.current(ADMIN, question)["text"]
    assert await count_in_state(harness, "failed") == 0
    assert harness.world.tally.errors[400] <= 150


async def test_replies_are_not_kept_waiting_by_a_broadcast(harness):
    harness.per_second = 5
    await subscribe(harness, people.add_crowd(harness.world, 500))
    async with harness.running_bot():
        question = await compose(harness)
        await harness.press(ADMIN, question, "Send to")
        answer = await harness.answer(MEMBER, "/about")
        await harness.wait_until(lambda: len(harness.world.tally.deliveries) > 6)

    assert "Run by" in answer["text"]
    assert sum(harness.world.tally.deliveries.values()) < 100


async def test_a_clock_that_was_set_back_does_not_stall_the_sending(harness):
    await subscribe(harness, people.add_crowd(harness.world, 20))
    harness.per_second = 30
    harness.clock.ahead = dt.timedelta(days=90)
    async with harness.running_bot():
        await confirm_and_wait(harness, await compose(harness, "first"))
        harness.clock.ahead = dt.timedelta()
        report = report_numbers(await confirm_and_wait(harness, await compose(harness, "second")))

    assert report == {"sent": 20, "audience": 20}
