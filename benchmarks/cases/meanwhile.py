"""How soon a member is answered while a broadcast runs, beside an idle bot."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import admin
from benchmarks.arena import Telegram, telegram
from benchmarks.contestants import OURS, OUTREACHBOT, running
from benchmarks.measures import Goal, Measure, Scale, percentile
from benchmarks.stopwatch import FIRST

NAME = "meanwhile"
COMMAND = "/about"
BULK = 30  # messages a second of the broadcast
REPLIES = 20  # a second; they use up the pace too, so it is set to the sum
LEAD = 1.0  # seconds from the confirmation until we ask


async def run(scale: Scale) -> list[Measure]:
    what = f"{REPLIES} {COMMAND} a second: p99"
    idle = Measure(NAME, f"{what}, idle", "ms", more_is_better=False)
    busy = Measure(NAME, f"{what}, while a broadcast sends {BULK}/s", "ms", more_is_better=False)
    times = Measure(NAME, f"{what}, broadcast over idle", "×", [Goal(most=2.0)], more_is_better=False)
    for _ in range(scale.rounds):
        quiet, loud = await _both(scale.stream)
        idle.add(OURS, quiet * 1000)
        busy.add(OURS, loud * 1000)
        times.add(OURS, loud / quiet)
    return [idle, busy, times]


async def _both(seconds: float) -> tuple[float, float]:
    """One bot, first idle, then with a broadcast that lasts longer than we ask."""
    audience = round(BULK * (seconds + LEAD) * 2)
    count = round(seconds * REPLIES)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        await admin.subscribe(folder, audience)
        async with (
            telegram(chats=audience + 2 * count) as place,
            running(OUTREACHBOT, place.url, folder, BULK + REPLIES) as process,
        ):
            await place.polled(process)
            quiet = await _asked(place, FIRST + audience, count)
            button = await admin.compose(place)
            await admin.confirm(place, button)
            await asyncio.sleep(LEAD)
            loud = await _asked(place, FIRST + audience + count, count)
    sent = loud["count"] - count
    assert sent > BULK * seconds / 2, f"only {sent} messages of the broadcast went out meanwhile"
    return percentile(quiet["waits"], 99), percentile(loud["waits"], 99)


async def _asked(place: Telegram, first: int, count: int) -> dict[str, Any]:
    """So many chats, from this one on, ask one after the other; what came meanwhile."""
    await place.order("bench/ask", text=COMMAND, count=count, every=1 / REPLIES, first=first)
    await asyncio.sleep(count / REPLIES + LEAD)
    came = await place.order("bench/came", count=0, seconds=0)
    assert len(came["waits"]) == count, f"{len(came['waits'])} of {count} were answered"
    return came
