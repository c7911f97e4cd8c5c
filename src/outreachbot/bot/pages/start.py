"""Answers /start, and leads to where a link with a payload points (t.me/<bot>?start=facts_<topic>)."""

import re
from dataclasses import replace

from outreachbot.bot import reports
from outreachbot.bot.chats import menus
from outreachbot.bot.context import Ask, House
from outreachbot.bot.pages import campaign, corrections, facts, timeline
from outreachbot.bot.routing import Function, command
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats
from outreachbot.store.database import connect
from outreachbot.views.pages import info
from outreachbot.views.parts import CAMPAIGN, CHART, CORRECTIONS, FACT, FACTS, LETTER, REPORT, STRIP, TIMELINE

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
WAYS: dict[str, Function] = {
    FACTS: facts.topic,
    FACT: facts.fact,
    TIMELINE: timeline.page,
    CHART: facts.chart,
    STRIP: timeline.strip,
    CORRECTIONS: corrections.page,
    CAMPAIGN: campaign.campaign,
    LETTER: campaign.letter,
    REPORT: reports.begin,
}


async def start(house: House, ask: Ask) -> Message:
    if ask.in_private and ask.user_id in house.admins:  # only now does Telegram know the chat that the menu is for
        await menus.set_for_admins(house, [ask.user_id])
    name, _, rest = ask.words.partition("_")
    leads_somewhere = _leads_somewhere(ask, name, rest)
    if ask.in_private and ask.words and not leads_somewhere:
        await _remember(house, ask)
    if leads_somewhere:
        answer = await WAYS[name](house, replace(ask, words=rest.replace("_", ":")))
        assert isinstance(answer, Message)  # all of them show something
        return answer
    return info.start(house.content, ask.language)


def _leads_somewhere(ask: Ask, name: str, rest: str) -> bool:
    if name == REPORT:  # in private only: what is asked and answered there is nobody else's business
        return ask.in_private and bool(rest)
    return name in WAYS and (not rest or name in {FACTS, FACT, TIMELINE, CORRECTIONS, CHART, STRIP})


async def _remember(house: House, ask: Ask) -> None:
    """A start code tells through which link somebody came; a payload is of A-Z, a-z, 0-9, _ and - (Bot API)."""
    if _CODE.fullmatch(ask.words):
        async with connect.writing(house.db) as db:
            await chats.came_with(db, ask.chat_id, ask.words, language=ask.language)


HANDLERS = [command("start", start)]
