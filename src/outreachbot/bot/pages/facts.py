"""Answers /facts and its buttons."""

import asyncio

from outreachbot.bot.context import BotContext, Request, number
from outreachbot.bot.routing import button, command
from outreachbot.domain.messages.message import Message
from outreachbot.drawing import picture
from outreachbot.views.pages import facts as say
from outreachbot.views.pages import figures
from outreachbot.views.parts import CHART, FACT, FACTS


async def answer_facts(context: BotContext, request: Request) -> Message:
    return say.answer_query(context.content, request.language, request.words)


async def show_topic(context: BotContext, request: Request) -> Message:
    return (
        say.topic_page(context.content, request.language, request.words)
        if request.words
        else say.topic_list(context.content, request.language)
    )


async def show_fact(context: BotContext, request: Request) -> Message:
    return say.fact_by_id(context.content, request.language, request.words)


async def show_chart(context: BotContext, request: Request) -> Message:
    """A fact's figures as a picture; the fact itself where they can't be drawn (any more)."""
    name, _, rest = request.words.partition(":")
    found = context.content.fact_by_id.get(name)
    if (
        found is None
        or (drawn := figures.figure_chart(context.content, request.language, found, first := number(rest))) is None
    ):
        return say.fact_by_id(context.content, request.language, name)
    count = await asyncio.to_thread(picture.fitting, drawn)
    return figures.chart_page(context.content, request.language, found, first, drawn, count)


HANDLERS = [
    command("facts", answer_facts),
    button(FACTS, show_topic),
    button(FACT, show_fact),
    button(CHART, show_chart),
]
