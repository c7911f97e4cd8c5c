"""Answers /timeline and its buttons."""

import asyncio

from outreachbot.bot.context import BotContext, Choice, Request
from outreachbot.bot.routing import button, command
from outreachbot.domain.callbacks.pages import ShowStrip, ShowTimeline
from outreachbot.domain.messages.message import Message
from outreachbot.drawing import picture
from outreachbot.views.pages import timeline as say


async def answer_timeline(context: BotContext, request: Request) -> Message:
    return say.answer_query(context.content, request.language, request.words)


async def show_page(context: BotContext, choice: Choice[ShowTimeline]) -> Message:
    return say.page_at(context.content, choice.language, choice.callback.first or 0)


async def show_strip(context: BotContext, choice: Choice[ShowStrip]) -> Message:
    """A page as a picture; as text where it can't be drawn (any more)."""
    first, language = choice.callback.first, choice.language
    drawn = say.timeline_strip(context.content, language, first)
    if drawn is None:
        return say.page_at(context.content, language, first)
    count = await asyncio.to_thread(picture.fitting, drawn)
    return say.strip_page(context.content, language, first, drawn, count)


HANDLERS = [command("timeline", answer_timeline), button(ShowTimeline, show_page), button(ShowStrip, show_strip)]
