"""Answers /corrections and its buttons."""

from outreachbot.bot.context import BotContext, Request, number
from outreachbot.bot.routing import button, command
from outreachbot.domain.messages.message import Message
from outreachbot.views.pages import corrections as say
from outreachbot.views.parts import CORRECTIONS


async def list_corrections(context: BotContext, request: Request) -> Message:
    return say.page_at(context.content, request.language, 0)


async def show_page(context: BotContext, request: Request) -> Message:
    return say.page_at(context.content, request.language, number(request.words))


HANDLERS = [command("corrections", list_corrections), button(CORRECTIONS, show_page)]
