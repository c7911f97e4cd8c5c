"""What a look at the calendar costs: with nothing due, and with many chats due; over the number of chats."""

import asyncio
import datetime as dt
import os
import tempfile
import time
from pathlib import Path
from zoneinfo import available_timezones

from benchmarks import chart, usage
from benchmarks.arena import ROOT
from benchmarks.contestants import OURS
from benchmarks.measures import Goal, Measure, Scale
from outreachbot.app.commands import content_file
from outreachbot.domain.content.model import Content
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.database.insert import insert
from outreachbot.store.tables import chats
from outreachbot.workers.delivery import queueing
from outreachbot.workers.reminders import planner
from outreachbot.workers.reminders.planner import Planner

NAME = "reminders"
ZONES = 400
SHARE = 10  # one in so many shares the content's zone and hour
QUIET = dt.datetime(2026, 7, 1, 5, 0, 1, tzinfo=dt.UTC)  # an hour has just come, and nothing is kept on that day
HOUR = dt.datetime(2027, 2, 26, 5, 0, 1, tzinfo=dt.UTC)  # 9:00 in Baku
LOOKS = 20
AT_ONCE = 50_000
SECOND = dt.timedelta(seconds=2)


async def run(scale: Scale) -> list[Measure]:
    content = content_file.read_content(ROOT / "content.yaml").content
    most = max(scale.audiences)
    nothing = Measure(NAME, f"{most:,} chats: a look, nothing due", "ms", [Goal(most=50.0)], more_is_better=False)
    words = f"{most:,} chats: a look with {most // SHARE:,} due at once"
    many = Measure(NAME, words, "s", [Goal(most=3.0)], more_is_better=False)
    queued = Measure(NAME, f"{words}, until all are queued", "s", [], more_is_better=False)
    memory = Measure(NAME, f"{most:,} chats: memory, the same", "MB", [Goal(most=20.0)], more_is_better=False)
    costs: list[tuple[int, tuple[float, float, float]]] = []
    for size in scale.audiences:
        for _ in range(scale.rounds if size == most else 1):
            look, due, all_queued, grown = await _measured(content, size)
            if size == most:
                nothing.add(OURS, look * 1000)
                many.add(OURS, due)
                queued.add(OURS, all_queued)
                memory.add(OURS, grown)
        costs.append((size, (look, due, all_queued)))
    if scale.rounds > 1:
        chart.write(ROOT / "docs" / "planner.svg", costs)
    return [nothing, many, queued, *([memory] if usage.MEASURABLE else [])]


async def _measured(content: Content, size: int) -> tuple[float, float, float, float]:
    """A look with nothing due (the median), one with many due, that until all are queued; megabytes more at its peak.

    Times in seconds.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with connect.open_database(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}") as db:
            await _subscribe(db, size)
            looks = []
            state = Planner(1e6, QUIET - SECOND)
            for number in range(LOOKS):
                now = QUIET + number * SECOND
                begin = time.perf_counter()
                await planner.plan_due(state, db, content, now)
                looks.append(time.perf_counter() - begin)
            before = usage.resident(os.getpid()) if usage.MEASURABLE else 0.0
            if usage.MEASURABLE:
                usage.forget_peak(os.getpid())
            state = Planner(1e6, HOUR - SECOND)
            begin = time.perf_counter()
            await planner.plan_due(state, db, content, HOUR)
            due = time.perf_counter() - begin
            while await queueing.queue_audience(db, content.zone, asyncio.Event()):
                pass
            all_queued = time.perf_counter() - begin
            grown = usage.peak(os.getpid()) - before if usage.MEASURABLE else 0.0
    return sorted(looks)[LOOKS // 2], due, all_queued, grown


async def _subscribe(db: Database, size: int) -> None:
    """One in ten in the content's own zone and hour, the others spread over all zones and hours but that one."""
    zones = sorted(available_timezones() - {"Asia/Baku", "localtime"})[:ZONES]
    for first in range(1, size + 1, AT_ONCE):
        rows = []
        for number in range(first, min(first + AT_ONCE, size + 1)):
            own = number % SHARE != 0
            zone, hour = (zones[number % ZONES], number // ZONES % 24) if own else (None, None)
            row = {"id": number, "kind": "private", "language": "en", "subscribed_at": 1.0, "zone": zone, "hour": hour}
            rows.append(row)
        async with connect.writing(db) as transaction:
            await transaction.execute(insert(transaction, chats), rows)
