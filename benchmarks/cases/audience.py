"""Measures what must not grow with the audience: time to the first message, memory and CPU time per message."""

import asyncio
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import admin, usage
from benchmarks.arena import LocalTelegram, start_telegram
from benchmarks.contestants import DATABASE, OURS, OUTREACHBOT, run_contestant
from benchmarks.delivery import cpu_seconds
from benchmarks.measures import Goal, Measure, Scale, run_alternating

NAME = "audience"
MEASURED = 5000  # messages
PATIENCE = 180.0


@dataclass(frozen=True, slots=True)
class BroadcastSample:
    """Measurements of a broadcast."""

    first: float  # seconds from the confirmation to the first message
    peak: float  # megabytes
    cost: float  # CPU seconds per message, to queue and to send it


async def run(scale: Scale) -> list[Measure]:
    if not usage.MEASURABLE:
        print("audience: not measured, this system has no /proc")
        return []
    samples: dict[int, list[BroadcastSample]] = {size: [] for size in scale.audiences}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for size in scale.audiences:
            (Path(name) / str(size)).mkdir()
            await admin.create_subscribers(Path(name) / str(size), size)

        async def turn(size: int) -> None:
            samples[size].append(await _measure(size, Path(name) / str(size) / DATABASE))

        await run_alternating(scale.rounds, [partial(turn, size) for size in scale.audiences])
    return _build_measures(samples)


async def _measure(size: int, database: Path) -> BroadcastSample:
    """Run a broadcast to `size` chats until all are queued and up to MEASURED more are sent."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        shutil.copy(database, folder / DATABASE)
        async with start_telegram(chats=size) as telegram, run_contestant(OUTREACHBOT, telegram.url, folder) as process:
            await telegram.wait_until_polling(process)
            button = await admin.compose(telegram)
            usage.reset_peak(process.pid)
            before = cpu_seconds(process)
            await admin.confirm(telegram, button)
            first = (await telegram.post("bench/came", count=1, seconds=PATIENCE))["first"]
            if size <= MEASURED:
                await _wait_for_messages(telegram, size)
                return BroadcastSample(first, usage.peak_megabytes(process.pid), (cpu_seconds(process) - before) / size)
            await _wait_until_queued(folder / DATABASE)
            queueing, sent = cpu_seconds(process) - before, await _wait_for_messages(telegram, 0)
            last = await _wait_for_messages(telegram, min(size, sent + MEASURED))
            sending = (cpu_seconds(process) - before - queueing) / (last - sent)
            return BroadcastSample(
                first, usage.peak_megabytes(process.pid), (queueing - sent * sending) / size + sending
            )


async def _wait_for_messages(telegram: LocalTelegram, count: int) -> int:
    """Wait until `count` messages have arrived; return how many have."""
    arrived = (await telegram.post("bench/came", count=count, seconds=PATIENCE))["count"]
    assert arrived >= count, f"only {arrived} of {count} messages came"
    return int(arrived)


async def _wait_until_queued(database: Path) -> None:
    """Wait until the whole audience is queued."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        async with asyncio.timeout(PATIENCE):
            while db.execute("SELECT 1 FROM messages WHERE queued_to IS NOT NULL").fetchone():  # noqa: ASYNC110
                await asyncio.sleep(0.1)


def _build_measures(samples: dict[int, list[BroadcastSample]]) -> list[Measure]:
    least, most = min(samples), max(samples)
    first = Measure(NAME, f"{most:,} chats: confirmation to first message", "s", [Goal(most=3.0)], more_is_better=False)
    more = Measure(NAME, f"{most:,} chats: memory above {least:,}'s", "MB", [Goal(most=25.0)], more_is_better=False)
    for small, large in zip(samples[least], samples[most], strict=True):
        first.add_sample(OURS, large.first)
        more.add_sample(OURS, large.peak - small.peak)
    costs = {size: [sample.cost for sample in of_size] for size, of_size in samples.items()}
    return [first, more, *_build_cost_measures(costs)]


def _build_cost_measures(costs: dict[int, list[float]]) -> list[Measure]:
    """The cost per message for each size of the audience, and its growth."""
    per_size = []
    for size, seconds in costs.items():
        measure = Measure(NAME, f"{size:,} chats: CPU a message", "µs", more_is_better=False)
        measure.samples[OURS] = [cost * 1e6 for cost in seconds]
        per_size.append(measure)
    least, most = min(costs), max(costs)
    what = f"CPU a message, {most:,} chats over {least:,}"
    growth = Measure(NAME, what, "×", [Goal(most=1.2)], more_is_better=False)
    growth.samples[OURS] = [cost / median(costs[least]) for cost in costs[most]]
    return [*per_size, growth]
