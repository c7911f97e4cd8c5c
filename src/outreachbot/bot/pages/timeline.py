"""Answers /timeline and its buttons."""

import asyncio

from outreachbot.bot.context import Ask, House, number
from outreachbot.bot.routing import button, command
from outreachbot.domain.messages.message import Message
from outreachbot.drawing import picture
from outreachbot.views.pages import timeline as say
from outreachbot.views.parts import STRIP, TIMELINE


async def timeline(house: House, ask: Ask) -> Message:
    return say.answer(house.content, ask.language, ask.words)


async def page(house: House, ask: Ask) -> Message:
    return say.at(house.content, ask.language, number(ask.words))


async def strip(house: House, ask: Ask) -> Message:
    """A page as a picture; as text where it can't be drawn (any more)."""
    first = number(ask.words)
    drawn = say.strip(house.content, ask.language, first)
    if drawn is None:
        return say.at(house.content, ask.language, first)
    count = await asyncio.to_thread(picture.fitting, drawn)
    return say.pictured(house.content, ask.language, first, drawn, count)


HANDLERS = [command("timeline", timeline), button(TIMELINE, page), button(STRIP, strip)]
