"""Answers /language: the chat's own, instead of that of each person's Telegram."""

from dataclasses import replace

from outreachbot.bot.chats import menus
from outreachbot.bot.context import Ask, House
from outreachbot.bot.guards import admins_of_the_group
from outreachbot.bot.routing import IN_CHANNELS_TOO, button, command
from outreachbot.domain.messages.message import Message
from outreachbot.services import language_cache
from outreachbot.store import chats
from outreachbot.store.database import connect
from outreachbot.views import language as say
from outreachbot.views.parts import LANGUAGE


async def language(house: House, ask: Ask) -> Message:
    """The languages there are; or, with one of their codes, that one from now on."""
    code = ask.words.lower()
    if code in house.content.languages:
        async with connect.writing(house.db) as db:
            await chats.choose_language(db, ask.chat_id, kind=ask.kind, language=code)
        await language_cache.reload(house, ask.chat_id)
        await menus.set_for_chat(house, ask, code)
        ask = replace(ask, language=code)
    return say.languages(ask.language, house.content.languages)


HANDLERS = [
    command("language", language, guard=admins_of_the_group, where=IN_CHANNELS_TOO),
    button(LANGUAGE, language, guard=admins_of_the_group, in_place=True),
]
