"""When a broadcast goes out: at a moment, or at a local hour of each chat's own zone."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from outreachbot.domain.reminders.schedule import local_moment

MISSED_SECONDS = 300.0
"""A start that is later than this was missed: the program was down, and a person decides what becomes of it."""


class Past(StrEnum):
    """What the chats get for whom the local hour has passed when the broadcast starts."""

    NOW = "now"
    TOMORROW = "tomorrow"  # the same hour of the next day
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Moment:
    """Everybody at the same moment."""

    at: float  # seconds since the epoch


@dataclass(frozen=True, slots=True)
class LocalHour:
    """Each chat when it is that hour of that day in its zone: a wave for each zone."""

    date: dt.date
    hour: int  # 0-23
    past: Past = Past.NOW


Timing = Moment | LocalHour | None
"""None: as soon as it is confirmed."""


def dump(timing: Timing) -> dict[str, Any]:
    match timing:
        case None:
            return {}
        case Moment(at):
            return {"at": at}
        case LocalHour(date, hour, past):
            return {"date": date.isoformat(), "hour": hour, "past": past}


def load(stored: Mapping[str, Any]) -> Timing:
    if "at" in stored:
        return Moment(stored["at"])
    if "date" in stored:
        return LocalHour(dt.date.fromisoformat(stored["date"]), stored["hour"], Past(stored["past"]))
    return None


def compute_start(timing: Timing, zones: Iterable[str], now: float) -> float:
    """When the first message leaves, for chats in these zones: never before now."""
    match timing:
        case None:
            return now
        case Moment(at):
            return max(at, now)
        case LocalHour():
            return min((one for one in compute_waves(timing, zones, now).values() if one is not None), default=now)


def compute_waves(timing: LocalHour, zones: Iterable[str], now: float) -> dict[str, float | None]:
    """When the chats of each zone get it; None: not at all."""
    return {zone: _wave(timing, zone, now) for zone in zones}


def compute_end(timing: LocalHour, chats: Mapping[str, int], per_second: float, now: float) -> float:
    """When the last message leaves, for so many chats in each zone: where waves overlap, the later one waits."""
    end = now
    planned = ((at, chats[zone]) for zone, at in compute_waves(timing, chats, now).items() if at is not None)
    for at, size in sorted(planned):
        end = max(end, at) + size / per_second
    return end


def _wave(timing: LocalHour, zone: str, now: float) -> float | None:
    at = local_moment(timing.date, timing.hour, zone).timestamp()
    if at >= now:
        return at
    match timing.past:
        case Past.NOW:
            return now
        case Past.SKIP:
            return None
        case Past.TOMORROW:
            return max(now, local_moment(timing.date + dt.timedelta(days=1), timing.hour, zone).timestamp())


def list_passed_zones(timing: LocalHour, zones: Iterable[str], now: float) -> list[str]:
    """The zones in which that hour has passed."""
    return [zone for zone in zones if local_moment(timing.date, timing.hour, zone).timestamp() < now]
