"""Registers handlers: which function takes which update, who is allowed to ask, and how the answer is sent."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from telegram import Chat, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters

from outreachbot.bot.context import BotContext, CallbackAnswer, Choice, Request, read_request
from outreachbot.domain.callbacks import Callback, decode, encode_payload
from outreachbot.domain.delivery.outcomes import Failed, Halt, Migrated, NotSent, Wait
from outreachbot.domain.delivery.states import GONE
from outreachbot.domain.messages.message import Message
from outreachbot.errors import ReplyFailed, TelegramRefuses
from outreachbot.gateway import responses
from outreachbot.services.sending import messages
from outreachbot.services.sending.chats import record_chat_outcome

Reply = Message | CallbackAnswer | None
"""None: there is nothing to send, and a pressed button has been answered already."""
Function = Callable[[BotContext, Request], Awaitable[Reply]]
Guard = Callable[[BotContext, Request], Awaitable[Reply]]
"""The refusal; None if the person is allowed."""
Handler = BaseHandler[Update, Any, None]
HandlerCallback = Callable[[Update, Any], Coroutine[Any, Any, None]]
C = TypeVar("C", bound=Callback)

IN_CHATS = filters.UpdateType.MESSAGE
IN_CHANNELS_TOO = IN_CHATS | filters.UpdateType.CHANNEL_POST


def command(
    name: str, function: Function, *, guard: Guard | None = None, where: filters.BaseFilter = IN_CHATS
) -> Handler:
    """`/name` and `/name@botname`."""
    return CommandHandler(name, _answer_with(function, guard), filters=where)


def button(
    kind: type[C],
    function: Callable[[BotContext, Choice[C]], Awaitable[Reply]],
    *,
    guard: Guard | None = None,
    in_place: bool = False,
) -> Handler:
    """Buttons with this kind of callback.

    `in_place`: the answer replaces the message in channels too; the guard must let only their admins press.
    """

    def is_pressed(data: object) -> bool:
        decoded = decode(str(data))
        return decoded is not None and type(decoded[0]) is kind

    async def handle_choice(context: BotContext, request: Request) -> Reply:
        assert isinstance(request, Choice)  # `is_pressed` accepts only data that can be decoded
        return await function(context, request)

    return CallbackQueryHandler(_answer_with(handle_choice, guard, in_place=in_place), pattern=is_pressed)


def any_button(function: Function) -> Handler:
    """Every pressed button that no earlier handler takes."""
    return CallbackQueryHandler(_answer_with(function, None))


def message(function: Function, where: filters.BaseFilter, *, guard: Guard | None = None) -> Handler:
    """Messages that pass a filter."""
    return MessageHandler(where & IN_CHATS, _answer_with(function, guard))


def service_message(function: Callable[[BotContext, Update], Awaitable[None]], where: filters.BaseFilter) -> Handler:
    """Service messages: what Telegram reports in a chat. They get no answer."""
    return MessageHandler(where, _run(function))


def membership_change(function: Callable[[BotContext, Update], Awaitable[None]]) -> Handler:
    """The bot was blocked, unblocked, added, promoted or removed."""
    return ChatMemberHandler(_run(function), ChatMemberHandler.MY_CHAT_MEMBER)


def _run(function: Callable[[BotContext, Update], Awaitable[None]]) -> HandlerCallback:
    async def handle(update: Update, context: BotContext) -> None:
        await function(context, update)

    return handle


def _answer_with(function: Function, guard: Guard | None, *, in_place: bool = False) -> HandlerCallback:
    async def handle(update: Update, context: BotContext) -> None:
        request = receive_request(context, update)
        if request is None:
            return
        refusal = await guard(context, request) if guard else None
        await send_reply(context, request, refusal or await function(context, request), in_place=in_place)

    return handle


def receive_request(context: BotContext, update: Update) -> Request | None:
    """The request in an update, in the language that was set for its chat, if any.

    That language also replaces the locale if Telegram's has no region: it says more about where the person lives.
    """
    request = read_request(update, context.content)
    if request is None:
        return None
    language = context.chat_languages.get(request.chat_id)
    if language not in context.content.languages:
        return request
    return replace(request, language=language, locale=request.locale if "-" in request.locale else language)


async def send_reply(context: BotContext, request: Request, reply: Reply, *, in_place: bool = False) -> None:
    """Send the answer below the request, or in place of the message whose button was pressed.

    In a channel, only the person who pressed gets the answer: in the private chat, never as a post.
    """
    if reply is None:
        return
    if request.press_id is None:
        if isinstance(reply, Message):
            await _send(context, request, reply)
        return
    note = reply if isinstance(reply, CallbackAnswer) else CallbackAnswer()
    if request.kind == Chat.CHANNEL and isinstance(request, Choice) and isinstance(reply, Message) and not in_place:
        note, reply = CallbackAnswer(url=private_link(context.bot.username, request.callback)), None
    answering = messages.answer_callback(context.messenger, request.press_id, note.text, alert=note.alert, url=note.url)
    if isinstance(reply, Message):
        await asyncio.gather(answering, _edit_or_send(context, request, reply))
    else:
        await answering


def private_link(username: str, callback: Callback) -> str:
    """The bot's private chat, opened where a button with this callback leads."""
    return f"https://t.me/{username}?start={encode_payload(callback)}"


async def _edit_or_send(context: BotContext, request: Request, reply: Message) -> None:
    """Replace the message with the reply; send it below if that is wanted or the message can't be edited any more."""
    if not request.below and not reply.asks:  # only a new message can open the reply field
        context.messenger.replies += 1
        outcome = await messages.edit_message(context.messenger, reply, request.chat_id, request.telegram_message_id)
        if not isinstance(outcome, Failed | NotSent | Wait) or responses.is_unchanged(outcome):
            return
    await _send(context, request, reply)


async def _send(context: BotContext, request: Request, reply: Message) -> None:
    outcome = await messages.send_with_retry(context.messenger, reply, request.chat_id, request.topic_id)
    await record_chat_outcome(context, request.chat_id, outcome)
    match outcome:
        case Migrated(new_chat_id):
            await messages.send_with_retry(context.messenger, reply, new_chat_id, request.topic_id)
        case Failed(reason, detail) if reason not in GONE:
            raise ReplyFailed(f"Telegram refused the reply: {detail}")
        case NotSent(detail):
            raise ReplyFailed(f"the reply could not be sent: {detail}")
        case Wait(seconds):
            raise ReplyFailed(f"Telegram asked to wait {seconds:.0f} s before the reply")
        case Halt():
            raise TelegramRefuses(responses.explain_refusal(outcome))
