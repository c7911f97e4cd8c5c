"""How soon a member is answered while an admin reads a large content file again, beside an idle bot."""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import contents
from benchmarks.arena import Telegram, telegram
from benchmarks.contestants import ADMIN, OURS, OUTREACHBOT, running
from benchmarks.measures import Goal, Measure, Scale, percentile
from benchmarks.stopwatch import FIRST
from outreachbot.views.parts import CONTENT

NAME = "reload"
COMMAND = "/about"
REPLIES = 20  # a second
FILE = "content.yaml"


async def run(scale: Scale) -> list[Measure]:
    what = f"{REPLIES} {COMMAND} a second: p99"
    idle = Measure(NAME, f"{what}, idle", "ms", more_is_better=False)
    busy = Measure(NAME, f"{what}, while a file of {scale.facts:,} facts goes live", "ms", more_is_better=False)
    times = Measure(NAME, f"{what}, reload over idle", "×", [Goal(most=2.0)], more_is_better=False)
    took = Measure(NAME, f"{scale.facts:,} facts: from /reload to the question", "s", more_is_better=False)
    for _ in range(scale.rounds):
        quiet, loud, seconds = await _both(scale)
        idle.add(OURS, quiet * 1000)
        busy.add(OURS, loud * 1000)
        times.add(OURS, loud / quiet)
        took.add(OURS, seconds)
    return [idle, busy, times, took]


async def _both(scale: Scale) -> tuple[float, float, float]:
    """One bot, first idle, then while another version of its large content goes live."""
    count = round(scale.stream * REPLIES)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / FILE).write_text(contents.large(scale.facts, "is so"))
        ours = replace(OUTREACHBOT, env=OUTREACHBOT.env | {"OUTREACHBOT_CONTENT": FILE})
        async with telegram(chats=3 * count) as place, running(ours, place.url, folder) as process:
            await place.polled(process)
            await _ask(place, FIRST, count)
            await asyncio.sleep(scale.stream + 1.0)
            quiet = await _waits(place, count)
            (folder / FILE).write_text(contents.large(scale.facts, "is not so"))
            await _ask(place, FIRST + count, count)
            seconds = await _reload(place)
            await asyncio.sleep(max(0.0, scale.stream - seconds) + 1.0)
            loud = await _waits(place, count)
    return percentile(quiet, 99), percentile(loud, 99), seconds


async def _ask(place: Telegram, first: int, count: int) -> None:
    """So many chats, from this one on, ask one after the other."""
    await place.order("bench/ask", text=COMMAND, count=count, every=1 / REPLIES, first=first)


async def _waits(place: Telegram, count: int) -> list[float]:
    came: list[float] = (await place.order("bench/came", count=0, seconds=0))["waits"]
    assert len(came) == count, f"{len(came)} of {count} were answered"
    return came


async def _reload(place: Telegram) -> float:
    """Read the file again and put it live; how long the question took."""
    clock = asyncio.get_running_loop().time
    began = clock()
    await place.order("sandbox/say", user=ADMIN, text="/reload")
    button: dict[str, Any] = await place.order(f"bench/button/{CONTENT}:live:")
    seconds = clock() - began
    await place.order("sandbox/press", user=ADMIN, **button)
    return seconds
