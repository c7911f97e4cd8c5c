"""A picture of the content: uploaded with the first message that shows it, then sent by its id."""

import asyncio

import pytest

from outreachbot.domain.delivery.outcomes import Failed, Sent
from outreachbot.domain.messages.message import Button, Media, MediaKind, Message
from outreachbot.sandbox import people
from outreachbot.sandbox.faults import ALWAYS, FaultKind, InjectedFault
from outreachbot.services.sending import messages
from outreachbot.services.sending.pictures import Pictures
from tests.support.harness import ADMIN, MEMBER, buttons

SHOWN = Message("<b>A day</b>", ((Button("The facts", "+facts"),),), (Media(MediaKind.PHOTO, name="day.png"),))
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "day.png"
    path.write_bytes(PNG)
    return path


@pytest.fixture
def restart(context, tmp_path):
    """Forget everything that isn't stored."""

    def restart():
        context.messenger.pictures = Pictures(context.db, tmp_path)

    restart()
    return restart


def ids(harness, *chat_ids):
    """The ids under which chats got the picture."""
    return {message["photo"][-1]["file_id"] for chat_id in chat_ids for message in harness.said(chat_id)}


async def test_it_is_uploaded_once_and_then_sent_by_its_id(harness, context, file, restart):
    assert isinstance(await messages.send_bulk(context.messenger, SHOWN, MEMBER, None, silent=True), Sent)
    assert isinstance(await messages.send_once(context.messenger, SHOWN, ADMIN), Sent)
    restart()
    file.unlink()
    assert isinstance(await messages.send_once(context.messenger, SHOWN, ADMIN), Sent)

    assert len(harness.world.files.by_id) == len(ids(harness, MEMBER, ADMIN)) == 1
    for message in [*harness.said(MEMBER), *harness.said(ADMIN)]:
        assert (message["caption"], message["caption_entities"][0]["type"]) == ("A day", "bold")
        assert [button["callback_data"] for button in buttons(message)] == ["+facts"]


async def test_concurrent_messages_upload_it_once(harness, context, file, restart):
    crowd = people.add_crowd(harness.world, 10)
    outcomes = await asyncio.gather(*(messages.send_bulk(context.messenger, SHOWN, chat_id, None) for chat_id in crowd))

    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(harness.world.files.by_id) == len(ids(harness, *crowd)) == 1


async def test_a_replaced_file_is_another_picture(harness, context, file, restart):
    await messages.send_once(context.messenger, SHOWN, MEMBER)
    file.write_bytes(PNG + b"another")
    restart()
    await messages.send_once(context.messenger, SHOWN, MEMBER)

    assert len(ids(harness, MEMBER)) == 2


async def test_a_file_replaced_while_the_bot_runs_is_uploaded_again(harness, context, file, restart):
    await messages.send_once(context.messenger, SHOWN, MEMBER)
    file.write_bytes(PNG + b"another")
    await messages.send_once(context.messenger, SHOWN, MEMBER)
    await messages.send_once(context.messenger, SHOWN, MEMBER)

    assert len(ids(harness, MEMBER)) == len(harness.world.files.by_id) == 2


async def test_without_the_file_the_text_is_sent(harness, context, restart):
    outcome = await messages.send_bulk(context.messenger, SHOWN, MEMBER, None)

    assert isinstance(outcome, Sent)
    assert [message["text"] for message in harness.said(MEMBER)] == ["A day"]
    assert [button["callback_data"] for button in buttons(harness.said(MEMBER)[0])] == ["+facts"]


