"""Buttons of /reminders and /timezone, and "skip" under a reminder. A switch sets what it says, and never toggles."""

from outreachbot.domain.callbacks.codec import Callback, wire
from outreachbot.domain.callbacks.fields import Hour, Year, ZoneName
from outreachbot.domain.content.model import Notice
from outreachbot.domain.content.values import Country, Id


@wire("reminders")
class ShowSettings(Callback):
    pass


@wire("reminders:on.{on:d}")
class SwitchReminders(Callback):
    on: bool


@wire("reminders:n.{notice}.{on:d}")
class SwitchNotice(Callback):
    notice: Notice
    on: bool


@wire("reminders:b.{on:d}")
class SwitchBigOnly(Callback):
    on: bool


@wire("reminders:s.{on:d}")
class SwitchSilent(Callback):
    on: bool


@wire("reminders:a")
class ShowDays(Callback):
    pass


@wire("reminders:a.{anniversary_id}.{on:d}")
class SwitchDay(Callback):
    anniversary_id: Id
    on: bool


@wire("reminders:h")
class ShowHours(Callback):
    pass


@wire("reminders:h.{hour}")
class SetReminderHour(Callback):
    hour: Hour


@wire("reminders:q")
class ShowQuietHours(Callback):
    pass


@wire("reminders:q.off")
class ClearQuietHours(Callback):
    pass


@wire("reminders:q.{start}")
class ShowQuietEnds(Callback):
    """Ask until when, after the first of the quiet hours was chosen."""

    start: Hour


@wire("reminders:q.{start}.{end}")
class SetQuietHours(Callback):
    start: Hour
    end: Hour


@wire("skip:{anniversary_id}:{year}")
class SkipOccurrence(Callback):
    """Nothing more about an anniversary in that year."""

    anniversary_id: Id
    year: Year


@wire("zone")
class ShowCountries(Callback):
    pass


@wire("zone:t")
class AskForPlace(Callback):
    pass


@wire("zone:c.{country}")
class ShowCities(Callback):
    country: Country


@wire("zone:z.{zone}")
class ProposeZone(Callback):
    """Ask whether the time of that zone is right."""

    zone: ZoneName


@wire("zone:y.{zone}")
class SetZone(Callback):
    zone: ZoneName
