"""Answers /subscribe, /unsubscribe and /next, with the days as a calendar file."""

import datetime as dt

from telegram import Chat

from outreachbot.bot.context import Ask, House, Note
from outreachbot.bot.guards import admins_of_the_group
from outreachbot.bot.routing import IN_CHANNELS_TOO, Reply, button, command, private_address
from outreachbot.domain.broadcasts.audience import Audience, Wish
from outreachbot.domain.content.model import Notice
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.messages.message import Message
from outreachbot.domain.reminders import forecast, schedule
from outreachbot.domain.reminders.forecast import Forecast
from outreachbot.domain.reminders.schedule import Due, Group, Item
from outreachbot.services.reminders import settings
from outreachbot.services.sending import messages as telegram_say
from outreachbot.store import audience, chats
from outreachbot.store.database import connect
from outreachbot.views.parts import CALENDAR, SUBSCRIBE, UNSUBSCRIBE
from outreachbot.views.reminders import calendar_file
from outreachbot.views.reminders import subscription as say


async def subscribe(house: House, ask: Ask) -> Reply:
    chosen, new = await settings.subscribe(house, ask)
    answer = say.subscribed(house.content, ask.language, chosen, house.clock(), new=new)
    return _quietly(ask, answer, say.noted_subscribed(ask.language, new=new))


async def unsubscribe(house: House, ask: Ask) -> Reply:
    async with connect.writing(house.db) as db:
        was_subscribed = await chats.unsubscribe(db, ask.chat_id)
    answer = say.unsubscribed(ask.language, was_subscribed=was_subscribed)
    return _quietly(ask, answer, say.noted_unsubscribed(ask.language, was_subscribed=was_subscribed))


def _quietly(ask: Ask, answer: Message, note: str) -> Reply:
    """What an admin presses under a channel's post is noted to the admin, not posted to all readers."""
    return Note(note) if ask.kind == Chat.CHANNEL and ask.press_id is not None else answer


async def coming(house: House, ask: Ask) -> Reply:
    """The coming days; `/next.ics` is Telegram's `/next` with something behind it."""
    if ask.message is not None and (ask.message.text or "").startswith("/next.ics"):
        return await calendar(house, ask)
    chosen, subscribed = await settings.chosen(house, ask.chat_id)
    today = chosen.today(house.content, house.clock())
    forecasts = await _forecasts(house, today) if ask.in_private and ask.user_id in house.admins else None
    return say.upcoming(house.content, ask.language, chosen, today, subscribed=subscribed, forecasts=forecasts)


async def _forecasts(house: House, today: dt.date) -> dict[str, Forecast]:
    """For each anniversary: how many chats are reminded on its next day, and from when until when that takes."""
    content = house.content
    found: dict[str, Forecast] = {}
    default = Group(content.zone, content.hour)
    async with connect.reading(house.db) as db:
        for occurrence in schedule.coming(content.anniversaries, today):
            item = Item(occurrence, Notice.DAY)
            crowds = await audience.crowds(db, Audience(wishes=(Wish.of(item, content),)), default)
            waves = [(Due(item.day, (item,), group), size) for group, size in crowds]
            if foretold := forecast.foretell(waves, house.per_second, content.early):
                found[occurrence.anniversary.id] = foretold
    return found


async def calendar(house: House, ask: Ask) -> Reply:
    """The days that the chat keeps as a file for its own calendar; a channel's reader gets it in private."""
    if ask.kind == Chat.CHANNEL:  # no such button stands there, but a press may hold any data
        return Note(url=private_address(house.bot.username, ask))
    chosen, _subscribed = await settings.chosen(house, ask.chat_id)
    if ask.press_id is not None:
        await telegram_say.answer_press(house.telegram, ask.press_id)
    now = house.clock()
    data = calendar_file.calendar_file(house.content, ask.language, chosen, chosen.today(house.content, now), now)
    outcome = await telegram_say.send_file(
        house.telegram, ask.chat_id, "remembrance.ics", data, calendar_file.caption(ask.language), ask.topic_id
    )
    return None if isinstance(outcome, Sent) else calendar_file.not_sent(ask.language)


HANDLERS = [
    command("subscribe", subscribe, guard=admins_of_the_group, where=IN_CHANNELS_TOO),
    command("unsubscribe", unsubscribe, guard=admins_of_the_group, where=IN_CHANNELS_TOO),
    command("next", coming),
    button(SUBSCRIBE, subscribe, guard=admins_of_the_group),
    button(UNSUBSCRIBE, unsubscribe, guard=admins_of_the_group),
    button(CALENDAR, calendar),
]
