"""Answers /reminders and its buttons, "skip" under a reminder, and an admin's /preview."""

import datetime as dt
from dataclasses import replace
from typing import Any

from telegram import Chat

from outreachbot.bot.context import Ask, House, Note
from outreachbot.bot.guards import admins_of_the_bot, admins_of_the_group
from outreachbot.bot.routing import IN_CHANNELS_TOO, Reply, button, command
from outreachbot.domain.content.model import Notice
from outreachbot.domain.messages.message import Message
from outreachbot.domain.reminders.schedule import Group, Item, coming
from outreachbot.domain.reminders.settings import ChatSettings, Quiet
from outreachbot.services.reminders import settings
from outreachbot.views.parts import REMINDERS, SKIP
from outreachbot.views.reminders import reminder
from outreachbot.views.reminders import settings as say


async def reminders(house: House, ask: Ask) -> Message:
    """What the chat chose; or, with a button's data, that changed, or the menu for it."""
    chosen, subscribed = await settings.chosen(house, ask.chat_id)
    if ask.press_id is not None and ask.words:
        what, *values = ask.words.split(".")
        if menu := _menu(house, ask, chosen, what, values):
            return menu
        chosen = await settings.change(house, ask, lambda before: _changed(house, before, what, values))
        if what == "a":
            return say.days(house.content, ask.language, chosen)
    return say.reminders(house.content, ask.language, chosen, subscribed=subscribed)


def _menu(house: House, ask: Ask, chosen: ChatSettings, what: str, values: list[str]) -> Message | None:
    """The menu that a button opens; None for one that changes something."""
    match what, values:
        case "a", []:
            return say.days(house.content, ask.language, chosen)
        case "h", []:
            return say.hours(ask.language, chosen.group(house.content).hour)
        case "q", []:
            return say.quiet(house.content, ask.language, chosen)
        case "q", [start] if (hour := _hour(start)) is not None:
            return say.quiet_until(ask.language, hour)
    return None


def _changed(house: House, before: ChatSettings, what: str, values: list[str]) -> ChatSettings:
    """What a button makes of the settings; the settings themselves where it is not known any more."""
    new: dict[str, Any] = {}
    match what, values:
        case "on" | "b" | "s", [on]:
            new = {_SWITCHES[what]: on == "1"}
        case "n", [name, on] if name in set(Notice):
            new = {"notices": {**before.notices, Notice(name): on == "1"}}
        case "a", [name, on] if name in house.content.anniversary_by_id:
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


async def skip(house: House, ask: Ask) -> Reply:
    """Nothing more of this occurrence. A channel's readers need not hear of it."""
    name, _, written = ask.words.partition(":")
    year = int(written) if written.isascii() and written.isdigit() and len(written) == 4 else 0
    anniversary = house.content.anniversary_by_id.get(name)
    if anniversary is None or not 0 <= year - house.clock().year <= 1:  # only what can be ahead: a forged one is none
        return await reminders(house, replace(ask, words=""))
    chosen = await settings.change(house, ask, lambda before: replace(before, skipped=before.skipped | {(name, year)}))
    title = house.content.say(anniversary.title, ask.language)
    again = next((one.date.year for one in coming([anniversary], dt.date(year, 1, 1), chosen.skipped)), None)
    if ask.kind == Chat.CHANNEL:
        return Note(say.noted_skipped(ask.language, title, year, again))
    return say.skipped(ask.language, title, year, again)


async def preview(house: House, ask: Ask) -> Message:
    """A reminder as members will see it: `/preview` with a day, a notice, a language, in any order."""
    given = ask.words.lower().split()
    content = house.content
    names = [one for one in given if one in content.anniversary_by_id] or list(content.anniversary_by_id)[:1]
    notices = [Notice(one) for one in given if one in set(Notice)] or [Notice.DAY]
    languages = [one for one in given if one in content.languages] or [ask.language]
    known = {*content.anniversary_by_id, *Notice, *content.languages}
    unknown = [one for one in given if one not in known]
    found = coming([content.anniversary_by_id[name] for name in names[:1]], house.clock().date())
    if unknown or not found:
        return reminder.preview_usage(content, ask.language, " ".join(unknown))
    return reminder.reminder(content, languages[0], [Item(found[0], notices[0])], Group(content.zone, content.hour))


HANDLERS = [
    command("reminders", reminders, guard=admins_of_the_group, where=IN_CHANNELS_TOO),
    command("preview", preview, guard=admins_of_the_bot),
    button(REMINDERS, reminders, guard=admins_of_the_group, in_place=True),
    button(SKIP, skip, guard=admins_of_the_group, in_place=True),
]
