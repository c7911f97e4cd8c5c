"""Answers /campaign and /letter."""

from outreachbot.bot.context import Ask, House
from outreachbot.bot.routing import button, command
from outreachbot.domain.messages.message import Message
from outreachbot.views.pages import campaign as say
from outreachbot.views.parts import CAMPAIGN, LETTER


async def campaign(house: House, ask: Ask) -> Message:
    return say.campaign(house.content, ask.language)


async def letter(house: House, ask: Ask) -> Message:
    return say.letter(house.content, ask.language)


HANDLERS = [
    command("campaign", campaign),
    command("letter", letter),
    button(CAMPAIGN, campaign),
    button(LETTER, letter),
]
