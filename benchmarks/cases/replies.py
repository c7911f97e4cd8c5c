"""How many commands a second are answered, and how soon, beside a plain echo bot."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.arena import telegram
from benchmarks.contestants import PTB_ECHO, REPLYING, Contestant, running
from benchmarks.measures import Goal, Measure, Scale, alternate, percentile

NAME = "replies"
COMMAND = "/facts"
EVERY = 0.02  # seconds between the commands of the stream
PATIENCE = 30.0
GOALS = {0: Goal(least=1.5, ratio_to=PTB_ECHO.name), 50: Goal(least=20, ratio_to=PTB_ECHO.name)}


async def run(scale: Scale) -> list[Measure]:
    measures = [await _burst(scale, latency) for latency in GOALS]
    return [*measures, *await _stream(scale)]


async def _burst(scale: Scale, latency: int) -> Measure:
    """Everybody asks at once, and Telegram takes `latency` milliseconds for every answer."""
    measure = Measure(NAME, f"{scale.burst:,} commands at once, {latency} ms a call", "/s", [GOALS[latency]])

    async def turn(one: Contestant) -> None:
        done = await _measured(one, scale.burst, latency, 0.0, scale.patience)
        measure.add(one.name, done["count"] / done["seconds"])

    await alternate(scale.rounds, [partial(turn, one) for one in REPLYING])
    return measure


async def _stream(scale: Scale) -> list[Measure]:
    """One asks each 20 ms, whether or not those before were answered."""
    count = round(scale.stream / EVERY)
    half = Measure(NAME, "50 commands a second: p50", "ms", more_is_better=False)
    most = Measure(NAME, "50 commands a second: p99", "ms", [Goal(most=15.0)], more_is_better=False)

    async def turn(one: Contestant) -> None:
        done = await _measured(one, count, 0, EVERY, scale.stream + PATIENCE)
        assert done["count"] == count, f"{one.name} answered {done['count']} of {count}"
        half.add(one.name, percentile(done["waits"], 50) * 1000)
        most.add(one.name, percentile(done["waits"], 99) * 1000)

    await alternate(scale.rounds, [partial(turn, one) for one in REPLYING])
    return [half, most]


async def _measured(one: Contestant, count: int, latency: int, every: float, seconds: float) -> dict[str, Any]:
    """So many chats ask a contestant that has just started; what the stopwatch in Telegram says."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with telegram(chats=count, latency=latency) as place, running(one, place.url, Path(folder)) as process:
            await place.polled(process)
            await place.order("bench/ask", text=COMMAND, count=count, every=every)
            done = await place.order("bench/came", count=count, seconds=seconds)
    assert done["count"], f"{one.name} answered nothing"
    return done
