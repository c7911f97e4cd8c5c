"""Answers /start, and leads to where a link with a payload points (t.me/<bot>?start=facts_<topic>)."""

import re
from dataclasses import replace

from outreachbot.bot import reports
from outreachbot.bot.chats import menus
from outreachbot.bot.context import BotContext, Request
from outreachbot.bot.pages import campaign, corrections, facts, timeline
from outreachbot.bot.routing import Function, command
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats
from outreachbot.store.database import connect
from outreachbot.views.pages import info
from outreachbot.views.parts import CAMPAIGN, CHART, CORRECTIONS, FACT, FACTS, LETTER, REPORT, STRIP, TIMELINE

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
DESTINATIONS: dict[str, Function] = {
    FACTS: facts.show_topic,
    FACT: facts.show_fact,
    TIMELINE: timeline.show_page,
    CHART: facts.show_chart,
    STRIP: timeline.show_strip,
    CORRECTIONS: corrections.show_page,
    CAMPAIGN: campaign.show_campaign,
    LETTER: campaign.show_letter,
    REPORT: reports.ask_for_report,
}


async def start_chat(context: BotContext, request: Request) -> Message:
    if (
        request.in_private and request.user_id in context.admins
    ):  # only now does Telegram know the chat that the menu is for
        await menus.set_admin_menus(context, [request.user_id])
    name, _, rest = request.words.partition("_")
    leads_somewhere = _leads_somewhere(request, name, rest)
    if request.in_private and request.words and not leads_somewhere:
        await _remember(context, request)
    if leads_somewhere:
        answer = await DESTINATIONS[name](context, replace(request, words=rest.replace("_", ":")))
        assert isinstance(answer, Message)  # all of them show something
        return answer
    return info.welcome(context.content, request.language)


def _leads_somewhere(request: Request, name: str, rest: str) -> bool:
    if name == REPORT:  # in private only: what is asked and answered there is nobody else's business
        return request.in_private and bool(rest)
    return name in DESTINATIONS and (not rest or name in {FACTS, FACT, TIMELINE, CORRECTIONS, CHART, STRIP})


async def _remember(context: BotContext, request: Request) -> None:
    """A start code tells through which link somebody came; a payload is of A-Z, a-z, 0-9, _ and - (Bot API)."""
    if _CODE.fullmatch(request.words):
        async with connect.writing(context.db) as db:
            await chats.record_start_code(db, request.chat_id, request.words, language=request.language)


HANDLERS = [command("start", start_chat)]
