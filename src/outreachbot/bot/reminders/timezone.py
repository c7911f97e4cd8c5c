"""Answers /timezone: by country and city, by a typed place, or by a shared location; then asks whether it is right."""

from dataclasses import replace

from telegram import Chat
from telegram import Message as TelegramMessage
from telegram.ext import filters

from outreachbot.bot.broadcasts import compose
from outreachbot.bot.context import Ask, House, Note
from outreachbot.bot.guards import admins_of_the_group
from outreachbot.bot.routing import IN_CHANNELS_TOO, Reply, button, command, message
from outreachbot.domain.content.values import zones
from outreachbot.domain.messages.message import Message
from outreachbot.domain.places import index
from outreachbot.services.reminders import settings
from outreachbot.views.parts import ZONE
from outreachbot.views.reminders import timezone as say


async def timezone(house: House, ask: Ask) -> Reply:
    """The countries, what is below one, or the places of a name."""
    if ask.press_id is not None and ask.words:
        return await _pressed(house, ask, *ask.words.partition(".")[::2])
    if ask.words:
        return _matches(house, ask, ask.words)
    chosen, _subscribed = await settings.chosen(house, ask.chat_id)
    codes = index.countries(ask.locale or ask.language, house.content.countries)
    zone = chosen.group(house.content).zone
    return say.countries(ask.language, codes, house.clock(), zone, chosen=chosen.zone is not None)


async def _pressed(house: House, ask: Ask, what: str, value: str) -> Reply:
    match what:
        case "t" if ask.kind == Chat.CHANNEL:  # nobody can answer a question there
            return Note(say.how_to_type(ask.language))
        case "t":
            return say.ask(ask.language)
        case "c":
            return _country(house, ask, value)
        case "z" if value in zones():
            return say.confirm(ask.language, say.label(ask.language, value), value, house.clock())
        case "y" if value in zones():
            _before, subscribed = await settings.chosen(house, ask.chat_id)
            chosen = await settings.change(house, ask, lambda before: replace(before, zone=value))
            return say.chosen(house.content, ask.language, chosen, subscribed=subscribed)
    return Note(say.unknown(ask.language))


def _country(house: House, ask: Ask, country: str) -> Message:
    """Its clocks; where it has one, the question whether that is right."""
    found = index.clocks(country)
    if len(found) == 1:
        return say.confirm(ask.language, say.label(ask.language, found[0].zone), found[0].zone, house.clock())
    return say.cities(ask.language, country, found)


def _matches(house: House, ask: Ask, text: str) -> Message:
    found = index.find(text)
    if len(found) == 1:
        return say.confirm(ask.language, say.named(ask.language, found[0]), found[0].zone, house.clock())
    return say.matches(ask.language, text, found)


async def typed(house: House, ask: Ask) -> Message:
    """The answer to our question."""
    return _matches(house, ask, ask.words)


async def location(house: House, ask: Ask) -> Reply:
    """A shared location; an admin who composes a broadcast means to send it."""
    if ask.user_id in house.admins and await compose.is_composing(house, ask):
        return await compose.compose(house, ask)
    assert ask.message is not None
    assert ask.message.location is not None  # the filter lets only such messages through
    place = index.nearest(ask.message.location.latitude, ask.message.location.longitude)
    return say.confirm(ask.language, say.named(ask.language, place), place.zone, house.clock())


class _Answer(filters.MessageFilter):
    """A reply to the question in which city somebody lives. By its text: nothing is remembered of who was asked."""

    def filter(self, message: TelegramMessage) -> bool:
        asked = message.reply_to_message
        return bool(asked and asked.from_user and asked.from_user.is_bot and asked.text in say.questions())


HANDLERS = [
    command("timezone", timezone, guard=admins_of_the_group, where=IN_CHANNELS_TOO),
    button(ZONE, timezone, guard=admins_of_the_group, in_place=True),
    message(typed, filters.TEXT & ~filters.COMMAND & _Answer(), guard=admins_of_the_group),
    message(location, filters.LOCATION & filters.ChatType.PRIVATE),
]
