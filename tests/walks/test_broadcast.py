"""A broadcast's walk: composed, seen, confirmed, sent to everybody once, reported with numbers that add up."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from outreachbot.sandbox import attachments, groups, people
from outreachbot.sandbox.chat import Json, MemberStatus
from outreachbot.sandbox.faults import ANY_SEND, FaultKind, InjectedFault
from outreachbot.store import chats
from outreachbot.store.database import connect
from outreachbot.store.tables import deliveries
from town import ADMIN, MEMBER, Town, buttons


async def subscribe(town: Town, ids: range | list[int], kind: str = "private") -> None:
    """Write subscriptions into the database before the bot runs."""
    async with connect.open_database(town.database_url) as db, connect.writing(db) as transaction:
        for chat_id in ids:
            await chats.subscribe(transaction, chat_id, kind=kind, language="en", topic_id=None, now=1.0)


async def compose(town: Town, text: str = "Dear <b>friends</b>") -> Json:
    """Ask for a broadcast and say its text; the question that comes under the preview."""
    await town.answer(ADMIN, "/broadcast")
    before = len(town.said(ADMIN))
    people.say(town.world, ADMIN, ADMIN, text, html=True)
    await town.until(lambda: len(town.said(ADMIN)) == before + 2)
    return town.said(ADMIN)[-1]


async def send(town: Town, question: Json) -> str:
    """Confirm and wait for the final report; its text."""
    await town.press(ADMIN, question, "Send to")
    await town.until(lambda: "finished" in town.now(ADMIN, question)["text"])
    return str(town.now(ADMIN, question)["text"])


def numbers(report: str) -> dict[str, int]:
    """The report's lines `sent: 5` and `= 5 chats` as numbers."""
    rows = re.findall(r"^([a-z ]+?)(?: \(.*\))?: ([\d,]+)$", report, re.MULTILINE)
    found = {name: int(n.replace(",", "")) for name, n in rows}
    total = re.search(r"^= ([\d,]+) chat", report, re.MULTILINE)
    assert total
    return {**found, "audience": int(total[1].replace(",", ""))}


async def test_everybody_gets_it_once_and_the_numbers_add_up(town):
    crowd = people.add_crowd(town.world, 200)
    await subscribe(town, crowd)
    async with town.bot():
        report = numbers(await send(town, await compose(town)))

    assert report == {"sent": 200, "audience": 200}
    assert [town.world.tally.deliveries[chat] for chat in crowd] == [1] * 200


async def test_the_admin_sees_exactly_what_members_get(town):
    await subscribe(town, people.add_crowd(town.world, 1))
    async with town.bot():
        question = await compose(town, "A <b>bold</b> <a href='https://example.org/'>word</a> &lt;b&gt;")
        await send(town, question)
    preview, copy = town.said(ADMIN)[1], town.said(1001)[0]

    assert (preview["text"], preview["entities"]) == (copy["text"], copy["entities"])
    assert buttons(preview) == buttons(copy)
    assert "Unsubscribe" in str(buttons(copy))


async def test_a_photo_goes_out_with_its_caption_and_is_not_uploaded_again(town):
    await subscribe(town, people.add_crowd(town.world, 3))
    async with town.bot():
        await town.answer(ADMIN, "/broadcast")
        attachments.send_photo(town.world, ADMIN, ADMIN, "A caption")
        await town.until(lambda: len(town.said(ADMIN)) == 3)
        await send(town, town.said(ADMIN)[-1])

    assert town.said(1002)[0]["caption"] == "A caption"
    assert town.said(1002)[0]["photo"]


async def test_anything_else_is_copied(town):
    await subscribe(town, people.add_crowd(town.world, 2))
    async with town.bot():
        await town.answer(ADMIN, "/broadcast")
        attachments.send_poll(town.world, ADMIN, ADMIN, "Which day?", ["One", "Two"])
        await town.until(lambda: len(town.said(ADMIN)) == 3)
        report = numbers(await send(town, town.said(ADMIN)[-1]))

    assert report["sent"] == 2
    assert town.said(1001)[0]["poll"]["question"] == "Which day?"


@pytest.mark.parametrize("command", ["/broadcast", "/cancel"])
async def test_a_member_who_tries_is_told_nothing_but_the_help(town, command):
    async with town.bot():
        answer = await town.answer(MEMBER, command)
        help_text = await town.answer(MEMBER, "/help")

    assert answer["text"] == help_text["text"]


async def test_a_member_can_not_confirm_an_admins_broadcast(town):
    await subscribe(town, [MEMBER])
    async with town.bot():
        await compose(town)
        message = await town.answer(MEMBER, "/help")
        await town.press_data(MEMBER, message, "broadcast:send:1")
        await town.answer(MEMBER, "/about")

    assert town.world.tally.deliveries[MEMBER] == 2


async def test_two_presses_send_once(town):
    crowd = people.add_crowd(town.world, 5)
    await subscribe(town, crowd)
    async with town.bot():
        question = await compose(town)
        data = buttons(question)[0]["callback_data"]
        for _ in range(3):
            people.press(town.world, ADMIN, ADMIN, question["message_id"], data)
        await town.until(lambda: "finished" in town.now(ADMIN, question)["text"])

    assert [town.world.tally.deliveries[chat] for chat in crowd] == [1] * 5


async def test_discarding_sends_nothing(town):
    await subscribe(town, people.add_crowd(town.world, 5))
    async with town.bot():
        question = await compose(town)
        await town.press(ADMIN, question, "Discard")
        note = await town.press_data(ADMIN, question, "broadcast:send:1")

    assert "Nothing was sent" in town.now(ADMIN, question)["text"]
    assert "decided already" in note["text"]
    assert 1001 not in town.world.tally.deliveries


