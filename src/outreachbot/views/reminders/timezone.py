"""The menus of /timezone: countries, cities, and the question whether the time there is right."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from outreachbot.domain.callbacks.pages import Subscribe
from outreachbot.domain.callbacks.reminders import (
    AskForPlace,
    ProposeZone,
    SetZone,
    ShowCities,
    ShowCountries,
    ShowSettings,
    SwitchReminders,
)
from outreachbot.domain.content.model import Content
from outreachbot.domain.messages.message import Button, Message, escape
from outreachbot.domain.places.index import Place
from outreachbot.domain.reminders.settings import ChatSettings, is_reminded
from outreachbot.views.i18n import Words, list_languages, words
from outreachbot.views.parts import button, in_rows

MOST_CITIES = 30


def zone_name(zone: str, _: Words) -> str:
    """The city that a zone (IANA name) is named after, in the reader's language."""
    return str(get_timezone_location(zone, locale=_.locale, return_city=True))


def country_name(code: str, _: Words) -> str:
    return str(_.locale.territories.get(code, code))


def country_menu(language: str, codes: Sequence[str], now: dt.datetime, zone: str, *, is_chosen: bool) -> Message:
    """Answers `/timezone`; `is_chosen`: the chat has chosen its zone."""
    _ = words(language)
    text = [f"<b>{_('Which time zone?')}</b>", _here(now, zone, _, is_chosen=is_chosen)]
    text.append(_("Choose your country, or send your city like this: {example}", example="/timezone Baku"))
    text.append(_("In a private chat you can also share your location with 📎."))
    buttons = [button(country_name(code, _), ShowCities(code)) for code in codes]
    return Message("\n\n".join([text[0] + "\n" + text[1], *text[2:]]), (*in_rows(buttons, 2), (_typed(_),), _back(_)))


def _here(now: dt.datetime, zone: str, _: Words, *, is_chosen: bool) -> str:
    place = zone_name(zone, _)
    at = _local(now, zone, _)
    if is_chosen:
        return _("This chat uses the time of {place}, where it is {time}.", place=place, time=at)
    return _("None is chosen yet: this chat uses the time of {place}, where it is {time}.", place=place, time=at)


def _local(now: dt.datetime, zone: str, _: Words) -> str:
    local = now.astimezone(ZoneInfo(zone))
    return _("{time} on {weekday}", time=_.time(local), weekday=_.weekday(local.date()))


def _typed(_: Words) -> Button:
    return button(_("Type my city"), AskForPlace())


def _back(_: Words) -> tuple[Button, ...]:
    return (button(_("‹ Settings"), ShowSettings()),)


def city_menu(language: str, country: str, places: Sequence[Place]) -> Message:
    """Asks for a zone of the country; each is named by a city."""
    _ = words(language)
    buttons = [button(zone_name(place.zone, _), ProposeZone(place.zone)) for place in places[:MOST_CITIES]]
    text = _("Which of these cities in {country} has the same time as you?", country=country_name(country, _))
    return Message(f"<b>{text}</b>", (*in_rows(buttons, 2), (_typed(_),), (button(_("‹ Back"), ShowCountries()),)))


def match_menu(language: str, text: str, places: Sequence[Place]) -> Message:
    """Asks which of the places is meant by the text."""
    _ = words(language)
    if not places:
        sorry = _("I know no place called “{text}”.", text=text[:64])
        return Message(f"{sorry}\n{_('Try the next larger city, or choose your country.')}", (_again(_),))
    rows = [(button(f"{place.name}, {country_name(place.country, _)}", ProposeZone(place.zone)),) for place in places]
    return Message(f"<b>{_('Which of these?')}</b>", (*rows, _again(_)))


def _again(_: Words) -> tuple[Button, ...]:
    return (_typed(_), button(_("Choose a country"), ShowCountries()))


def ask_for_place(language: str) -> Message:
    """Asks for a city, to be answered with a reply."""
    return Message(place_question(language), asks=True)


def how_to_type_place(language: str) -> str:
    """The same as a note, for channels, where nobody can reply."""
    _ = words(language)
    return _("Post your city here like this: {example}", example="/timezone Baku")


def place_question(language: str) -> str:
    """The reply is recognised by this text: the bot does not store whom it asked."""
    _ = words(language)
    return _("Which city do you live in or near? Reply to this message.")


@cache
def place_questions() -> frozenset[str]:
    """The question in all languages."""
    return frozenset(place_question(language) for language in list_languages())


def zone_label(language: str, zone: str) -> str:
    return zone_name(zone, words(language))


def place_name(language: str, place: Place) -> str:
    return f"{place.name}, {country_name(place.country, words(language))}"


def confirm_zone(language: str, place: str, zone: str, now: dt.datetime) -> Message:
    """Asks whether the time of the zone is right."""
    _ = words(language)
    text = _("Is it {time} where you are?", time=_local(now, zone, _))
    yes = button(_("Yes, that is right"), SetZone(zone))
    return Message(f"<b>{escape(place)}</b>\n{text}", ((yes,), (button(_("No, choose another"), ShowCountries()),)))


def zone_set(content: Content, language: str, settings: ChatSettings, *, subscribed: bool) -> Message:
    """Confirms the zone, and offers what is missing for reminders to come."""
    _ = words(language)
    group = settings.group(content)
    place = zone_name(group.zone, _)
    if subscribed and is_reminded(settings, content):
        text = _("Reminders now come at {hour}:00 by the clock of {place}.", hour=f"{group.hour:02}", place=place)
        return Message(text, (_back(_),))
    used = _("The clock of {place} is used here.", place=place)
    if not subscribed:
        return Message(used, ((button(_("Subscribe"), Subscribe()),), _back(_)))
    if settings.reminders:
        return Message(f"{used} {_('No reminder comes yet, because no day or no moment is chosen.')}", (_back(_),))
    on = button(_("Switch reminders on"), SwitchReminders(on=True))
    return Message(f"{used} {_('Reminders are off: none comes until you switch them on.')}", ((on,), _back(_)))


def unknown_place(language: str) -> str:
    """The note when the zone of a button does not exist any more."""
    _ = words(language)
    return _("This time zone is not known any more. Please choose another.")
