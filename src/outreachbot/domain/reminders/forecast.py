"""Computes when a wave of reminders starts and how long it lasts, to send it and to forecast it to admins."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from outreachbot.domain.reminders.schedule import Due


@dataclass(frozen=True, slots=True)
class Forecast:
    """A day's reminders, across all zones and hours."""

    chats: int  # the number of chats reminded
    first: dt.datetime  # UTC; when the first message is sent
    last: dt.datetime  # UTC; when the last message is sent


def compute_start(at: dt.datetime, size: int, per_second: float, early: int) -> dt.datetime:
    """When a wave of `size` messages starts so that half of them are sent by `at`; at most `early` minutes before."""
    half = dt.timedelta(seconds=size / per_second / 2)
    return at - min(half, dt.timedelta(minutes=early))


def forecast_waves(waves: Iterable[tuple[Due, int]], per_second: float, early: int) -> Forecast | None:
    """The forecast for these waves, each with its number of chats; None if there are no chats.

    Waves don't overlap: the next waits until the one before it is sent.
    """
    sizes: dict[dt.datetime, int] = {}
    for due, size in waves:
        if size:
            sizes[due.at] = sizes.get(due.at, 0) + size
    if not sizes:
        return None
    starts = {at: compute_start(at, size, per_second, early) for at, size in sizes.items()}
    end = first = min(starts.values())
    for at in sorted(sizes, key=starts.__getitem__):
        end = max(end, starts[at]) + dt.timedelta(seconds=sizes[at] / per_second)
    return Forecast(sum(sizes.values()), first, end)