async def test_a_message_that_telegram_refuses_never_reaches_the_question(town):
    await subscribe(town, people.add_crowd(town.world, 5))
    order = InjectedFault(
        FaultKind.REFUSED, ANY_SEND, at=frozenset({2}), code=400, description="Bad Request: BUTTON_DATA_INVALID"
    )
    town.world.faults.pending.append(order)
    async with town.bot():
        await town.answer(ADMIN, "/broadcast")
        answer = await town.answer(ADMIN, "Hello")

    assert "BUTTON_DATA_INVALID" in answer["text"]


async def test_only_subscribed_chats_get_it(town):
    people.add_crowd(town.world, 3)
    await subscribe(town, [1002])
    async with town.bot():
        question = await compose(town)
        await send(town, question)

    assert "1 chat" in question["text"]
    assert {chat for chat in (1001, 1002, 1003) if chat in town.world.tally.deliveries} == {1002}


async def test_nobody_subscribed_is_said_and_nothing_is_offered(town):
    async with town.bot():
        question = await compose(town)

    assert "Nobody is subscribed" in question["text"]
    assert "Send" not in str(buttons(question))


async def test_every_kind_of_end_is_in_the_report(town):
    crowd = people.add_crowd(town.world, 100)
    await subscribe(town, crowd)
    for chat in crowd[:5]:
        town.world.chats[chat].bot_status = MemberStatus.KICKED  # blocked while the bot did not run: no update tells it
    people.delete_account(town.world, crowd[5])
    faults = town.world.faults.pending
    faults.append(InjectedFault(FaultKind.LOST_AFTER, ANY_SEND, times=2, chats=frozenset({crowd[10], crowd[11]})))
    faults.append(InjectedFault(FaultKind.PROXY, ANY_SEND, chats=frozenset({crowd[12]})))
    faults.append(InjectedFault(FaultKind.TOO_MANY, ANY_SEND, chats=frozenset({crowd[13]}), seconds=1))
    async with town.bot():
        text = await send(town, await compose(town))

    assert numbers(text) == {"sent": 91, "failed": 6, "uncertain": 3, "audience": 100}
    assert f"{crowd[10]}, {crowd[11]}, {crowd[12]}" in text
    assert "5 × the member blocked the bot" in text
    assert max(town.world.tally.deliveries.get(chat, 0) for chat in crowd) == 1


async def test_a_chat_that_blocked_is_recorded_and_not_written_to_again(town):
    await subscribe(town, people.add_crowd(town.world, 3))
    people.block(town.world, 1002)
    town.world.updates.clear()
    async with town.bot():
        await send(town, await compose(town))
        second = await compose(town)

    assert "2 chats" in second["text"]


async def test_a_group_that_moved_gets_it_at_its_new_id(town):
    groups.create_chat(town.world, -55, "Small", ADMIN, kind="group")
    groups.add_bot(town.world, -55, ADMIN)
    await subscribe(town, [-55], kind="group")
    new_id = groups.migrate(town.world, -55)
    town.world.updates.clear()  # the bot learns of it by the error only
    async with town.bot():
        report = numbers(await send(town, await compose(town)))

    assert report == {"sent": 1, "audience": 1}
    assert town.world.tally.deliveries[new_id] == 1


async def test_who_unsubscribes_while_it_is_sent_is_skipped(town):
    town.per_second = 10
    crowd = people.add_crowd(town.world, 10)
    await subscribe(town, crowd)
    async with town.bot():
        question = await compose(town)
        await town.press(ADMIN, question, "Send to")
        people.say(town.world, crowd[-1], crowd[-1], "/unsubscribe")
        await town.until(lambda: "finished" in town.now(ADMIN, question)["text"])
    report = numbers(town.now(ADMIN, question)["text"])

    assert report == {"sent": 9, "skipped": 1, "audience": 10}


async def test_a_wrong_message_pauses_instead_of_failing_for_everybody(town):
    await subscribe(town, people.add_crowd(town.world, 300))
    words = "Bad Request: can't parse entities: Unsupported start tag"
    town.world.faults.pending.append(
        InjectedFault(
            FaultKind.REFUSED, ANY_SEND, times=-1, chats=frozenset(range(1001, 1301)), code=400, description=words
        )
    )
    async with town.bot():
        question = await compose(town)
        await town.press(ADMIN, question, "Send to")
        await town.until(lambda: "paused" in town.now(ADMIN, question)["text"])

    assert words in town.now(ADMIN, question)["text"]
    assert await in_state(town, "failed") == 0
    assert town.world.tally.errors[400] <= 150


async def in_state(town: Town, state: str) -> int:
    async with connect.open_database(town.database_url, exclusive=False) as db, connect.reading(db) as connection:
        query = sa.select(sa.func.count()).select_from(deliveries).where(deliveries.c.state == state)
        return int((await connection.execute(query)).scalar_one())


async def test_replies_are_not_kept_waiting_by_a_broadcast(town):
    town.per_second = 5
    await subscribe(town, people.add_crowd(town.world, 500))
    async with town.bot():
        question = await compose(town)
        await town.press(ADMIN, question, "Send to")
        answer = await town.answer(MEMBER, "/about")
        await town.until(lambda: len(town.world.tally.deliveries) > 6)

    assert "Run by" in answer["text"]
    assert sum(town.world.tally.deliveries.values()) < 100


async def test_a_clock_that_was_set_back_does_not_stall_the_sending(town):
    await subscribe(town, people.add_crowd(town.world, 20))
    town.per_second = 30
    town.clock.ahead = dt.timedelta(days=90)
    async with town.bot():
        await send(town, await compose(town, "first"))
        town.clock.ahead = dt.timedelta()
        report = numbers(await send(town, await compose(town, "second")))

    assert report == {"sent": 20, "audience": 20}
