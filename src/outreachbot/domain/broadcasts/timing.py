"""When a broadcast is sent: at a moment, or at a local hour in each chat's zone. Moments are aware, UTC."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from outreachbot.domain.reminders.schedule import local_moment

MISSED = dt.timedelta(minutes=5)
"""A start that is later than this counts as missed: the program was down, and an admin decides what to do."""


class Past(StrEnum):
    """What chats get if the local hour has already passed when the broadcast starts."""

    NOW = "now"
    TOMORROW = "tomorrow"  # the same hour of the next day
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Moment:
    """The same moment for every chat."""

    at: dt.datetime


@dataclass(frozen=True, slots=True)
class LocalHour:
    """This hour of this day in each chat's zone: one wave per zone."""

    date: dt.date
    hour: int  # 0-23
    past: Past = Past.NOW


Timing = Moment | LocalHour | None
"""None: as soon as it is confirmed."""

Waves = Mapping[str, dt.datetime | None]
"""When the chats in each zone get the broadcast; None: not at all."""


def dump(timing: Timing) -> dict[str, Any]:
    """The JSON a timing is stored as."""
    match timing:
        case None:
            return {}
        case Moment(at):
            return {"at": at.timestamp()}
        case LocalHour(date, hour, past):
            return {"date": date.isoformat(), "hour": hour, "past": past}


def load(stored: Mapping[str, Any]) -> Timing:
    """The timing that `dump` stored."""
    if "at" in stored:
        return Moment(dt.datetime.fromtimestamp(stored["at"], dt.UTC))
    if "date" in stored:
        return LocalHour(dt.date.fromisoformat(stored["date"]), stored["hour"], Past(stored["past"]))
    return None


def compute_start(timing: Timing, zones: Iterable[str], now: dt.datetime) -> dt.datetime:
    """When the first message is sent to chats in these zones: never before now."""
    match timing:
        case None:
            return now
        case Moment(at):
            return max(at, now)
        case LocalHour():
            return min((at for at in compute_waves(timing, zones, now).values() if at is not None), default=now)


def compute_waves(timing: LocalHour, zones: Iterable[str], now: dt.datetime) -> dict[str, dt.datetime | None]:
    """When the chats in each zone get the broadcast; None: not at all."""
    return {zone: _compute_wave(timing, zone, now) for zone in zones}


def compute_end(timing: LocalHour, chats: Mapping[str, int], per_second: float, now: dt.datetime) -> dt.datetime:
    """When the last message is sent, with this many `chats` in each zone: overlapping waves are sent in turn."""
    end = now
    waves = ((at, chats[zone]) for zone, at in compute_waves(timing, chats, now).items() if at is not None)
    for at, size in sorted(waves):
        end = max(end, at) + dt.timedelta(seconds=size / per_second)
    return end


def list_passed_zones(timing: LocalHour, zones: Iterable[str], now: dt.datetime) -> list[str]:
    """The zones in which the local hour has passed."""
    return [zone for zone in zones if local_moment(timing.date, timing.hour, zone) < now]


def _compute_wave(timing: LocalHour, zone: str, now: dt.datetime) -> dt.datetime | None:
    at = local_moment(timing.date, timing.hour, zone)
    if at >= now:
        return at
    match timing.past:
        case Past.NOW:
            return now
        case Past.SKIP:
            return None
        case Past.TOMORROW:
            return max(now, local_moment(timing.date + dt.timedelta(days=1), timing.hour, zone))
