"""Answers /corrections and its buttons."""

from outreachbot.bot.context import Ask, House, number
from outreachbot.bot.route import button, command
from outreachbot.domain.message import Message
from outreachbot.views import corrections as say
from outreachbot.views.parts import CORRECTIONS


async def corrections(house: House, ask: Ask) -> Message:
    return say.at(house.content, ask.language, 0)


async def page(house: House, ask: Ask) -> Message:
    return say.at(house.content, ask.language, number(ask.words))


HANDLERS = [command("corrections", corrections), button(CORRECTIONS, page)]
