"""Answers /corrections and its buttons."""

from outreachbot.bot.context import Ask, House, page_number
from outreachbot.bot.route import button, command
from outreachbot.domain.message import Message
from outreachbot.views import corrections as say
from outreachbot.views.parts import CORRECTIONS


async def corrections(house: House, ask: Ask) -> Message:
    return say.at(house.content, ask.language, 0)


async def page(house: House, ask: Ask) -> Message:
    return say.at(house.content, ask.language, page_number(ask))


HANDLERS = [command("corrections", corrections), button(CORRECTIONS, page)]
