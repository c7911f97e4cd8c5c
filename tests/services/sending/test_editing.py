"""Messages are replaced, sent again or deleted, and presses on buttons are answered."""

import pytest

from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.messages.message import Button, Message
from outreachbot.sandbox import people
from outreachbot.sandbox.faults import FaultKind, InjectedFault
from outreachbot.services.sending import messages
from tests.support.harness import MEMBER

BUTTONS = ((Button("Facts", "facts"),),)


async def shown(harness, messenger) -> int:
    outcome = await messages.send_once(messenger, Message("first"), MEMBER)
    assert isinstance(outcome, Sent)
    return outcome.telegram_message_id


async def test_a_message_is_shown_in_the_place_of_an_earlier_one(harness, messenger):
    message_id = await shown(harness, messenger)

    assert await messages.edit_or_send(messenger, Message("second", BUTTONS), MEMBER, message_id) == message_id
    assert [message["text"] for message in harness.said(MEMBER)] == ["second"]


async def test_showing_what_is_shown_already_is_done(harness, messenger):
    message_id = await shown(harness, messenger)

    assert await messages.edit_or_send(messenger, Message("first"), MEMBER, message_id)
    assert harness.world.tally.errors[400] == 1, "Telegram did not refuse the edit: nothing was shown here"
    assert len(harness.said(MEMBER)) == 1


@pytest.mark.parametrize("message_id", [999, None])
async def test_if_the_earlier_message_is_gone_a_new_one_is_sent(harness, messenger, message_id):
    assert await messages.edit_or_send(messenger, Message("second"), MEMBER, message_id)
    assert [message["text"] for message in harness.said(MEMBER)] == ["second"]


async def test_of_a_caption_the_caption_is_replaced(harness, messenger, shelf):
    first = await messages.send_once(messenger, Message("first", BUTTONS, (shelf[0],)), MEMBER)
    edited = await messages.edit_message(
        messenger, Message("<i>second</i>", media=(shelf[0],)), MEMBER, first.telegram_message_id
    )
    (said,) = harness.said(MEMBER)

    assert edited == first
    assert (said["caption"], "reply_markup" in said) == ("second", False)


async def test_of_an_album_the_first_caption_is_replaced(harness, messenger, shelf, requests):
    first = await messages.send_once(messenger, Message("first", media=shelf[:2]), MEMBER)
    await messages.edit_message(messenger, Message("second", media=shelf[:2]), MEMBER, first.telegram_message_id)

    assert [message.get("caption") for message in harness.said(MEMBER)] == ["second", None]
    assert "reply_markup" not in requests[-1], "an album can have no buttons"


async def test_messages_are_deleted_one_or_several(harness, messenger):
    ids = [await shown(harness, messenger) for _ in range(4)]

    assert await messages.delete_messages(messenger, MEMBER, ids[:1]) == Sent(0)
    assert await messages.delete_messages(messenger, MEMBER, ids[1:3]) == Sent(0)
    assert [message["message_id"] for message in harness.said(MEMBER)] == ids[3:]
    assert (harness.world.tally.calls["deleteMessage"], harness.world.tally.calls["deleteMessages"]) == (1, 1)


async def test_a_file_is_uploaded_with_its_name_and_caption(harness, messenger):
    outcome = await messages.send_file(messenger, MEMBER, "table.csv", b"a,b\n1,2\n", "A <b>table</b>")
    (said,) = harness.said(MEMBER)

    assert outcome == Sent(said["message_id"])
    assert (said["document"]["file_name"], said["caption"]) == ("table.csv", "A table")
    assert harness.world.files.by_id[said["document"]["file_id"]].data == b"a,b\n1,2\n"


@pytest.mark.parametrize(
    "fault",
    [InjectedFault(FaultKind.PROXY), InjectedFault(FaultKind.TOO_MANY), InjectedFault(FaultKind.LOST_BEFORE)],
    ids=lambda fault: fault.kind,
)
async def test_a_message_that_could_not_be_shown_is_retried_later(harness, messenger, fault):
    message_id = await shown(harness, messenger)
    harness.world.faults.pending.append(fault)

    assert not await messages.edit_or_send(messenger, Message("second"), MEMBER, message_id)
    assert [message["text"] for message in harness.said(MEMBER)] == ["first"]


async def test_a_chat_that_can_no_longer_be_reached_is_not_retried(harness, messenger):
    message_id = await shown(harness, messenger)
    people.block(harness.world, MEMBER)

    assert await messages.edit_or_send(messenger, Message("second"), MEMBER, message_id) == message_id
    assert await messages.edit_or_send(messenger, Message("second"), MEMBER, None) == 0, "None would mean: later"


async def test_a_press_is_answered_with_a_note_or_without(harness, messenger):
    message_id = await shown(harness, messenger)
    presses = [people.press(harness.world, MEMBER, MEMBER, message_id, "x") for _ in range(2)]
    await messages.answer_callback(messenger, presses[0], "Only admins")
    await messages.answer_callback(messenger, presses[1])
    await messages.answer_callback(messenger, presses[1])  # too old by now

    assert [harness.world.answers[press]["text"] for press in presses] == ["Only admins", ""]


@pytest.mark.parametrize("alert", [True, False])
async def test_a_note_is_an_alert_or_a_toast_and_never_too_long(harness, messenger, alert):
    press = people.press(harness.world, MEMBER, MEMBER, await shown(harness, messenger), "x")
    await messages.answer_callback(messenger, press, "x" * 300, alert=alert)

    assert (harness.world.answers[press]["text"], harness.world.answers[press]["show_alert"]) == ("x" * 200, alert)
