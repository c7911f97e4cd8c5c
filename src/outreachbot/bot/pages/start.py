"""Answers /start, and leads to where a link with a payload points (t.me/<bot>?start=facts_<topic>)."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from outreachbot.bot import reports
from outreachbot.bot.chats import menus
from outreachbot.bot.context import BotContext, Request
from outreachbot.bot.pages import campaign, corrections, facts, timeline
from outreachbot.bot.routing import command
from outreachbot.domain.callbacks import Callback, decode_payload
from outreachbot.domain.callbacks.codec import first_word
from outreachbot.domain.callbacks.pages import (
    ReportMistake,
    ShowCampaign,
    ShowChart,
    ShowCorrections,
    ShowFact,
    ShowLetter,
    ShowStrip,
    ShowTimeline,
    ShowTopic,
    ShowTopics,
)
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats
from outreachbot.store.database import connect
from outreachbot.views.pages import info

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
DESTINATIONS: dict[type[Callback], Callable[[BotContext, Any], Awaitable[Message]]] = {
    ShowTopics: facts.show_topics,
    ShowTopic: facts.show_topic,
    ShowFact: facts.show_fact,
    ShowTimeline: timeline.show_page,
    ShowChart: facts.show_chart,
    ShowStrip: timeline.show_strip,
    ShowCorrections: corrections.show_page,
    ShowCampaign: campaign.show_campaign,
    ShowLetter: campaign.show_letter,
    ReportMistake: reports.ask_for_report,
}
_NO_FACT = ShowFact("")  # shown as one that is gone
_OTHERWISE: dict[str, Callback] = {
    first_word(type(callback)): callback for callback in (ShowTimeline(), ShowStrip(0), ShowCorrections())
} | {first_word(kind): _NO_FACT for kind in (ShowTopic, ShowFact, ShowChart, ReportMistake)}
"""Where a payload leads that begins like one of ours and goes on otherwise, because somebody wrote it by hand."""


async def start_chat(context: BotContext, request: Request) -> Message:
    if (
        request.in_private and request.user_id in context.admins
    ):  # only now does Telegram know the chat that the menu is for
        await menus.set_admin_menus(context, [request.user_id])
    callback = _read_payload(request)
    if callback is not None:
        return await DESTINATIONS[type(callback)](context, request.choose(callback))
    if request.in_private and request.words:
        await _remember(context, request)
    return info.welcome(context.content, request.language)


def _read_payload(request: Request) -> Callback | None:
    """Where the payload leads; None for a start code or none at all."""
    name, _, rest = request.words.partition("_")
    if name == first_word(ReportMistake) and not (request.in_private and rest):
        return None  # what is asked and answered there is nobody else's business
    callback = decode_payload(request.words) or _OTHERWISE.get(name)
    return callback if type(callback) in DESTINATIONS else None


async def _remember(context: BotContext, request: Request) -> None:
    """A start code tells through which link somebody came; a payload is of A-Z, a-z, 0-9, _ and - (Bot API)."""
    if _CODE.fullmatch(request.words):
        async with connect.writing(context.db) as db:
            await chats.record_start_code(db, request.chat_id, request.words, language=request.language)


HANDLERS = [command("start", start_chat)]
