"""Answers /start, and opens the page that a link's payload names (t.me/<bot>?start=facts_<topic>)."""

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
_NO_FACT = ShowFact("")  # answered like a fact that is gone
_FALLBACKS: dict[str, Callback] = {
    first_word(type(callback)): callback for callback in (ShowTimeline(), ShowStrip(0), ShowCorrections())
} | {first_word(kind): _NO_FACT for kind in (ShowTopic, ShowFact, ShowChart, ReportMistake)}
"""First word -> what to show for a payload whose rest is wrong. Somebody may have typed it."""


async def start_chat(context: BotContext, request: Request) -> Message:
    if request.in_private and request.user_id in context.admins:
        # Telegram accepts a menu for this chat only after the admin has started the bot.
        await menus.set_admin_menus(context, [request.user_id])
    callback = _read_payload(request)
    if callback is not None:
        return await DESTINATIONS[type(callback)](context, request.choose(callback))
    if request.in_private and request.words:
        await _record_start_code(context, request)
    return info.welcome(context.content, request.language)


def _read_payload(request: Request) -> Callback | None:
    """What the payload names; None if it is empty or a start code."""
    name, _, rest = request.words.partition("_")
    if name == first_word(ReportMistake) and not (request.in_private and rest):
        return None  # reports are written in private only
    callback = decode_payload(request.words) or _FALLBACKS.get(name)
    return callback if type(callback) in DESTINATIONS else None


async def _record_start_code(context: BotContext, request: Request) -> None:
    """Record which link brought the person. A payload consists of A-Z, a-z, 0-9, _ and - (Bot API, deep linking)."""
    if _CODE.fullmatch(request.words):
        async with connect.writing(context.db) as db:
            await chats.record_start_code(db, request.chat_id, request.words, language=request.language)


HANDLERS = [command("start", start_chat)]
