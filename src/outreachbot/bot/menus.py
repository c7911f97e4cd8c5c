"""Sets the command menus and the bot's descriptions, per scope and language, and only what changed."""

import logging
from collections.abc import Awaitable, Iterable, Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    Chat,
)
from telegram.error import TelegramError

from outreachbot.bot.context import Ask, House
from outreachbot.domain.markup import to_plain
from outreachbot.views import menus
from outreachbot.views.menus import Command

log = logging.getLogger(__name__)


async def set_all(house: House) -> None:
    """Bring Telegram's menus and descriptions in line with ours. What fails is said and left for the next day."""
    for code, language in _codes(house):
        await _try(_set_menu(house.bot, BotCommandScopeAllPrivateChats(), code, menus.for_members(language)))
        await _try(_set_menu(house.bot, BotCommandScopeAllGroupChats(), code, menus.for_groups(language)))
        await _try(_set_descriptions(house, code, language))
    await set_for_admins(house, house.admins)


async def set_for_admins(house: House, admins: Iterable[int]) -> None:
    """The admins' own menu. Telegram knows an admin's chat only after they have started the bot."""
    for admin in admins:
        chosen = house.chosen.get(admin)
        for code, language in _codes(house):
            commands = menus.for_admins(chosen if chosen in house.content.languages else language)
            await _try(_set_menu(house.bot, BotCommandScopeChat(admin), code, commands))


async def set_for_chat(house: House, ask: Ask, language: str) -> None:
    """The menu of a chat that chose a language. A channel has none."""
    if ask.in_private and ask.user_id in house.admins:
        await set_for_admins(house, [ask.user_id])
    elif ask.kind != Chat.CHANNEL:
        commands = menus.for_members if ask.in_private else menus.for_groups
        await _try(_set_menu(house.bot, BotCommandScopeChat(ask.chat_id), None, commands(language)))


def _codes(house: House) -> list[tuple[str | None, str]]:
    """Telegram's language code and ours: the default language stands for everybody whose own has no menu."""
    return [(None, house.content.default_language), *((code, code) for code in house.content.languages)]


async def _set_menu(bot: Bot, scope: BotCommandScope, code: str | None, commands: Sequence[Command]) -> None:
    wanted = tuple(BotCommand(one.name, one.what) for one in commands)
    if await bot.get_my_commands(scope=scope, language_code=code) != wanted:
        await bot.set_my_commands(wanted, scope=scope, language_code=code)


async def _set_descriptions(house: House, code: str | None, language: str) -> None:
    bot, content = house.bot, house.content
    long, short = (to_plain(content.say(text, language)) for text in (content.description, content.short_description))
    if (await bot.get_my_description(language_code=code)).description != long:
        await bot.set_my_description(long, language_code=code)
    if (await bot.get_my_short_description(language_code=code)).short_description != short:
        await bot.set_my_short_description(short, language_code=code)


async def _try(setting: Awaitable[None]) -> None:
    try:
        await setting
    except TelegramError as error:
        log.info("a menu or description was not set, the next day or start tries again: %s", error)
