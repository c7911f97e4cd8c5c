"""How long a wave of reminders lasts: what an admin is told ahead, and when sending begins."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from outreachbot.domain.reminders.schedule import Due


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of a day of remembrance, over all zones and hours."""

    chats: int
    first: dt.datetime  # UTC: the first message leaves
    last: dt.datetime  # UTC: the last one does


def compute_start(at: dt.datetime, size: int, per_second: float, early: int) -> dt.datetime:
    """When a wave of so many messages begins so that its middle falls on `at`: at most `early` minutes before that."""
    half = dt.timedelta(seconds=size / per_second / 2)
    return at - min(half, dt.timedelta(minutes=early))


def forecast_waves(waves: Iterable[tuple[Due, int]], per_second: float, early: int) -> Forecast | None:
    """What comes of these groups with so many chats each; None where there are no chats.

    One wave follows the other: where one lasts longer than until the next, that one waits.
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
