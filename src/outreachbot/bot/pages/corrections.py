"""Answers /corrections and its buttons."""

from outreachbot.bot.context import BotContext, Choice, Request
from outreachbot.bot.routing import button, command
from outreachbot.domain.callbacks.pages import ShowCorrections
from outreachbot.domain.messages.message import Message
from outreachbot.views.pages import corrections as say


async def list_corrections(context: BotContext, request: Request) -> Message:
    return say.page_at(context.content, request.language, 0)


async def show_page(context: BotContext, choice: Choice[ShowCorrections]) -> Message:
    return say.page_at(context.content, choice.language, choice.callback.first or 0)


HANDLERS = [command("corrections", list_corrections), button(ShowCorrections, show_page)]
