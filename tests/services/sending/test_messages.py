"""How a message becomes a request, and when sending it is retried."""

import asyncio
import socket

import aiohttp
import pytest
from pydantic import SecretStr

from outreachbot.domain.delivery.outcomes import Failed, Sent, Uncertain, Wait
from outreachbot.domain.delivery.states import Reason
from outreachbot.domain.messages.message import Button, Copy, Media, MediaKind, Message
from outreachbot.gateway import methods, transport
from outreachbot.gateway.transport import BotApi
from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, FaultKind, InjectedFault
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import TOKEN
from outreachbot.services.sending import messages
from outreachbot.services.sending.messenger import Messenger
from tests.support.harness import MEMBER

TEXT = {"text": "<b>Hi</b>", "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
PHOTO, VIDEO, FILE = Media(MediaKind.PHOTO, "p"), Media(MediaKind.VIDEO, "v"), Media(MediaKind.DOCUMENT, "d")
BUTTONS = ((Button("Facts", "facts"), Button("Site", url="https://example.org/")), (Button("Stop", "+unsubscribe"),))
KEYBOARD = [
    [{"text": "Facts", "callback_data": "facts"}, {"text": "Site", "url": "https://example.org/"}],
    [{"text": "Stop", "callback_data": "+unsubscribe"}],
]


@pytest.mark.parametrize(
    ("message", "topic_id", "method", "params"),
    [
        (Message("<b>Hi</b>"), None, "sendMessage", TEXT),
        (Message("<b>Hi</b>"), 5, "sendMessage", TEXT | {"message_thread_id": 5}),
        (Message("<b>Hi</b>", asks=True), None, "sendMessage",
         TEXT | {"reply_markup": {"force_reply": True, "selective": True}}),
        (Message("<b>Hi</b>", BUTTONS), None, "sendMessage", TEXT | {"reply_markup": {"inline_keyboard": KEYBOARD}}),
        (Message("<b>Hi</b>", media=(PHOTO,)), None, "sendPhoto",
         {"photo": "p", "caption": "<b>Hi</b>", "parse_mode": "HTML"}),
        (Message("<b>Hi</b>", BUTTONS, (VIDEO,)), 5, "sendVideo",
         {"video": "v", "caption": "<b>Hi</b>", "parse_mode": "HTML", "message_thread_id": 5,
          "reply_markup": {"inline_keyboard": KEYBOARD}}),
        (Message(media=(FILE,)), None, "sendDocument", {"document": "d", "caption": "", "parse_mode": "HTML"}),
        (Message("<b>Hi</b>", media=(PHOTO, VIDEO)), 5, "sendMediaGroup",
         {"message_thread_id": 5,
          "media": [{"type": "photo", "media": "p", "caption": "<b>Hi</b>", "parse_mode": "HTML"},
                    {"type": "video", "media": "v"}]}),
        (Message(media=(FILE, FILE)), None, "sendMediaGroup",
         {"media": [{"type": "document", "media": "d"}, {"type": "document", "media": "d"}]}),
        (Message(copy=Copy(3, 4)), None, "copyMessage", {"from_chat_id": 3, "message_id": 4}),
        (Message(buttons=BUTTONS, copy=Copy(3, 4)), 5, "copyMessage",
         {"from_chat_id": 3, "message_id": 4, "message_thread_id": 5, "reply_markup": {"inline_keyboard": KEYBOARD}}),
    ],
    ids=["text", "topic", "asks", "buttons", "photo", "video", "bare file", "album", "bare album", "copy",
         "copy with buttons"],
)  # fmt: skip
def test_each_kind_of_message_has_its_request(message, topic_id, method, params):
    assert methods.build_send(message, topic_id) == (method, params)


@pytest.mark.parametrize("message", [Message("Hi", BUTTONS), Message("Hi", asks=True)])
async def test_telegram_takes_each_of_them(harness, messenger, message):
    outcome = await messages.send_once(messenger, message, MEMBER)

    assert outcome == Sent(harness.said(MEMBER)[0]["message_id"])


async def test_telegram_takes_each_kind_of_file_by_its_id(harness, messenger, shelf):
    for media in shelf:
        outcome = await messages.send_once(messenger, Message("<b>Hi</b>", BUTTONS, (media,)), MEMBER)
        said = harness.said(MEMBER)[-1]

        assert outcome == Sent(said["message_id"])
        assert (said["caption"], said["reply_markup"]["inline_keyboard"]) == ("Hi", KEYBOARD)
        assert media.kind in said


async def test_an_album_is_several_messages_with_one_caption(harness, messenger, shelf):
    outcome = await messages.send_once(messenger, Message("<b>Hi</b>", media=shelf[:2]), MEMBER)
    said = harness.said(MEMBER)

    assert outcome == Sent(said[0]["message_id"], (said[1]["message_id"],))
    assert [message.get("caption") for message in said] == ["Hi", None]
    assert len({message["media_group_id"] for message in said}) == 1


@pytest.mark.parametrize("paid", [True, False])
async def test_only_unrequested_messages_are_paid_for_and_only_if_enabled(harness, messenger, requests, paid):
    messenger.paid = paid
    await messages.send_bulk(messenger, Message("Hi"), MEMBER, None)
    await messages.send_with_retry(messenger, Message("Hi"), MEMBER, None)
    await messages.edit_or_send(messenger, Message("Hi"), MEMBER, None)

    assert ["allow_paid_broadcast" in params for params in requests] == [paid, False, False]
    assert requests[0].get("allow_paid_broadcast", True) is True
    assert len(harness.said(MEMBER)) == 3


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (InjectedFault(FaultKind.LOST_AFTER, ANY_SEND, times=ALWAYS), Uncertain(Reason.NO_ANSWER)),
        (InjectedFault(FaultKind.PROXY, ANY_SEND, times=ALWAYS), Uncertain(Reason.SERVER_ERROR)),
        (InjectedFault(FaultKind.GARBAGE, ANY_SEND, times=ALWAYS), Uncertain(Reason.SERVER_ERROR)),
        (InjectedFault(FaultKind.TOO_MANY, ANY_SEND, times=ALWAYS, seconds=61), Wait(61.0)),
        (InjectedFault(FaultKind.REFUSED, ANY_SEND, times=ALWAYS, code=400, description="Bad Request: no"),
         Failed(Reason.REFUSED, "Bad Request: no")),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)  # fmt: skip
async def test_a_reply_that_may_have_arrived_or_was_refused_is_not_retried(harness, messenger, fault, outcome):
    harness.world.faults.pending.append(fault)

    assert await messages.send_with_retry(messenger, Message("Hi"), MEMBER, None) == outcome
    assert harness.world.tally.calls["sendMessage"] == 1
    assert messenger.take_reply_count() == 1


async def test_a_reply_that_certainly_was_not_sent_is_retried(harness):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    refused = asyncio.Event()

    async def failed(*_: object) -> None:
        refused.set()

    async with transport.open_session(url) as session:
        watch = aiohttp.TraceConfig()
        watch.on_request_exception.append(failed)
        watch.freeze()
        session.trace_configs.append(watch)
        messenger = Messenger(BotApi(session, url, SecretStr(TOKEN)))
        reply = asyncio.create_task(messages.send_with_retry(messenger, Message("Hi"), MEMBER, None))
        await refused.wait()
        async with serve(harness.world, port=port):
            outcome = await reply

    assert isinstance(outcome, Sent)
    assert messenger.replies > 1
    assert harness.world.tally.deliveries[MEMBER] == 1
