"""Answers /facts and its buttons."""

import asyncio

from outreachbot.bot.context import BotContext, Choice, Request
from outreachbot.bot.routing import button, command
from outreachbot.domain.callbacks.pages import ShowChart, ShowFact, ShowTopic, ShowTopics
from outreachbot.domain.messages.message import Message
from outreachbot.drawing import picture
from outreachbot.views.pages import facts as say
from outreachbot.views.pages import figures


async def answer_facts(context: BotContext, request: Request) -> Message:
    return say.answer_query(context.content, request.language, request.words)


async def show_topics(context: BotContext, request: Request) -> Message:
    return say.topic_list(context.content, request.language)


async def show_topic(context: BotContext, choice: Choice[ShowTopic]) -> Message:
    return say.topic_page(context.content, choice.language, choice.callback.topic_id)


async def show_fact(context: BotContext, choice: Choice[ShowFact]) -> Message:
    return say.fact_by_id(context.content, choice.language, choice.callback.fact_id)


async def show_chart(context: BotContext, choice: Choice[ShowChart]) -> Message:
    """A fact's figures as a picture; the fact itself where they can't be drawn (any more)."""
    fact_id, first = choice.callback.fact_id, choice.callback.first or 0
    fact = context.content.fact_by_id.get(fact_id)
    chart = figures.figure_chart(context.content, choice.language, fact, first) if fact else None
    if fact is None or chart is None:
        return say.fact_by_id(context.content, choice.language, fact_id)
    count = await asyncio.to_thread(picture.fitting, chart)
    return figures.chart_page(context.content, choice.language, fact, first, chart, count)


HANDLERS = [
    command("facts", answer_facts),
    button(ShowTopics, show_topics),
    button(ShowTopic, show_topic),
    button(ShowFact, show_fact),
    button(ShowChart, show_chart),
]
