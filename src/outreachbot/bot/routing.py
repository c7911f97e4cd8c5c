"""Registers handlers: which update goes to which function, who may, and how its answer is said."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

from telegram import Chat, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters

from outreachbot.bot.context import Ask, House, Note, asked, now
from outreachbot.domain.delivery.outcomes import Failed, Halt, Migrated, NotSent, Outcome, Wait
from outreachbot.domain.delivery.states import GONE
from outreachbot.domain.messages.message import Message
from outreachbot.errors import OutreachbotError, TelegramRefuses
from outreachbot.gateway import responses
from outreachbot.services import language_cache
from outreachbot.services.sending import messages
from outreachbot.store import chats
from outreachbot.store.database import connect

Reply = Message | Note | None
"""None: nothing is to be said, and a pressed button was answered already."""
Function = Callable[[House, Ask], Awaitable[Reply]]
Guard = Callable[[House, Ask], Awaitable[Reply]]
"""Says why the person may not; None where they may."""
Handler = BaseHandler[Update, Any, None]
Callback = Callable[[Update, Any], Coroutine[Any, Any, None]]

IN_CHATS = filters.UpdateType.MESSAGE
IN_CHANNELS_TOO = IN_CHATS | filters.UpdateType.CHANNEL_POST


class NotAnsweredError(OutreachbotError):
    """A reply could not be brought to the chat; the update is set aside."""


def command(
    name: str, function: Function, *, guard: Guard | None = None, where: filters.BaseFilter = IN_CHATS
) -> Handler:
    """`/name` and `/name@botname`."""
    return CommandHandler(name, _speaking(function, guard), filters=where)


def button(name: str, function: Function, *, guard: Guard | None = None, in_place: bool = False) -> Handler:
    """Buttons whose data is `name`, `name:…` or, to be answered below, the same after a +.

    `in_place`: in a channel too the answer stands there; the guard lets only its admins press.
    """
    return CallbackQueryHandler(
        _speaking(function, guard, in_place=in_place), pattern=re.compile(rf"^\+?{re.escape(name)}(:|$)")
    )


def any_button(function: Function) -> Handler:
    """Every pressed button that nothing before it took."""
    return CallbackQueryHandler(_speaking(function, None))


def message(function: Function, where: filters.BaseFilter, *, guard: Guard | None = None) -> Handler:
    """Messages, not commands' names."""
    return MessageHandler(where & IN_CHATS, _speaking(function, guard))


def service(function: Callable[[House, Update], Awaitable[None]], where: filters.BaseFilter) -> Handler:
    """What Telegram reports in a chat, not what a person asks: nothing is answered."""
    return MessageHandler(where, _silent(function))


def membership(function: Callable[[House, Update], Awaitable[None]]) -> Handler:
    """The bot was blocked, unblocked, added, promoted or removed."""
    return ChatMemberHandler(_silent(function), ChatMemberHandler.MY_CHAT_MEMBER)


def _silent(function: Callable[[House, Update], Awaitable[None]]) -> Callback:
    async def handle(update: Update, house: House) -> None:
        await function(house, update)

    return handle


def _speaking(function: Function, guard: Guard | None, *, in_place: bool = False) -> Callback:
    async def handle(update: Update, house: House) -> None:
        ask = heard(house, update)
        if ask is None:
            return
        refusal = await guard(house, ask) if guard else None
        await respond(house, ask, refusal or await function(house, ask), in_place=in_place)

    return handle


def heard(house: House, update: Update) -> Ask | None:
    """The request in an update, in the language that was chosen for its chat, if one was.

    That one tells more of where somebody lives than a Telegram whose language names no region.
    """
    ask = asked(update, house.content)
    if ask is None:
        return None
    language = house.chosen.get(ask.chat_id)
    if language not in house.content.languages:
        return ask
    return replace(ask, language=language, locale=ask.locale if "-" in ask.locale else language)


async def respond(house: House, ask: Ask, reply: Reply, *, in_place: bool = False) -> None:
    """Say the answer where it was asked for: below, or in the place of the message whose button was pressed.

    A channel's readers are many and silent: what one of them presses is answered in private, never in the channel.
    """
    if reply is None:
        return
    if ask.press_id is None:
        if isinstance(reply, Message):
            await _bring(house, ask, reply)
        return
    note = reply if isinstance(reply, Note) else Note()
    if ask.kind == Chat.CHANNEL and isinstance(reply, Message) and not in_place:
        note, reply = Note(url=private_address(house.bot.username, ask)), None
    stop_clock = messages.answer_press(house.telegram, ask.press_id, note.text, alert=note.alert, url=note.url)
    if isinstance(reply, Message):
        await asyncio.gather(stop_clock, _show(house, ask, reply))
    else:
        await stop_clock


def private_address(username: str, ask: Ask) -> str:
    """The bot's private chat, opened where the button leads. A payload is of A-Z, a-z, 0-9, _ and - (Bot API)."""
    return f"https://t.me/{username}?start={ask.button.replace(':', '_')}"


async def _show(house: House, ask: Ask, reply: Message) -> None:
    """Put the reply in the place of the pressed message; below it where that is wanted or can't be edited any more."""
    if not ask.below and not reply.asks:  # only a new message can open the reply field
        house.telegram.replies += 1
        outcome = await messages.edit(house.telegram, reply, ask.chat_id, ask.message_id)
        if not isinstance(outcome, Failed | NotSent | Wait) or responses.is_unchanged(outcome):
            return
    await _bring(house, ask, reply)


async def _bring(house: House, ask: Ask, reply: Message) -> None:
    outcome = await messages.reply(house.telegram, reply, ask.chat_id, ask.topic_id)
    await learn(house, ask.chat_id, outcome)
    match outcome:
        case Migrated(new_chat_id):
            await messages.reply(house.telegram, reply, new_chat_id, ask.topic_id)
        case Failed(reason, detail) if reason not in GONE:
            raise NotAnsweredError(f"Telegram refused the reply: {detail}")
        case NotSent(detail):
            raise NotAnsweredError(f"the reply could not be sent: {detail}")
        case Wait(seconds):
            raise NotAnsweredError(f"Telegram asked to wait {seconds:.0f} s before the reply")
        case Halt(detail):
            raise TelegramRefuses(f"Telegram refuses the bot: {detail}")


async def learn(house: House, chat_id: int, outcome: Outcome) -> None:
    """Remember what an answer of Telegram's says about the chat."""
    match outcome:
        case Failed(reason, _) if reason in GONE:
            async with connect.writing(house.db) as db:
                await chats.gone(db, chat_id, reason, now(house))
        case Migrated(new_chat_id):
            async with connect.writing(house.db) as db:
                await chats.migrate(db, chat_id, new_chat_id)
            await language_cache.reload(house, chat_id, new_chat_id)
