"""Answers /timezone: finds a zone by country and city, a typed place or a location, and asks whether it is right."""

from dataclasses import replace

from telegram import Chat
from telegram import Message as TelegramMessage
from telegram.ext import filters

from outreachbot.bot.broadcasts import compose
from outreachbot.bot.context import BotContext, CallbackAnswer, Choice, Request
from outreachbot.bot.guards import require_chat_admin
from outreachbot.bot.routing import IN_CHANNELS_TOO, Reply, button, command, message
from outreachbot.domain.callbacks.reminders import AskForPlace, ProposeZone, SetZone, ShowCities, ShowCountries
from outreachbot.domain.content.values import known_zones
from outreachbot.domain.messages.message import Message
from outreachbot.domain.places import index
from outreachbot.services.reminders import settings as services
from outreachbot.views.reminders import timezone as say


async def answer_timezone(context: BotContext, request: Request) -> Message:
    """Show the countries; with the name of a place, the places of that name."""
    return _find_places(context, request, request.words) if request.words else await show_countries(context, request)


async def show_countries(context: BotContext, request: Request) -> Message:
    settings, _subscribed = await services.load_settings(context, request.chat_id)
    codes = index.list_countries(request.locale or request.language, context.content.countries)
    zone = settings.group(context.content).zone
    return say.country_menu(request.language, codes, context.clock(), zone, is_chosen=settings.zone is not None)


async def ask_for_place(_context: BotContext, request: Request) -> Reply:
    if request.kind == Chat.CHANNEL:  # nobody can reply to a question there
        return CallbackAnswer(say.how_to_type_place(request.language))
    return say.ask_for_place(request.language)


async def show_cities(context: BotContext, choice: Choice[ShowCities]) -> Message:
    """Show the zones of a country; if it has only one, ask whether that is right."""
    places = index.list_clocks(choice.callback.country)
    if len(places) == 1:
        return _confirm(context, choice, places[0].zone)
    return say.city_menu(choice.language, choice.callback.country, places)


async def propose_zone(context: BotContext, choice: Choice[ProposeZone]) -> Reply:
    zone = choice.callback.zone
    if zone not in known_zones():
        return CallbackAnswer(say.unknown_place(choice.language))
    return _confirm(context, choice, zone)


async def set_zone(context: BotContext, choice: Choice[SetZone]) -> Reply:
    zone = choice.callback.zone
    if zone not in known_zones():
        return CallbackAnswer(say.unknown_place(choice.language))
    _before, subscribed = await services.load_settings(context, choice.chat_id)
    settings = await services.change_settings(context, choice.chat, lambda before: replace(before, zone=zone))
    return say.zone_set(context.content, choice.language, settings, subscribed=subscribed)


def _confirm(context: BotContext, request: Request, zone: str) -> Message:
    return say.confirm_zone(request.language, say.zone_label(request.language, zone), zone, context.clock())


def _find_places(context: BotContext, request: Request, text: str) -> Message:
    places = index.find_places(text)
    if len(places) == 1:
        return say.confirm_zone(
            request.language, say.place_name(request.language, places[0]), places[0].zone, context.clock()
        )
    return say.match_menu(request.language, text, places)


async def receive_place(context: BotContext, request: Request) -> Message:
    """Handle the reply to the question for a city."""
    return _find_places(context, request, request.words)


async def receive_location(context: BotContext, request: Request) -> Reply:
    """Handle a shared location. If an admin is composing a broadcast, it is the content of that."""
    if request.user_id in context.admins and await compose.is_composing(context, request):
        return await compose.receive_message(context, request)
    assert request.message is not None
    assert request.message.location is not None  # the filter lets only such messages through
    place = index.find_nearest(request.message.location.latitude, request.message.location.longitude)
    return say.confirm_zone(request.language, say.place_name(request.language, place), place.zone, context.clock())


class _Answer(filters.MessageFilter):
    """A reply to the question for a city, recognised by its text: the bot does not store whom it asked."""

    def filter(self, message: TelegramMessage) -> bool:
        asked = message.reply_to_message
        return bool(asked and asked.from_user and asked.from_user.is_bot and asked.text in say.place_questions())


HANDLERS = [
    command("timezone", answer_timezone, guard=require_chat_admin, where=IN_CHANNELS_TOO),
    button(ShowCountries, show_countries, guard=require_chat_admin, in_place=True),
    button(AskForPlace, ask_for_place, guard=require_chat_admin, in_place=True),
    button(ShowCities, show_cities, guard=require_chat_admin, in_place=True),
    button(ProposeZone, propose_zone, guard=require_chat_admin, in_place=True),
    button(SetZone, set_zone, guard=require_chat_admin, in_place=True),
    message(receive_place, filters.TEXT & ~filters.COMMAND & _Answer(), guard=require_chat_admin),
    message(receive_location, filters.LOCATION & filters.ChatType.PRIVATE),
]
