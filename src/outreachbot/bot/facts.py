"""Answers /facts and its buttons."""

from outreachbot.bot.context import Ask, House
from outreachbot.bot.route import button, command
from outreachbot.domain.message import Message
from outreachbot.views import facts as say
from outreachbot.views.parts import FACT, FACTS


async def facts(house: House, ask: Ask) -> Message:
    return say.answer(house.content, ask.language, ask.words)


async def topic(house: House, ask: Ask) -> Message:
    return (
        say.of_topic(house.content, ask.language, ask.words) if ask.words else say.topics(house.content, ask.language)
    )


async def fact(house: House, ask: Ask) -> Message:
    return say.by_id(house.content, ask.language, ask.words)


HANDLERS = [command("facts", facts), button(FACTS, topic), button(FACT, fact)]