async def test_a_chat_that_blocked_the_bot_does_not_stop_the_upload_for_others(harness, context, file, restart):
    people.block(harness.world, MEMBER)

    assert isinstance(await messages.send_bulk(context.messenger, SHOWN, MEMBER, None), Failed)
    assert isinstance(await messages.send_bulk(context.messenger, SHOWN, ADMIN, None), Sent)
    assert len(harness.said(ADMIN)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        InjectedFault(FaultKind.PROXY, "sendPhoto"),
        InjectedFault(FaultKind.LOST_BEFORE, "sendPhoto"),
        InjectedFault(FaultKind.TOO_MANY, "sendPhoto"),
        InjectedFault(FaultKind.GARBAGE, "sendPhoto"),
    ],
)
async def test_an_upload_that_failed_is_tried_again_with_the_next(harness, context, file, restart, fault):
    harness.world.faults.pending.append(fault)

    assert not isinstance(await messages.send_bulk(context.messenger, SHOWN, MEMBER, None), Sent)
    assert isinstance(await messages.send_bulk(context.messenger, SHOWN, MEMBER, None), Sent)
    assert len(harness.said(MEMBER)) == 1


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: IMAGE_PROCESS_FAILED",
        "Bad Request: PHOTO_INVALID_DIMENSIONS",
        "Bad Request: not enough rights to send photos to the chat",
        "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN",
        "Bad Request: message caption is too long",
        "Bad Request: something new",
    ],
)
@pytest.mark.parametrize("seen", [False, True])
async def test_a_reminder_whose_picture_is_refused_goes_out_as_text(harness, context, file, restart, description, seen):
    if seen:  # then it is sent by its id
        await messages.send_bulk(context.messenger, SHOWN, ADMIN, None)
    refused = InjectedFault(FaultKind.REFUSED, "sendPhoto", ALWAYS, code=400, description=description)
    harness.world.faults.pending.append(refused)

    assert isinstance(await messages.send_bulk(context.messenger, SHOWN, MEMBER, None, silent=True), Sent)
    assert [message["text"] for message in harness.said(MEMBER)] == ["A day"]
    assert [button["callback_data"] for button in buttons(harness.said(MEMBER)[0])] == ["+facts"]


async def test_a_file_that_is_no_picture_is_uploaded_only_once(harness, context, file, restart):
    file.write_bytes(b"no picture")
    crowd = people.add_crowd(harness.world, 10)
    outcomes = await asyncio.gather(*(messages.send_bulk(context.messenger, SHOWN, chat_id, None) for chat_id in crowd))

    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert harness.world.tally.errors[400] == 1


async def test_a_chat_that_forbids_pictures_does_not_affect_others(harness, context, file, restart):
    no_right = "Bad Request: not enough rights to send photos to the chat"
    harness.world.faults.pending.append(InjectedFault(FaultKind.REFUSED, "sendPhoto", code=400, description=no_right))
    await messages.send_bulk(context.messenger, SHOWN, MEMBER, None)
    await messages.send_bulk(context.messenger, SHOWN, ADMIN, None)

    assert "text" in harness.said(MEMBER)[0]
    assert "photo" in harness.said(ADMIN)[0]


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_picture_whose_id_telegram_forgot_is_uploaded_once_more(harness, context, file, restart, restarts):
    await messages.send_bulk(context.messenger, SHOWN, MEMBER, None)
    harness.world.files.by_id.clear()
    if restarts:
        restart()
    crowd = people.add_crowd(harness.world, 10)
    outcomes = await asyncio.gather(*(messages.send_bulk(context.messenger, SHOWN, chat_id, None) for chat_id in crowd))

    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(harness.world.files.by_id) == len(ids(harness, *crowd)) == 1


async def test_a_server_that_knows_no_id_gets_the_text(harness, context, file, restart):
    await messages.send_bulk(context.messenger, SHOWN, MEMBER, None)
    unknown = "Bad Request: wrong file identifier/HTTP URL specified"
    harness.world.faults.pending.append(
        InjectedFault(FaultKind.REFUSED, "sendPhoto", ALWAYS, code=400, description=unknown)
    )

    assert isinstance(await messages.send_bulk(context.messenger, SHOWN, MEMBER, None), Sent)
    assert harness.said(MEMBER)[1]["text"] == "A day"
