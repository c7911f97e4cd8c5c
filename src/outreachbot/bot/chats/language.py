"""Answers /language: the chat's own, instead of that of each person's Telegram."""

from dataclasses import replace

from outreachbot.bot.chats import menus
from outreachbot.bot.context import BotContext, Choice, Request
from outreachbot.bot.guards import require_chat_admin
from outreachbot.bot.routing import IN_CHANNELS_TOO, button, command
from outreachbot.domain.callbacks.pages import SetLanguage
from outreachbot.domain.messages.message import Message
from outreachbot.services import language_cache
from outreachbot.store import chats
from outreachbot.store.database import connect
from outreachbot.views import language as say


async def answer_language(context: BotContext, request: Request) -> Message:
    """The languages there are; or, with the code of one, that one from now on."""
    return await _set_language(context, request, request.words.lower())


async def set_language(context: BotContext, choice: Choice[SetLanguage]) -> Message:
    return await _set_language(context, choice, choice.callback.language)


async def _set_language(context: BotContext, request: Request, code: str) -> Message:
    if code in context.content.languages:
        async with connect.writing(context.db) as db:
            await chats.choose_language(db, request.chat_id, kind=request.kind, language=code)
        await language_cache.refresh_languages(context, request.chat_id)
        await menus.set_chat_menu(context, request, code)
        request = replace(request, language=code)
    return say.language_menu(request.language, context.content.languages)


HANDLERS = [
    command("language", answer_language, guard=require_chat_admin, where=IN_CHANNELS_TOO),
    button(SetLanguage, set_language, guard=require_chat_admin, in_place=True),
]
