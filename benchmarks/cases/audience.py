"""What must not grow with the audience: the time to the first message, memory, and what a message costs."""

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
from benchmarks.arena import Telegram, telegram
from benchmarks.contestants import DATABASE, OURS, OUTREACHBOT, running
from benchmarks.delivery import cpu
from benchmarks.measures import Goal, Measure, Scale, alternate

NAME = "audience"
MEASURED = 5000  # messages
PATIENCE = 180.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one broadcast."""

    first: float  # seconds from the confirmation to the first message
    peak: float  # megabytes
    cost: float  # CPU seconds of one message: to queue it and to send it


async def run(scale: Scale) -> list[Measure]:
    if not usage.MEASURABLE:
        print("audience: not measured, this system has no /proc")
        return []
    seen: dict[int, list[Seen]] = {size: [] for size in scale.audiences}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for size in scale.audiences:
            (Path(name) / str(size)).mkdir()
            await admin.subscribe(Path(name) / str(size), size)

        async def turn(size: int) -> None:
            seen[size].append(await _seen(size, Path(name) / str(size) / DATABASE))

        await alternate(scale.rounds, [partial(turn, size) for size in scale.audiences])
    return _measures(seen)


async def _seen(size: int, database: Path) -> Seen:
    """A broadcast to so many, until all are queued and as many sent as are measured."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        shutil.copy(database, folder / DATABASE)
        async with telegram(chats=size) as place, running(OUTREACHBOT, place.url, folder) as process:
            await place.polled(process)
            button = await admin.compose(place)
            usage.forget_peak(process.pid)
            before = cpu(process)
            await admin.confirm(place, button)
            first = (await place.order("bench/came", count=1, seconds=PATIENCE))["first"]
            if size <= MEASURED:
                await _came(place, size)
                return Seen(first, usage.peak(process.pid), (cpu(process) - before) / size)
            await _queued(folder / DATABASE)
            queueing, sent = cpu(process) - before, await _came(place, 0)
            last = await _came(place, min(size, sent + MEASURED))
            sending = (cpu(process) - before - queueing) / (last - sent)
            return Seen(first, usage.peak(process.pid), (queueing - sent * sending) / size + sending)


async def _came(place: Telegram, count: int) -> int:
    """Wait until so many messages have come; how many have."""
    came = (await place.order("bench/came", count=count, seconds=PATIENCE))["count"]
    assert came >= count, f"only {came} of {count} messages came"
    return int(came)


async def _queued(database: Path) -> None:
    """Wait until the whole audience is queued."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        async with asyncio.timeout(PATIENCE):
            while db.execute("SELECT 1 FROM messages WHERE queued_to IS NOT NULL").fetchone():  # noqa: ASYNC110
                await asyncio.sleep(0.1)


def _measures(seen: dict[int, list[Seen]]) -> list[Measure]:
    least, most = min(seen), max(seen)
    first = Measure(NAME, f"{most:,} chats: confirmation to first message", "s", [Goal(most=3.0)], more_is_better=False)
    more = Measure(NAME, f"{most:,} chats: memory above {least:,}'s", "MB", [Goal(most=25.0)], more_is_better=False)
    for small, large in zip(seen[least], seen[most], strict=True):
        first.add(OURS, large.first)
        more.add(OURS, large.peak - small.peak)
    costs = {size: [one.cost for one in some] for size, some in seen.items()}
    return [first, more, *_costs(costs)]


def _costs(costs: dict[int, list[float]]) -> list[Measure]:
    """What a message costs for each size of the audience, and how much that grows."""
    each = []
    for size, some in costs.items():
        made = Measure(NAME, f"{size:,} chats: CPU a message", "µs", more_is_better=False)
        made.samples[OURS] = [one * 1e6 for one in some]
        each.append(made)
    least, most = min(costs), max(costs)
    what = f"CPU a message, {most:,} chats over {least:,}"
    grown = Measure(NAME, what, "×", [Goal(most=1.2)], more_is_better=False)
    grown.samples[OURS] = [one / median(costs[least]) for one in costs[most]]
    return [*each, grown]
