"""Answers /reminders and its buttons, "skip" under a reminder, and /preview for admins."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from telegram import Chat

from outreachbot.bot.context import BotContext, CallbackAnswer, Choice, Request
from outreachbot.bot.guards import require_bot_admin, require_chat_admin
from outreachbot.bot.routing import IN_CHANNELS_TOO, Handler, Reply, button, command
from outreachbot.domain.callbacks import Callback
from outreachbot.domain.callbacks.reminders import (
    ClearQuietHours,
    SetQuietHours,
    SetReminderHour,
    ShowDays,
    ShowHours,
    ShowQuietEnds,
    ShowQuietHours,
    ShowSettings,
    SkipOccurrence,
    SwitchBigOnly,
    SwitchDay,
    SwitchNotice,
    SwitchReminders,
    SwitchSilent,
)
from outreachbot.domain.content.model import Content, Notice
from outreachbot.domain.messages.message import Message
from outreachbot.domain.reminders.schedule import Group, Item, list_upcoming
from outreachbot.domain.reminders.settings import ChatSettings, Quiet
from outreachbot.services.reminders import settings as services
from outreachbot.views.reminders import reminder
from outreachbot.views.reminders import settings as say

C = TypeVar("C", bound=Callback)
Change = (
    SwitchReminders
    | SwitchNotice
    | SwitchBigOnly
    | SwitchSilent
    | SwitchDay
    | SetReminderHour
    | ClearQuietHours
    | SetQuietHours
)


async def show_settings(context: BotContext, request: Request) -> Message:
    settings, subscribed = await services.load_settings(context, request.chat_id)
    return say.settings_menu(context.content, request.language, settings, subscribed=subscribed)


async def show_days(context: BotContext, request: Request) -> Message:
    settings, _subscribed = await services.load_settings(context, request.chat_id)
    return say.days_menu(context.content, request.language, settings)


async def show_hours(context: BotContext, request: Request) -> Message:
    settings, _subscribed = await services.load_settings(context, request.chat_id)
    return say.hours_menu(request.language, settings.group(context.content).hour)


async def show_quiet_hours(context: BotContext, request: Request) -> Message:
    settings, _subscribed = await services.load_settings(context, request.chat_id)
    return say.quiet_menu(context.content, request.language, settings)


async def show_quiet_ends(_context: BotContext, choice: Choice[ShowQuietEnds]) -> Message:
    return say.quiet_end_menu(choice.language, choice.callback.start)


async def switch_day(context: BotContext, choice: Choice[SwitchDay]) -> Message:
    settings = await _change(context, choice)
    return say.days_menu(context.content, choice.language, settings)


async def change_settings(context: BotContext, choice: Choice[Change]) -> Message:
    _before, subscribed = await services.load_settings(context, choice.chat_id)
    settings = await _change(context, choice)
    return say.settings_menu(context.content, choice.language, settings, subscribed=subscribed)


async def _change(context: BotContext, choice: Choice[Change]) -> ChatSettings:
    return await services.change_settings(
        context, choice.chat, lambda before: _apply(before, choice.callback, context.content)
    )


def _apply(before: ChatSettings, change: Change, content: Content) -> ChatSettings:
    """The settings after the press; unchanged if the content no longer has that day."""
    after = before
    match change:
        case SwitchReminders(on):
            after = replace(before, reminders=on)
        case SwitchNotice(notice, on):
            after = replace(before, notices={**before.notices, notice: on})
        case SwitchBigOnly(on):
            after = replace(before, big_only=on)
        case SwitchSilent(on):
            after = replace(before, silent=on)
        case SwitchDay(anniversary_id, on) if anniversary_id in content.anniversary_by_id:
            after = replace(before, anniversaries={**before.anniversaries, anniversary_id: on})
        case SetReminderHour(hour):
            after = replace(before, hour=hour)
        case ClearQuietHours():
            after = replace(before, quiet=None)
        case SetQuietHours(start, end):
            after = replace(before, quiet=Quiet(start, end))
    return after


async def skip_occurrence(context: BotContext, choice: Choice[SkipOccurrence]) -> Reply:
    """Send no more about this occurrence. In a channel, only the admin who pressed the button sees the answer."""
    anniversary_id, year = choice.callback.anniversary_id, choice.callback.year
    anniversary = context.content.anniversary_by_id.get(anniversary_id)
    if anniversary is None or not 0 <= year - context.clock().year <= 1:  # an old button
        return await show_settings(context, choice)
    settings = await services.change_settings(
        context, choice.chat, lambda before: replace(before, skipped=before.skipped | {(anniversary_id, year)})
    )
    title = context.content.say(anniversary.title, choice.language)
    ahead = list_upcoming([anniversary], dt.date(year, 1, 1), settings.skipped)
    again = next((occurrence.date.year for occurrence in ahead), None)
    if choice.kind == Chat.CHANNEL:
        return CallbackAnswer(say.noted_skipped(choice.language, title, year, again))
    return say.skipped(choice.language, title, year, again)


async def preview_reminder(context: BotContext, request: Request) -> Message:
    """Show a reminder as members will see it: `/preview` with a day, a notice and a language, in any order."""
    given = request.words.lower().split()
    content = context.content
    names = [word for word in given if word in content.anniversary_by_id] or list(content.anniversary_by_id)[:1]
    notices = [Notice(word) for word in given if word in set(Notice)] or [Notice.DAY]
    languages = [word for word in given if word in content.languages] or [request.language]
    known = {*content.anniversary_by_id, *Notice, *content.languages}
    unknown = [word for word in given if word not in known]
    upcoming = list_upcoming([content.anniversary_by_id[name] for name in names[:1]], context.clock().date())
    if unknown or not upcoming:
        return reminder.preview_usage(content, request.language, " ".join(unknown))
    return reminder.reminder(content, languages[0], [Item(upcoming[0], notices[0])], Group(content.zone, content.hour))


def _button(kind: type[C], function: Callable[[BotContext, Choice[C]], Awaitable[Reply]]) -> Handler:
    return button(kind, function, guard=require_chat_admin, in_place=True)


HANDLERS = [
    command("reminders", show_settings, guard=require_chat_admin, where=IN_CHANNELS_TOO),
    command("preview", preview_reminder, guard=require_bot_admin),
    _button(ShowSettings, show_settings),
    _button(ShowDays, show_days),
    _button(ShowHours, show_hours),
    _button(ShowQuietHours, show_quiet_hours),
    _button(ShowQuietEnds, show_quiet_ends),
    _button(SwitchDay, switch_day),
    _button(SwitchReminders, change_settings),
    _button(SwitchNotice, change_settings),
    _button(SwitchBigOnly, change_settings),
    _button(SwitchSilent, change_settings),
    _button(SetReminderHour, change_settings),
    _button(ClearQuietHours, change_settings),
    _button(SetQuietHours, change_settings),
    _button(SkipOccurrence, skip_occurrence),
]
