"""Answers /timeline and its buttons."""

import asyncio

from outreachbot.bot.context import BotContext, Request, number
from outreachbot.bot.routing import button, command
from outreachbot.domain.messages.message import Message
from outreachbot.drawing import picture
from outreachbot.views.pages import timeline as say
from outreachbot.views.parts import STRIP, TIMELINE


async def answer_timeline(context: BotContext, request: Request) -> Message:
    return say.answer_query(context.content, request.language, request.words)


async def show_page(context: BotContext, request: Request) -> Message:
    return say.page_at(context.content, request.language, number(request.words))


async def show_strip(context: BotContext, request: Request) -> Message:
    """A page as a picture; as text where it can't be drawn (any more)."""
    first = number(request.words)
    drawn = say.timeline_strip(context.content, request.language, first)
    if drawn is None:
        return say.page_at(context.content, request.language, first)
    count = await asyncio.to_thread(picture.fitting, drawn)
    return say.strip_page(context.content, request.language, first, drawn, count)


HANDLERS = [command("timeline", answer_timeline), button(TIMELINE, show_page), button(STRIP, show_strip)]
