"""How an answer is delivered: in place of the pressed message, below it, or at a group's new id."""

import pytest

from outreachbot.bot import application
from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.errors import ReplyFailed, TelegramRefuses
from outreachbot.sandbox import groups, people
from outreachbot.sandbox.chat import Json, MemberStatus
from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, FaultKind, InjectedFault
from outreachbot.store import audience, chats
from outreachbot.store.database import connect
from tests.support.harness import ADMIN, MEMBER, buttons

OLD = "Bad Request: message can't be edited"


async def say(harness, context, text: str, chat_id: int = MEMBER, user_id: int = MEMBER) -> None:
    """Write a message and let the bot handle it."""
    people.say(harness.world, user_id, chat_id, text)
    await application.handle_update(context, harness.world.updates.pop()[1])


async def press(harness, context, message: Json, data: str, chat_id: int = MEMBER) -> Json:
    """Let Mina press a button; return the bot's answer to the press."""
    query = people.press(harness.world, MEMBER, chat_id, message["message_id"], data)
    await application.handle_update(context, harness.world.updates.pop()[1])
    return harness.world.answers[query]


async def subscribe(context, chat_id: int, kind: str = "private") -> None:
    async with connect.writing(context.db) as db:
        await chats.subscribe(db, chat_id, kind=kind, language="en", topic_id=None, now=1.0)


async def counted(context) -> dict[str, int]:
    """How many chats of each kind a message would go to."""
    async with connect.reading(context.db) as db:
        return {count.kind: count.chats for count in await audience.count_chats(db, BroadcastAudience())}


async def test_a_page_replaces_the_page_before(harness, context):
    await say(harness, context, "/facts")
    note = await press(harness, context, harness.said(MEMBER)[0], "fact:deaths-official")

    assert ["fact 11" in message["text"] for message in harness.said(MEMBER)] == [True]
    assert note["text"] == ""


async def test_the_button_that_says_the_page_only_stops_its_clock(harness, context):
    await say(harness, context, "/facts 12")
    page = harness.said(MEMBER)[0]
    (place,) = [button["callback_data"] for button in buttons(page) if " / " in button["text"]]
    note = await press(harness, context, page, place)

    assert (note["text"], note["show_alert"]) == ("", False)
    assert harness.said(MEMBER) == [page]


async def test_an_unchanged_page_is_not_sent_again(harness, context):
    await say(harness, context, "/facts 12")
    await press(harness, context, harness.said(MEMBER)[0], "fact:deaths-hrw")

    assert harness.world.tally.errors[400] == 1, "Telegram did not refuse the edit: nothing was shown here"
    assert len(harness.said(MEMBER)) == 1


async def test_if_a_message_can_no_longer_be_edited_the_answer_comes_below(harness, context):
    await say(harness, context, "/facts")
    harness.world.faults.pending.append(InjectedFault(FaultKind.REFUSED, "editMessageText", code=400, description=OLD))
    await press(harness, context, harness.said(MEMBER)[0], "fact:deaths-official")

    assert "fact 11" in harness.said(MEMBER)[1]["text"]


async def test_an_edit_that_may_have_succeeded_is_not_sent_again(harness, context):
    await say(harness, context, "/facts")
    harness.world.faults.pending.append(InjectedFault(FaultKind.LOST_AFTER, "editMessageText"))
    await press(harness, context, harness.said(MEMBER)[0], "fact:deaths-official")

    assert len(harness.said(MEMBER)) == 1


async def test_every_reply_is_counted_for_the_pace(harness, context):
    await say(harness, context, "/facts")
    await press(harness, context, harness.said(MEMBER)[0], "fact:deaths-official")
    await press(harness, context, harness.said(MEMBER)[0], "+campaign")

    assert context.messenger.take_reply_count() == 3


async def test_a_chat_that_can_not_be_answered_is_remembered_and_that_is_no_error(harness, context):
    await subscribe(context, MEMBER)
    people.say(harness.world, MEMBER, MEMBER, "/help")
    update = harness.world.updates.pop()[1]
    harness.world.chats[MEMBER].bot_status = MemberStatus.KICKED  # blocked before the answer arrived
    await application.handle_update(context, update)

    assert await counted(context) == {}


async def test_a_group_that_moved_is_answered_at_its_new_id_and_followed(harness, context):
    groups.create_chat(harness.world, -55, "Small", ADMIN, kind="group")
    groups.add_bot(harness.world, -55, ADMIN)
    await subscribe(context, -55, "group")
    people.say(harness.world, ADMIN, -55, "/help")
    update = harness.world.updates.pop()[1]
    new_id = groups.migrate(harness.world, -55)
    await application.handle_update(context, update)

    assert "/facts" in harness.said(new_id)[0]["text"]
    assert await counted(context) == {"supergroup": 1}


async def test_a_reply_that_telegram_refuses_is_an_error_and_the_member_is_told(harness, context):
    words = "Bad Request: message is too long"
    harness.world.faults.pending.append(InjectedFault(FaultKind.REFUSED, ANY_SEND, code=400, description=words))
    with pytest.raises(ReplyFailed, match=words):
        await say(harness, context, "/help")

    assert "Something went wrong here" in harness.said(MEMBER)[0]["text"]


async def test_a_reply_that_would_have_to_wait_too_long_is_an_error(harness, context):
    harness.world.faults.pending.append(InjectedFault(FaultKind.TOO_MANY, ANY_SEND, seconds=300))

    with pytest.raises(ReplyFailed, match="asked to wait 300 s"):
        await say(harness, context, "/help")


async def test_a_frozen_bot_stops(harness, context):
    words = "Bad Request: FROZEN_METHOD_INVALID"
    harness.world.faults.pending.append(
        InjectedFault(FaultKind.REFUSED, ANY_SEND, times=ALWAYS, code=400, description=words)
    )

    with pytest.raises(TelegramRefuses, match="FROZEN"):
        await say(harness, context, "/help")
