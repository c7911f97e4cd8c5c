"""Measures how fast members are answered while a broadcast runs, compared with an idle bot."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import admin, members
from benchmarks.arena import LocalTelegram, start_telegram
from benchmarks.contestants import OURS, OUTREACHBOT, run_contestant
from benchmarks.measures import Goal, Measure, Scale, percentile
from benchmarks.members import COMMAND, RATE
from benchmarks.stopwatch import FIRST_CHAT

NAME = "meanwhile"
BULK = 30  # messages a second of the broadcast
LEAD = 1.0  # seconds from the confirmation to the first command


async def run(scale: Scale) -> list[Measure]:
    what = f"{RATE} {COMMAND} a second: p99"
    idle = Measure(NAME, f"{what}, idle", "ms", more_is_better=False)
    busy = Measure(NAME, f"{what}, while a broadcast sends {BULK}/s", "ms", more_is_better=False)
    ratio = Measure(NAME, f"{what}, broadcast over idle", "×", [Goal(most=2.0)], more_is_better=False)
    for _ in range(scale.rounds):
        while_idle, while_busy = await _measure(scale.stream)
        idle.add_sample(OURS, while_idle * 1000)
        busy.add_sample(OURS, while_busy * 1000)
        ratio.add_sample(OURS, while_busy / while_idle)
    return [idle, busy, ratio]


async def _measure(seconds: float) -> tuple[float, float]:
    """The p99 of the same bot in seconds: first idle, then during a broadcast that outlasts the commands."""
    audience = round(BULK * (seconds + LEAD) * 2)
    count = round(seconds * RATE)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        await admin.create_subscribers(folder, audience)
        async with (
            start_telegram(chats=audience + 2 * count) as telegram,
            run_contestant(OUTREACHBOT, telegram.url, folder, BULK + RATE) as process,
        ):
            await telegram.wait_until_polling(process)
            while_idle = await _ask(telegram, FIRST_CHAT + audience, count)
            button = await admin.compose(telegram)
            await admin.confirm(telegram, button)
            await asyncio.sleep(LEAD)
            while_busy = await _ask(telegram, FIRST_CHAT + audience + count, count)
    sent = while_busy["count"] - count
    assert sent > BULK * seconds / 2, f"only {sent} messages of the broadcast went out meanwhile"
    return percentile(while_idle["waits"], 99), percentile(while_busy["waits"], 99)


async def _ask(telegram: LocalTelegram, first: int, count: int) -> dict[str, Any]:
    await members.start_asking(telegram, first, count)
    await asyncio.sleep(count / RATE + LEAD)
    return await members.read_answers(telegram, count)
