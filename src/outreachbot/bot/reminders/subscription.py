"""Answers /subscribe, /unsubscribe and /next, with the days as a calendar file."""

import asyncio
import datetime as dt

from telegram import Chat

from outreachbot.bot.context import BotContext, CallbackAnswer, Request
from outreachbot.bot.guards import require_chat_admin
from outreachbot.bot.routing import IN_CHANNELS_TOO, Reply, button, command, private_link
from outreachbot.domain.callbacks.pages import SendCalendar, Subscribe, Unsubscribe
from outreachbot.domain.content.model import Notice
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.messages.message import Message
from outreachbot.domain.reminders import forecast, schedule
from outreachbot.domain.reminders.audience import NoticeCriteria, ReminderAudience
from outreachbot.domain.reminders.forecast import Forecast
from outreachbot.domain.reminders.schedule import Due, Group, Item
from outreachbot.services.reminders import settings
from outreachbot.services.sending import messages as sending
from outreachbot.store import audience, chats
from outreachbot.store.database import connect
from outreachbot.views.reminders import calendar_file
from outreachbot.views.reminders import subscription as say


async def subscribe_chat(context: BotContext, request: Request) -> Reply:
    chat_settings, new = await settings.subscribe_chat(context, request.chat)
    answer = say.subscribed(context.content, request.language, chat_settings, context.clock(), new=new)
    return _reply_quietly(request, answer, say.noted_subscribed(request.language, new=new))


async def unsubscribe_chat(context: BotContext, request: Request) -> Reply:
    async with connect.writing(context.db) as db:
        was_subscribed = await chats.unsubscribe(db, request.chat_id)
    answer = say.unsubscribed(request.language, was_subscribed=was_subscribed)
    return _reply_quietly(request, answer, say.noted_unsubscribed(request.language, was_subscribed=was_subscribed))


def _reply_quietly(request: Request, answer: Message, note: str) -> Reply:
    """In a channel, answer a press with a note to the admin instead of a post to all readers."""
    return CallbackAnswer(note) if request.kind == Chat.CHANNEL and request.press_id is not None else answer


async def show_upcoming(context: BotContext, request: Request) -> Reply:
    """Show the coming days. Telegram delivers `/next.ics` as `/next` with more text after it."""
    if request.message is not None and (request.message.text or "").startswith("/next.ics"):
        return await send_calendar(context, request)
    chat_settings, subscribed = await settings.load_settings(context, request.chat_id)
    today = chat_settings.today(context.content, context.clock())
    is_bot_admin = request.in_private and request.user_id in context.admins
    forecasts = await _load_forecasts(context, today) if is_bot_admin else None
    return say.upcoming(
        context.content, request.language, chat_settings, today, subscribed=subscribed, forecasts=forecasts
    )


async def _load_forecasts(context: BotContext, today: dt.date) -> dict[str, Forecast]:
    """By anniversary id: how many chats are reminded on its next day, and when the first and the last of them."""
    content = context.content
    forecasts: dict[str, Forecast] = {}
    default = Group(content.zone, content.hour)
    async with connect.reading(context.db) as db:
        for occurrence in schedule.list_upcoming(content.anniversaries, today):
            item = Item(occurrence, Notice.DAY)
            groups = await audience.count_by_group(
                db, ReminderAudience(criteria=(NoticeCriteria.of(item, content),)), default
            )
            waves = [(Due(item.day, (item,), group), size) for group, size in groups]
            if wave_forecast := forecast.forecast_waves(waves, context.per_second, content.early):
                forecasts[occurrence.anniversary.id] = wave_forecast
    return forecasts


async def send_calendar(context: BotContext, request: Request) -> Reply:
    """Send the days that the chat is reminded of as a calendar file; in a channel, open the private chat."""
    if request.kind == Chat.CHANNEL:  # a post there has no such button, but data can be forged
        return CallbackAnswer(url=private_link(context.bot.username, SendCalendar()))
    chat_settings, _subscribed = await settings.load_settings(context, request.chat_id)
    if request.press_id is not None:
        await sending.answer_callback(context.messenger, request.press_id)
    now = context.clock()
    today = chat_settings.today(context.content, now)
    # In a thread: the first file loads a library.
    data = await asyncio.to_thread(
        calendar_file.calendar_file, context.content, request.language, chat_settings, today, now
    )
    outcome = await sending.send_file(
        context.messenger,
        request.chat_id,
        "remembrance.ics",
        data,
        calendar_file.caption(request.language),
        request.topic_id,
    )
    return None if isinstance(outcome, Sent) else calendar_file.not_sent(request.language)


HANDLERS = [
    command("subscribe", subscribe_chat, guard=require_chat_admin, where=IN_CHANNELS_TOO),
    command("unsubscribe", unsubscribe_chat, guard=require_chat_admin, where=IN_CHANNELS_TOO),
    command("next", show_upcoming),
    button(Subscribe, subscribe_chat, guard=require_chat_admin),
    button(Unsubscribe, unsubscribe_chat, guard=require_chat_admin),
    button(SendCalendar, send_calendar),
]
