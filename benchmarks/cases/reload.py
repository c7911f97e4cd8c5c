"""Measures how fast members are answered while a large content file is reloaded, compared with an idle bot."""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import contents, members
from benchmarks.arena import LocalTelegram, start_telegram
from benchmarks.contestants import ADMIN, OURS, OUTREACHBOT, run_contestant
from benchmarks.measures import Goal, Measure, Scale, percentile
from benchmarks.members import COMMAND, RATE
from benchmarks.stopwatch import FIRST_CHAT
from outreachbot.domain.callbacks.admins import PutDraftLive
from outreachbot.domain.callbacks.codec import get_prefix

NAME = "reload"
FILE = "content.yaml"


async def run(scale: Scale) -> list[Measure]:
    what = f"{RATE} {COMMAND} a second: p99"
    idle = Measure(NAME, f"{what}, idle", "ms", more_is_better=False)
    busy = Measure(NAME, f"{what}, while a file of {scale.facts:,} facts goes live", "ms", more_is_better=False)
    ratio = Measure(NAME, f"{what}, reload over idle", "×", [Goal(most=2.0)], more_is_better=False)
    took = Measure(NAME, f"{scale.facts:,} facts: from /reload to the question", "s", more_is_better=False)
    for _ in range(scale.rounds):
        while_idle, while_busy, seconds = await _measure(scale)
        idle.add_sample(OURS, while_idle * 1000)
        busy.add_sample(OURS, while_busy * 1000)
        ratio.add_sample(OURS, while_busy / while_idle)
        took.add_sample(OURS, seconds)
    return [idle, busy, ratio, took]


async def _measure(scale: Scale) -> tuple[float, float, float]:
    """The p99 of the same bot in seconds, idle and while other content goes live, and the time until it asks."""
    count = round(scale.stream * RATE)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        (folder / FILE).write_text(contents.make_large(scale.facts, "is so"))
        bot = replace(OUTREACHBOT, env=OUTREACHBOT.env | {"OUTREACHBOT_CONTENT": FILE})
        async with start_telegram(chats=3 * count) as telegram, run_contestant(bot, telegram.url, folder) as process:
            await telegram.wait_until_polling(process)
            await members.start_asking(telegram, FIRST_CHAT, count)
            await asyncio.sleep(scale.stream + 1.0)
            while_idle = (await members.read_answers(telegram, count))["waits"]
            (folder / FILE).write_text(contents.make_large(scale.facts, "is not so"))
            await members.start_asking(telegram, FIRST_CHAT + count, count)
            seconds = await _reload(telegram)
            await asyncio.sleep(max(0.0, scale.stream - seconds) + 1.0)
            while_busy = (await members.read_answers(telegram, count))["waits"]
    return percentile(while_idle, 99), percentile(while_busy, 99), seconds


async def _reload(telegram: LocalTelegram) -> float:
    """Reload the file and confirm it; return the seconds until the bot asked for confirmation."""
    clock = asyncio.get_running_loop().time
    started = clock()
    await telegram.post("sandbox/say", user=ADMIN, text="/reload")
    button: dict[str, Any] = await telegram.post(f"bench/button/{get_prefix(PutDraftLive)}")
    seconds = clock() - started
    await telegram.post("sandbox/press", user=ADMIN, **button)
    return seconds
