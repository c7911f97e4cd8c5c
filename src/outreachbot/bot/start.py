"""Answers /start, and leads to where a link with a payload points (t.me/<bot>?start=facts_<topic>)."""

from dataclasses import replace

from outreachbot.bot import campaign, facts, menus, timeline
from outreachbot.bot.context import Ask, House
from outreachbot.bot.route import Function, command
from outreachbot.domain.message import Message
from outreachbot.views import basics
from outreachbot.views.parts import CAMPAIGN, FACT, FACTS, LETTER, TIMELINE

WAYS: dict[str, Function] = {
    FACTS: facts.topic,
    FACT: facts.fact,
    TIMELINE: timeline.page,
    CAMPAIGN: campaign.campaign,
    LETTER: campaign.letter,
}


async def start(house: House, ask: Ask) -> Message:
    if ask.in_private and ask.user_id in house.admins:  # only now does Telegram know the chat that the menu is for
        await menus.set_for_admins(house, [ask.user_id])
    name, _, rest = ask.words.partition("_")
    if name in WAYS:
        answer = await WAYS[name](house, replace(ask, words=rest))
        assert isinstance(answer, Message)  # all of them show something
        return answer
    return basics.start(house.content, ask.language)


HANDLERS = [command("start", start)]
