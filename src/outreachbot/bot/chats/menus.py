"""Sets the command menus and the bot's descriptions for each scope and language, where they differ."""

import logging
from collections.abc import Awaitable, Collection, Iterable, Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    Chat,
)
from telegram.error import BadRequest, Forbidden, TelegramError

from outreachbot.bot.context import BotContext, Request
from outreachbot.domain.messages.markup import to_plain
from outreachbot.store import menus as store
from outreachbot.store.database import connect
from outreachbot.store.menus import Place
from outreachbot.views import menus
from outreachbot.views.menus import Command

log = logging.getLogger(__name__)

PRIVATE, GROUPS, PROFILE, CHAT = "private", "groups", "profile", "chat"  # as the database stores them


async def set_all_menus(context: BotContext) -> None:
    """Update Telegram's menus and descriptions, and delete those of languages and admins that were removed.

    Failures are logged; the next day tries again.
    """
    codes = _list_codes(context)
    await _record(context, [(scope, code) for scope in (PRIVATE, GROUPS, PROFILE) for code, _ in codes])
    for code, language in codes:
        await _try(_set_menu(context.bot, PRIVATE, code, menus.for_members(language)))
        await _try(_set_menu(context.bot, GROUPS, code, menus.for_groups(language)))
        await _try(_set_descriptions(context, code, language))
    await set_admin_menus(context, context.admins)
    await _delete_unwanted(context)


async def set_admin_menus(context: BotContext, admins: Iterable[int]) -> None:
    """Set the admins' own menu. Telegram rejects it until the admin has started the bot."""
    for admin in admins:
        await _record(context, [(_chat_scope(admin), code) for code, _ in _list_codes(context)])
        chat_language = context.chat_languages.get(admin)
        for code, language in _list_codes(context):
            commands = menus.for_admins(chat_language if chat_language in context.content.languages else language)
            await _try(_set_menu(context.bot, _chat_scope(admin), code, commands))


async def set_chat_menu(context: BotContext, request: Request, language: str) -> None:
    """Set the menu of a chat with a language of its own. A channel has no menu."""
    if request.in_private and request.user_id in context.admins:
        await set_admin_menus(context, [request.user_id])
    elif request.kind != Chat.CHANNEL:
        await _record(context, [(_chat_scope(request.chat_id), "")])
        commands = menus.for_members if request.in_private else menus.for_groups
        await _try(_set_menu(context.bot, _chat_scope(request.chat_id), "", commands(language)))


def _list_codes(context: BotContext) -> list[Place]:
    """Telegram's language code and ours: with the empty code, the default language serves all other languages."""
    return [("", context.content.default_language), *((code, code) for code in context.content.languages)]


def _chat_scope(chat_id: int) -> str:
    return f"{CHAT}:{chat_id}"


def _build_scope(name: str) -> BotCommandScope:
    match name.partition(":"):
        case (scope, ":", chat_id) if scope == CHAT:
            return BotCommandScopeChat(int(chat_id))
        case _:
            return BotCommandScopeAllPrivateChats() if name == PRIVATE else BotCommandScopeAllGroupChats()


async def _record(context: BotContext, places: Collection[Place]) -> None:
    async with connect.writing(context.db) as db:
        await store.record(db, places)


async def _delete_unwanted(context: BotContext) -> None:
    """Delete what Telegram still has for languages, admins and chats that no longer need it."""
    async with connect.reading(context.db) as db:
        places = await store.list_places(db)
    for place in places:
        if not _is_wanted(context, place) and await _try(_delete(context.bot, place)):
            async with connect.writing(context.db) as db:
                await store.forget(db, place)


def _is_wanted(context: BotContext, place: Place) -> bool:
    scope, code = place
    is_current = code in {code for code, _ in _list_codes(context)}
    if not scope.startswith(f"{CHAT}:"):
        return is_current
    chat_id = int(scope.removeprefix(f"{CHAT}:"))
    if chat_id in context.admins:
        return is_current
    return not code and context.chat_languages.get(chat_id) in context.content.languages


async def _delete(bot: Bot, place: Place) -> None:
    scope, code = place
    if scope == PROFILE:
        await bot.set_my_description("", language_code=code)
        await bot.set_my_short_description("", language_code=code)
        return
    try:
        await bot.delete_my_commands(scope=_build_scope(scope), language_code=code)
    except (BadRequest, Forbidden):
        log.info("the chat of a menu is gone: %s", scope)


async def _set_menu(bot: Bot, scope: str, code: str, commands: Sequence[Command]) -> None:
    wanted = tuple(BotCommand(command.name, command.what) for command in commands)
    if await bot.get_my_commands(scope=_build_scope(scope), language_code=code) != wanted:
        await bot.set_my_commands(wanted, scope=_build_scope(scope), language_code=code)


async def _set_descriptions(context: BotContext, code: str, language: str) -> None:
    bot, content = context.bot, context.content
    long, short = (to_plain(content.say(text, language)) for text in (content.description, content.short_description))
    if (await bot.get_my_description(language_code=code)).description != long:
        await bot.set_my_description(long, language_code=code)
    if (await bot.get_my_short_description(language_code=code)).short_description != short:
        await bot.set_my_short_description(short, language_code=code)


async def _try(setting: Awaitable[None]) -> bool:
    try:
        await setting
    except TelegramError as error:
        log.info("a menu or description was not set, the next day or start tries again: %s", error)
        return False
    return True
