"""Answers /timezone: by country and city, by a typed place, or by a shared location; then asks whether it is right."""

from dataclasses import replace

from telegram import Chat
from telegram import Message as TelegramMessage
from telegram.ext import filters

from outreachbot.bot.broadcasts import compose
from outreachbot.bot.context import BotContext, CallbackAnswer, Request
from outreachbot.bot.guards import require_chat_admin
from outreachbot.bot.routing import IN_CHANNELS_TOO, Reply, button, command, message
from outreachbot.domain.content.values import known_zones
from outreachbot.domain.messages.message import Message
from outreachbot.domain.places import index
from outreachbot.services.reminders import settings
from outreachbot.views.parts import ZONE
from outreachbot.views.reminders import timezone as say


async def choose_timezone(context: BotContext, request: Request) -> Reply:
    """The countries, what is below one, or the places of a name."""
    if request.press_id is not None and request.words:
        return await _pressed(context, request, *request.words.partition(".")[::2])
    if request.words:
        return _matches(context, request, request.words)
    chosen, _subscribed = await settings.load_settings(context, request.chat_id)
    codes = index.list_countries(request.locale or request.language, context.content.countries)
    zone = chosen.group(context.content).zone
    return say.country_menu(request.language, codes, context.clock(), zone, chosen=chosen.zone is not None)


async def _pressed(context: BotContext, request: Request, what: str, value: str) -> Reply:
    match what:
        case "t" if request.kind == Chat.CHANNEL:  # nobody can answer a question there
            return CallbackAnswer(say.how_to_type_place(request.language))
        case "t":
            return say.ask_for_place(request.language)
        case "c":
            return _country(context, request, value)
        case "z" if value in known_zones():
            return say.confirm_zone(request.language, say.zone_label(request.language, value), value, context.clock())
        case "y" if value in known_zones():
            _before, subscribed = await settings.load_settings(context, request.chat_id)
            chosen = await settings.change_settings(context, request.chat, lambda before: replace(before, zone=value))
            return say.zone_set(context.content, request.language, chosen, subscribed=subscribed)
    return CallbackAnswer(say.unknown_place(request.language))


def _country(context: BotContext, request: Request, country: str) -> Message:
    """Its clocks; where it has one, the question whether that is right."""
    found = index.list_clocks(country)
    if len(found) == 1:
        return say.confirm_zone(
            request.language, say.zone_label(request.language, found[0].zone), found[0].zone, context.clock()
        )
    return say.city_menu(request.language, country, found)


def _matches(context: BotContext, request: Request, text: str) -> Message:
    found = index.find_places(text)
    if len(found) == 1:
        return say.confirm_zone(
            request.language, say.place_name(request.language, found[0]), found[0].zone, context.clock()
        )
    return say.match_menu(request.language, text, found)


async def receive_place(context: BotContext, request: Request) -> Message:
    """The answer to our question."""
    return _matches(context, request, request.words)


async def receive_location(context: BotContext, request: Request) -> Reply:
    """A shared location; an admin who composes a broadcast means to send it."""
    if request.user_id in context.admins and await compose.is_composing(context, request):
        return await compose.receive_message(context, request)
    assert request.message is not None
    assert request.message.location is not None  # the filter lets only such messages through
    place = index.find_nearest(request.message.location.latitude, request.message.location.longitude)
    return say.confirm_zone(request.language, say.place_name(request.language, place), place.zone, context.clock())


class _Answer(filters.MessageFilter):
    """A reply to the question in which city somebody lives. By its text: nothing is remembered of who was asked."""

    def filter(self, message: TelegramMessage) -> bool:
        asked = message.reply_to_message
        return bool(asked and asked.from_user and asked.from_user.is_bot and asked.text in say.place_questions())


HANDLERS = [
    command("timezone", choose_timezone, guard=require_chat_admin, where=IN_CHANNELS_TOO),
    button(ZONE, choose_timezone, guard=require_chat_admin, in_place=True),
    message(receive_place, filters.TEXT & ~filters.COMMAND & _Answer(), guard=require_chat_admin),
    message(receive_location, filters.LOCATION & filters.ChatType.PRIVATE),
]
