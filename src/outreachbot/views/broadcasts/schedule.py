"""The menus with which an admin chooses when a broadcast is sent: the clock, day, hour and quarter of an hour."""

import datetime as dt

from babel.dates import format_date

from outreachbot.domain.broadcasts.timing import Past
from outreachbot.domain.callbacks.broadcasts import (
    ClearTime,
    Clock,
    SetLocalHour,
    SetMoment,
    ShowQuestion,
    ShowSendingDays,
    ShowSendingHours,
    ShowSendingMinutes,
)
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import Button, Message
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import button, in_rows

DAYS = 14  # the number of days that are offered


def time_menu(language: str, outbox_id: OutboxId, zone: str) -> Message:
    """Asks whether to send it at once, at one moment, or at each chat's local hour."""
    _ = words(language)
    rows = (
        (button(_("As soon as it is confirmed"), ClearTime(outbox_id)),),
        (button(_("At one moment ({zone} time)", zone=zone), ShowSendingDays(outbox_id, Clock.OPERATOR)),),
        (button(_("At an hour of each chat's own time zone"), ShowSendingDays(outbox_id, Clock.LOCAL)),),
        (_back(outbox_id, _),),
    )
    return Message(f"<b>{_('When?')}</b>", rows)


def day_menu(language: str, outbox_id: OutboxId, clock: Clock, today: dt.date) -> Message:
    _ = words(language)
    offered = [today + dt.timedelta(days=ahead) for ahead in range(DAYS)]
    buttons = [button(_day(date, _), ShowSendingHours(outbox_id, clock, date)) for date in offered]
    return Message(f"<b>{_('On which day?')}</b>", (*in_rows(buttons, 2), (_back(outbox_id, _),)))


def hour_menu(language: str, outbox_id: OutboxId, clock: Clock, date: dt.date) -> Message:
    _ = words(language)
    next_step = SetLocalHour if clock is Clock.LOCAL else ShowSendingMinutes
    buttons = [button(f"{hour:02}:00", next_step(outbox_id, date, hour)) for hour in range(24)]
    return Message(f"<b>{_.date(date)}</b>\n{_('At which hour?')}", (*in_rows(buttons, 4), (_back(outbox_id, _),)))


def minute_menu(language: str, outbox_id: OutboxId, date: dt.date, hour: int) -> Message:
    _ = words(language)
    quarters = range(0, 60, 15)
    row = tuple(button(f"{hour:02}:{minute:02}", SetMoment(outbox_id, date, hour, minute)) for minute in quarters)
    return Message(f"<b>{_.date(date)}</b>", (row, (_back(outbox_id, _),)))


def passed_menu(language: str, outbox_id: OutboxId, date: dt.date, hour: int, zones: int) -> Message:
    """Asks what chats get in whose zones the hour has passed."""
    _ = words(language)
    text = _.plural(
        "In {n} time zone of your chats that hour has passed. What do these chats get?",
        "In {n} time zones of your chats that hour has passed. What do these chats get?",
        zones,
    )
    names = {
        Past.NOW: _("The message at once"),
        Past.TOMORROW: _("The message a day later"),
        Past.SKIP: _("Nothing"),
    }
    rows = [(button(name, SetLocalHour(outbox_id, date, hour, past)),) for past, name in names.items()]
    return Message(text, (*rows, (_back(outbox_id, _),)))


def in_the_past(language: str) -> str:
    """The note when the chosen moment has passed."""
    _ = words(language)
    return _("That moment has passed: choose a later one.")


def _day(date: dt.date, _: Words) -> str:
    return str(format_date(date, "EEE d MMM", _.locale))


def _back(outbox_id: OutboxId, _: Words) -> Button:
    return button(_("‹ Back"), ShowQuestion(outbox_id))
