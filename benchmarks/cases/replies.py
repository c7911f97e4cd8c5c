"""Measures how many commands a second are answered and how fast, compared with a plain echo bot."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.arena import start_telegram
from benchmarks.contestants import PTB_ECHO, REPLYING, Contestant, run_contestant
from benchmarks.measures import Goal, Measure, Scale, percentile, run_alternating

NAME = "replies"
COMMAND = "/facts"
EVERY = 0.02  # seconds between the commands of the stream
PATIENCE = 30.0
GOALS = {0: Goal(least=1.5, ratio_to=PTB_ECHO.name), 50: Goal(least=20, ratio_to=PTB_ECHO.name)}


async def run(scale: Scale) -> list[Measure]:
    measures = [await _measure_burst(scale, latency) for latency in GOALS]
    return [*measures, *await _measure_stream(scale)]


async def _measure_burst(scale: Scale, latency: int) -> Measure:
    """All chats send the command at once; Telegram's latency is in milliseconds."""
    measure = Measure(NAME, f"{scale.burst:,} commands at once, {latency} ms a call", "/s", [GOALS[latency]])

    async def turn(contestant: Contestant) -> None:
        done = await _measure(contestant, scale.burst, latency, 0.0, scale.patience)
        measure.add_sample(contestant.name, done["count"] / done["seconds"])

    await run_alternating(scale.rounds, [partial(turn, contestant) for contestant in REPLYING])
    return measure


async def _measure_stream(scale: Scale) -> list[Measure]:
    """A chat sends the command every 20 ms, whether or not earlier ones were answered."""
    count = round(scale.stream / EVERY)
    p50 = Measure(NAME, "50 commands a second: p50", "ms", more_is_better=False)
    p99 = Measure(NAME, "50 commands a second: p99", "ms", [Goal(most=15.0)], more_is_better=False)

    async def turn(contestant: Contestant) -> None:
        done = await _measure(contestant, count, 0, EVERY, scale.stream + PATIENCE)
        assert done["count"] == count, f"{contestant.name} answered {done['count']} of {count}"
        p50.add_sample(contestant.name, percentile(done["waits"], 50) * 1000)
        p99.add_sample(contestant.name, percentile(done["waits"], 99) * 1000)

    await run_alternating(scale.rounds, [partial(turn, contestant) for contestant in REPLYING])
    return [p50, p99]


async def _measure(contestant: Contestant, count: int, latency: int, every: float, seconds: float) -> dict[str, Any]:
    """Send commands from `count` chats to a contestant that has just started; return the stopwatch's result."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with (
            start_telegram(chats=count, latency=latency) as telegram,
            run_contestant(contestant, telegram.url, Path(folder)) as process,
        ):
            await telegram.wait_until_polling(process)
            await telegram.post("bench/ask", text=COMMAND, count=count, every=every)
            done = await telegram.post("bench/came", count=count, seconds=seconds)
    assert done["count"], f"{contestant.name} answered nothing"
    return done
