"""Answers /reminders and its buttons, "skip" under a reminder, and an admin's /preview."""

import datetime as dt
from dataclasses import replace
from typing import Any

from telegram import Chat

from outreachbot.bot.context import BotContext, CallbackAnswer, Request
from outreachbot.bot.guards import require_bot_admin, require_chat_admin
from outreachbot.bot.routing import IN_CHANNELS_TOO, Reply, button, command
from outreachbot.domain.content.model import Notice
from outreachbot.domain.messages.message import Message
from outreachbot.domain.reminders.schedule import Group, Item, list_upcoming
from outreachbot.domain.reminders.settings import ChatSettings, Quiet
from outreachbot.services.reminders import settings
from outreachbot.views.parts import REMINDERS, SKIP
from outreachbot.views.reminders import reminder
from outreachbot.views.reminders import settings as say


async def change_reminders(context: BotContext, request: Request) -> Message:
    """What the chat chose; or, with a button's data, that changed, or the menu for it."""
    chosen, subscribed = await settings.load_settings(context, request.chat_id)
    if request.press_id is not None and request.words:
        what, *values = request.words.split(".")
        if menu := _menu(context, request, chosen, what, values):
            return menu
        chosen = await settings.change_settings(
            context, request.chat, lambda before: _changed(context, before, what, values)
        )
        if what == "a":
            return say.days_menu(context.content, request.language, chosen)
    return say.settings_menu(context.content, request.language, chosen, subscribed=subscribed)


def _menu(context: BotContext, request: Request, chosen: ChatSettings, what: str, values: list[str]) -> Message | None:
    """The menu that a button opens; None for one that changes something."""
    match what, values:
        case "a", []:
            return say.days_menu(context.content, request.language, chosen)
        case "h", []:
            return say.hours_menu(request.language, chosen.group(context.content).hour)
        case "q", []:
            return say.quiet_menu(context.content, request.language, chosen)
        case "q", [start] if (hour := _hour(start)) is not None:
            return say.quiet_end_menu(request.language, hour)
    return None


def _changed(context: BotContext, before: ChatSettings, what: str, values: list[str]) -> ChatSettings:
    """What a button makes of the settings; the settings themselves where it is not known any more."""
    new: dict[str, Any] = {}
    match what, values:
        case "on" | "b" | "s", [on]:
            new = {_SWITCHES[what]: on == "1"}
        case "n", [name, on] if name in set(Notice):
            new = {"notices": {**before.notices, Notice(name): on == "1"}}
        case "a", [name, on] if name in context.content.anniversary_by_id:
            new = {"anniversaries": {**before.anniversaries, name: on == "1"}}
        case "h", [written] if (hour := _hour(written)) is not None:
            new = {"hour": hour}
        case "q", ["off"]:
            new = {"quiet": None}
        case "q", [start, end] if (first := _hour(start)) is not None and (last := _hour(end)) is not None:
            new = {"quiet": Quiet(first, last)}
    return replace(before, **new)


_SWITCHES = {"on": "reminders", "b": "big_only", "s": "silent"}


def _hour(written: str) -> int | None:
    is_number = written.isascii() and written.isdigit() and len(written) < 3
    return int(written) if is_number and int(written) < 24 else None


async def skip_occurrence(context: BotContext, request: Request) -> Reply:
    """Nothing more of this occurrence. A channel's readers need not hear of it."""
    name, _, written = request.words.partition(":")
    year = int(written) if written.isascii() and written.isdigit() and len(written) == 4 else 0
    anniversary = context.content.anniversary_by_id.get(name)
    if anniversary is None or not 0 <= year - context.clock().year <= 1:  # only what can be ahead: a forged one is none
        return await change_reminders(context, replace(request, words=""))
    chosen = await settings.change_settings(
        context, request.chat, lambda before: replace(before, skipped=before.skipped | {(name, year)})
    )
    title = context.content.say(anniversary.title, request.language)
    again = next((one.date.year for one in list_upcoming([anniversary], dt.date(year, 1, 1), chosen.skipped)), None)
    if request.kind == Chat.CHANNEL:
        return CallbackAnswer(say.noted_skipped(request.language, title, year, again))
    return say.skipped(request.language, title, year, again)


async def preview_reminder(context: BotContext, request: Request) -> Message:
    """A reminder as members will see it: `/preview` with a day, a notice, a language, in any order."""
    given = request.words.lower().split()
    content = context.content
    names = [one for one in given if one in content.anniversary_by_id] or list(content.anniversary_by_id)[:1]
    notices = [Notice(one) for one in given if one in set(Notice)] or [Notice.DAY]
    languages = [one for one in given if one in content.languages] or [request.language]
    known = {*content.anniversary_by_id, *Notice, *content.languages}
    unknown = [one for one in given if one not in known]
    found = list_upcoming([content.anniversary_by_id[name] for name in names[:1]], context.clock().date())
    if unknown or not found:
        return reminder.preview_usage(content, request.language, " ".join(unknown))
    return reminder.reminder(content, languages[0], [Item(found[0], notices[0])], Group(content.zone, content.hour))


HANDLERS = [
    command("reminders", change_reminders, guard=require_chat_admin, where=IN_CHANNELS_TOO),
    command("preview", preview_reminder, guard=require_bot_admin),
    button(REMINDERS, change_reminders, guard=require_chat_admin, in_place=True),
    button(SKIP, skip_occurrence, guard=require_chat_admin, in_place=True),
]
