"""Answers /corrections and its buttons."""

from outreachbot.bot.context import Ask, House, number
from outreachbot.bot.routing import button, command
from outreachbot.domain.messages.message import Message
from outreachbot.views.pages import corrections as say
from outreachbot.views.parts import CORRECTIONS


async def corrections(house: House, ask: Ask) -> Message:
    return say.at(house.content, ask.language, 0)


async def page(house: House, ask: Ask) -> Message:
    return say.at(house.content, ask.language, number(ask.words))


HANDLERS = [command("corrections", corrections), button(CORRECTIONS, page)]
