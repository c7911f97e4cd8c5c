"""Measures the memory of an idle bot, and how much more a large broadcast needs."""

import asyncio
import tempfile
from functools import partial
from pathlib import Path

from benchmarks import admin, usage
from benchmarks.arena import start_telegram
from benchmarks.contestants import OURS, OUTREACHBOT, REPLYING, Contestant, run_contestant
from benchmarks.measures import Goal, Measure, Scale, run_alternating

NAME = "memory"
IDLE_SECONDS = 2.0
PATIENCE = 300.0


async def run(scale: Scale) -> list[Measure]:
    if not usage.MEASURABLE:
        print("memory: not measured, this system has no /proc")
        return []
    idle = Measure(NAME, "resident, idle", "MB", [Goal(most=100.0)], more_is_better=False)

    async def turn(contestant: Contestant) -> None:
        idle.add_sample(contestant.name, await _measure_idle(contestant))

    await run_alternating(scale.rounds, [partial(turn, contestant) for contestant in REPLYING])
    more = Measure(
        NAME, f"more at the peak of {scale.crowd:,} deliveries", "MB", [Goal(most=20.0)], more_is_better=False
    )
    more.add_sample(OURS, await _measure_growth(scale.crowd))  # one round: it is slow, and varies little
    return [idle, more]


async def _measure_idle(contestant: Contestant) -> float:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with (
            start_telegram(chats=0) as telegram,
            run_contestant(contestant, telegram.url, Path(folder)) as process,
        ):
            await telegram.wait_until_polling(process)
            await asyncio.sleep(IDLE_SECONDS)
            return usage.resident_megabytes(process.pid)


async def _measure_growth(crowd: int) -> float:
    """Megabytes by which the peak during a broadcast exceeds the memory before it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        await admin.create_subscribers(folder, crowd)
        async with (
            start_telegram(chats=crowd) as telegram,
            run_contestant(OUTREACHBOT, telegram.url, folder) as process,
        ):
            await telegram.wait_until_polling(process)
            await asyncio.sleep(IDLE_SECONDS)
            before = usage.resident_megabytes(process.pid)
            button = await admin.compose(telegram)
            usage.reset_peak(process.pid)
            await admin.confirm(telegram, button)
            done = await telegram.post("bench/came", count=crowd, seconds=PATIENCE)
            assert done["count"] == crowd, f"{done['count']} messages came for {crowd} chats"
            await asyncio.sleep(IDLE_SECONDS)
            return usage.peak_megabytes(process.pid) - before
