"""How much memory the idle bot holds, and how much more a broadcast to very many chats takes."""

import asyncio
import tempfile
from functools import partial
from pathlib import Path

from benchmarks import admin, usage
from benchmarks.arena import telegram
from benchmarks.contestants import OURS, OUTREACHBOT, REPLYING, Contestant, running
from benchmarks.measures import Goal, Measure, Scale, alternate

NAME = "memory"
IDLE_SECONDS = 2.0
PATIENCE = 300.0


async def run(scale: Scale) -> list[Measure]:
    if not usage.MEASURABLE:
        print("memory: not measured, this system has no /proc")
        return []
    idle = Measure(NAME, "resident, idle", "MB", [Goal(most=130.0)], more_is_better=False)

    async def turn(one: Contestant) -> None:
        idle.add(one.name, await _idle(one))

    await alternate(scale.rounds, [partial(turn, one) for one in REPLYING])
    more = Measure(
        NAME, f"more at the peak of {scale.crowd:,} deliveries", "MB", [Goal(most=20.0)], more_is_better=False
    )
    more.add(OURS, await _growth(scale.crowd))  # one round: it takes long, and varies little
    return [idle, more]


async def _idle(one: Contestant) -> float:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with telegram(chats=0) as place, running(one, place.url, Path(folder)) as process:
            await place.polled(process)
            await asyncio.sleep(IDLE_SECONDS)
            return usage.resident(process.pid)


async def _growth(crowd: int) -> float:
    """The peak during a broadcast, from the press to the report, less what the same process held before it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        await admin.subscribe(folder, crowd)
        async with telegram(chats=crowd) as place, running(OUTREACHBOT, place.url, folder) as process:
            await place.polled(process)
            await asyncio.sleep(IDLE_SECONDS)
            before = usage.resident(process.pid)
            button = await admin.compose(place)
            usage.forget_peak(process.pid)
            await admin.confirm(place, button)
            done = await place.order("bench/came", count=crowd, seconds=PATIENCE)
            assert done["count"] == crowd, f"{done['count']} messages came for {crowd} chats"
            await asyncio.sleep(IDLE_SECONDS)
            return usage.peak(process.pid) - before
