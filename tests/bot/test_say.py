"""How a message becomes a request, and when saying it is tried again."""

import asyncio
import socket
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from outreachbot.bot import say, transport
from outreachbot.bot.transport import Telegram
from outreachbot.domain.delivery import Failed, Reason, Sent, Uncertain, Wait
from outreachbot.domain.message import Button, Copy, Message
from outreachbot.sandbox import people
from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, Fault, FaultKind
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import TOKEN
from town import MEMBER

TEXT = {"text": "<b>Hi</b>", "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
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
        (Message("<b>Hi</b>", photo="file"), None, "sendPhoto",
         {"photo": "file", "caption": "<b>Hi</b>", "parse_mode": "HTML"}),
        (Message(copy=Copy(3, 4)), None, "copyMessage", {"from_chat_id": 3, "message_id": 4}),
        (Message(buttons=BUTTONS, copy=Copy(3, 4)), 5, "copyMessage",
         {"from_chat_id": 3, "message_id": 4, "message_thread_id": 5, "reply_markup": {"inline_keyboard": KEYBOARD}}),
    ],
    ids=["text", "topic", "asks", "buttons", "photo", "copy", "copy with buttons"],
)  # fmt: skip
def test_each_kind_of_message_has_its_request(message, topic_id, method, params):
    assert say.request(message, 1, topic_id) == (method, {"chat_id": 1, **params})


@pytest.mark.parametrize(
    "message",
    [Message("Hi", BUTTONS), Message("Hi", asks=True), Message("Hi", photo="https://x.org/")],
)  # fmt: skip
async def test_telegram_takes_each_of_them(town, telegram, message):
    outcome = await say.send(telegram, message, MEMBER)

    assert outcome == Sent(town.said(MEMBER)[0]["message_id"])


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault(FaultKind.LOST_AFTER, ANY_SEND, times=ALWAYS), Uncertain(Reason.NO_ANSWER)),
        (Fault(FaultKind.PROXY, ANY_SEND, times=ALWAYS), Uncertain(Reason.SERVER_ERROR)),
        (Fault(FaultKind.GARBAGE, ANY_SEND, times=ALWAYS), Uncertain(Reason.SERVER_ERROR)),
        (Fault(FaultKind.TOO_MANY, ANY_SEND, times=ALWAYS, seconds=61), Wait(61.0)),
        (Fault(FaultKind.REFUSED, ANY_SEND, times=ALWAYS, code=400, description="Bad Request: no"),
         Failed(Reason.REFUSED, "Bad Request: no")),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)  # fmt: skip
async def test_a_reply_is_tried_once_where_it_may_have_arrived_or_would_not(town, telegram, fault, outcome):
    town.world.faults.orders.append(fault)

    assert await say.reply(telegram, Message("Hi"), MEMBER, None) == outcome
    assert town.world.tally.calls["sendMessage"] == 1
    assert telegram.replies_since_last_look() == 1


async def test_a_reply_that_surely_was_not_sent_is_tried_again(town):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    refused = asyncio.Event()

    async def failed(*_: object) -> None:
        refused.set()

    async with transport.session(url) as session:
        watch = aiohttp.TraceConfig()
        watch.on_request_exception.append(failed)
        watch.freeze()
        session.trace_configs.append(watch)
        telegram = Telegram(session, url, SecretStr(TOKEN))
        reply = asyncio.create_task(say.reply(telegram, Message("Hi"), MEMBER, None))
        await refused.wait()
        async with serve(town.world, port=port):
            outcome = await reply

    assert isinstance(outcome, Sent)
    assert telegram.replies > 1
    assert town.world.tally.deliveries[MEMBER] == 1


async def shown(town: Any, telegram: Telegram) -> int:
    outcome = await say.send(telegram, Message("first"), MEMBER)
    assert isinstance(outcome, Sent)
    return outcome.message_id


async def test_a_message_is_shown_in_the_place_of_an_earlier_one(town, telegram):
    message_id = await shown(town, telegram)

    assert await say.show(telegram, Message("second", BUTTONS), MEMBER, message_id)
    assert [message["text"] for message in town.said(MEMBER)] == ["second"]


async def test_showing_what_is_shown_already_is_done(town, telegram):
    message_id = await shown(town, telegram)

    assert await say.show(telegram, Message("first"), MEMBER, message_id)
    assert town.world.tally.errors[400] == 1, "Telegram did not refuse the edit: nothing was shown here"
    assert len(town.said(MEMBER)) == 1


@pytest.mark.parametrize("message_id", [999, None])
async def test_where_the_earlier_one_is_gone_it_is_shown_below(town, telegram, message_id):
    assert await say.show(telegram, Message("second"), MEMBER, message_id)
    assert [message["text"] for message in town.said(MEMBER)] == ["second"]


@pytest.mark.parametrize(
    "fault",
    [Fault(FaultKind.PROXY), Fault(FaultKind.TOO_MANY), Fault(FaultKind.LOST_BEFORE)],
    ids=lambda fault: fault.kind,
)
async def test_what_could_not_be_shown_is_left_for_a_later_try(town, telegram, fault):
    message_id = await shown(town, telegram)
    town.world.faults.orders.append(fault)

    assert not await say.show(telegram, Message("second"), MEMBER, message_id)
    assert [message["text"] for message in town.said(MEMBER)] == ["first"]


async def test_who_can_not_be_shown_anything_any_more_is_not_tried_again(town, telegram):
    message_id = await shown(town, telegram)
    people.block(town.world, MEMBER)

    assert await say.show(telegram, Message("second"), MEMBER, message_id)


async def test_a_press_is_answered_with_a_note_or_without(town, telegram):
    message_id = await shown(town, telegram)
    presses = [people.press(town.world, MEMBER, MEMBER, message_id, "x") for _ in range(2)]
    await say.answer_press(telegram, presses[0], "Only admins")
    await say.answer_press(telegram, presses[1])
    await say.answer_press(telegram, presses[1])  # too old by now

    assert [town.world.answers[press]["text"] for press in presses] == ["Only admins", ""]
