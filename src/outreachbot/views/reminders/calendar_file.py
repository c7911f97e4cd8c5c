"""The days of remembrance as a file for a member's own calendar (iCalendar, RFC 5545): one yearly rule a day."""

import datetime as dt
from typing import TYPE_CHECKING

from outreachbot.domain.content.model import Anniversary, Content, LeapDay
from outreachbot.domain.messages.markup import to_plain
from outreachbot.domain.messages.message import Message
from outreachbot.domain.reminders.schedule import list_upcoming
from outreachbot.domain.reminders.settings import ChatSettings, list_kept
from outreachbot.views.i18n import words

if TYPE_CHECKING:  # loaded with the first file: it takes 3 MB, and a member asks for one once
    from icalendar import Event

# RFC 5545, RRULE: the last day of February; the 60th of the year, which is 29 February or 1 March; the 29th alone.
_LEAP_RULES = {
    LeapDay.FEB_28: {"freq": "yearly", "bymonth": 2, "bymonthday": -1},
    LeapDay.MAR_1: {"freq": "yearly", "byyearday": 60},
    LeapDay.LEAP_YEARS: {"freq": "yearly", "bymonth": 2, "bymonthday": 29},
}


def calendar_file(content: Content, language: str, settings: ChatSettings, today: dt.date, now: dt.datetime) -> bytes:
    """The days that the chat keeps, from their next occurrence on: today's, by the chat's clock, included."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//outreachbot//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", to_plain(content.say(content.title, language)))
    for occurrence in list_upcoming(list_kept(settings, content), today):
        calendar.add_component(_event(content, language, occurrence.anniversary, occurrence.date, now))
    return bytes(calendar.to_ical())


def _event(content: Content, language: str, anniversary: Anniversary, first: dt.date, now: dt.datetime) -> "Event":
    """A whole day, which belongs to no time zone."""
    from icalendar import Event, vRecur

    event = Event()
    event.add("uid", f"{anniversary.id}@outreachbot")
    event.add("dtstamp", now)
    event.add("dtstart", first)
    event.add("dtend", first + dt.timedelta(days=1))
    event.add("rrule", vRecur(_rule(anniversary)))
    event.add("summary", to_plain(content.say(anniversary.title, language)))
    event.add("description", to_plain(content.say(anniversary.text, language)))
    event.add("transp", "TRANSPARENT")  # it takes nobody's time
    return event


def _rule(anniversary: Anniversary) -> dict[str, object]:
    if (anniversary.date.month, anniversary.date.day) == (2, 29):
        return dict(_LEAP_RULES[anniversary.leap_day])
    return {"freq": "yearly"}


def caption(language: str) -> str:
    _ = words(language)
    return _("The days of remembrance for your own calendar: open the file on your phone or computer.")


def not_sent(language: str) -> Message:
    _ = words(language)
    return Message(_("The file could not be sent. Please try again."))
