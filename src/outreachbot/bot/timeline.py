"""Answers /timeline and its buttons."""

from outreachbot.bot.context import Ask, House, page_number
from outreachbot.bot.route import button, command
from outreachbot.domain.message import Message
from outreachbot.views import timeline as say
from outreachbot.views.parts import TIMELINE


async def timeline(house: House, ask: Ask) -> Message:
    return say.answer(house.content, ask.language, ask.words)


async def page(house: House, ask: Ask) -> Message:
    return say.at(house.content, ask.language, page_number(ask))


HANDLERS = [command("timeline", timeline), button(TIMELINE, page)]
