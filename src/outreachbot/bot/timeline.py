"""Answers /timeline and its buttons."""

from outreachbot.bot.context import Ask, House
from outreachbot.bot.route import button, command
from outreachbot.domain.message import Message
from outreachbot.views import timeline as say
from outreachbot.views.parts import TIMELINE


async def timeline(house: House, ask: Ask) -> Message:
    return say.answer(house.content, ask.language, ask.words)


async def page(house: House, ask: Ask) -> Message:
    number = int(ask.words) if ask.words.isascii() and ask.words.isdigit() and len(ask.words) < 9 else 0
    return say.at(house.content, ask.language, number)


HANDLERS = [command("timeline", timeline), button(TIMELINE, page)]
