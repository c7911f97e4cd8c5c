"""Answers /facts and its buttons."""

import asyncio

from outreachbot.bot.context import Ask, House, number
from outreachbot.bot.routing import button, command
from outreachbot.domain.messages.message import Message
from outreachbot.drawing import picture
from outreachbot.views.pages import facts as say
from outreachbot.views.pages import figures
from outreachbot.views.parts import CHART, FACT, FACTS


async def facts(house: House, ask: Ask) -> Message:
    return say.answer(house.content, ask.language, ask.words)


async def topic(house: House, ask: Ask) -> Message:
    return (
        say.of_topic(house.content, ask.language, ask.words) if ask.words else say.topics(house.content, ask.language)
    )


async def fact(house: House, ask: Ask) -> Message:
    return say.by_id(house.content, ask.language, ask.words)


async def chart(house: House, ask: Ask) -> Message:
    """A fact's figures as a picture; the fact itself where they can't be drawn (any more)."""
    name, _, rest = ask.words.partition(":")
    found = house.content.fact_by_id.get(name)
    if found is None or (drawn := figures.chart(house.content, ask.language, found, first := number(rest))) is None:
        return say.by_id(house.content, ask.language, name)
    count = await asyncio.to_thread(picture.fitting, drawn)
    return figures.pictured(house.content, ask.language, found, first, drawn, count)


HANDLERS = [command("facts", facts), button(FACTS, topic), button(FACT, fact), button(CHART, chart)]
