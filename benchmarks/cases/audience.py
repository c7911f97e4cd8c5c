"""What must not grow with the audience: the time to the first message, memory, and what a message costs."""

import asyncio
import shutil
import sqlite3
import tempfile
from asyncio.subprocess import Process
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
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
class Cost:
    """Of one message, in seconds."""

    time: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one broadcast."""

    first: float  # seconds from the confirmation to the first message
    peak: float  # megabytes
    begin: Cost  # of the first messages, while the rest of the audience is queued
    later: Cost | None  # once all are queued; None where nobody is left by then


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
    """The first messages of a broadcast to so many, and as many when everybody else is queued."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        shutil.copy(database, folder / DATABASE)
        async with telegram(chats=size) as place, running(OUTREACHBOT, place.url, folder) as process:
            await place.polled(process)
            button = await admin.compose(place)
            usage.forget_peak(process.pid)
            await admin.confirm(place, button)
            came = await place.order("bench/came", count=1, seconds=PATIENCE)
            begin = await _cost(place, process, min(size, MEASURED))
            await _queued(folder / DATABASE)
            sent = (await place.order("bench/came", count=0, seconds=0))["count"]
            later = await _cost(place, process, sent + MEASURED) if size - sent > MEASURED else None
            return Seen(came["first"], usage.peak(process.pid), begin, later)


async def _cost(place: Telegram, process: Process, until: int) -> Cost:
    """What each of the messages costs from now on until so many have come."""
    before, used = await place.order("bench/came", count=0, seconds=0), cpu(process)
    after = await place.order("bench/came", count=until, seconds=PATIENCE)
    used = cpu(process) - used
    assert after["count"] >= until, f"only {after['count']} of {until} messages came"
    sent = after["count"] - before["count"]
    return Cost((after["seconds"] - before["seconds"]) / sent, used / sent)


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
    begin = {size: [one.begin for one in some] for size, some in seen.items()}
    later = {size: [one.later for one in some if one.later] for size, some in seen.items()}
    return [first, more, *_costs("at its beginning", begin), *_costs("once all are queued", later)]


def _costs(when: str, costs: dict[int, list[Cost]]) -> list[Measure]:
    """The cost of a message for each size of the audience, and how much it grows."""
    costs = {size: some for size, some in costs.items() if some}
    each = []
    for size, some in costs.items():
        made = Measure(NAME, f"{size:,} chats, {when}: CPU a message", "µs", more_is_better=False)
        made.samples[OURS] = [one.cpu * 1e6 for one in some]
        each.append(made)
    if len(costs) < 2:
        return each
    least, most = min(costs), max(costs)
    for word, pick in (("CPU", attrgetter("cpu")), ("time", attrgetter("time"))):
        what = f"{word} a message {when}, {most:,} chats over {least:,}"
        grown = Measure(NAME, what, "×", [Goal(most=1.2)], more_is_better=False)
        before = median(map(pick, costs[least]))
        grown.samples[OURS] = [pick(one) / before for one in costs[most]]
        each.append(grown)
    return each
