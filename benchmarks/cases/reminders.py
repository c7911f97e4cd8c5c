"""Measures the cost of a calendar check for various numbers of chats, with nothing due and with many chats due."""

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
SHARE = 10  # one in ten chats has the content's zone and hour
QUIET = dt.datetime(2026, 7, 1, 5, 0, 1, tzinfo=dt.UTC)  # just after a full hour, on a day without anniversary
HOUR = dt.datetime(2027, 2, 26, 5, 0, 1, tzinfo=dt.UTC)  # 9:00 in Baku
CHECKS = 20
ROWS_AT_ONCE = 50_000
INTERVAL = dt.timedelta(seconds=2)


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
            check, due, all_queued, growth = await _measure(content, size)
            if size == most:
                nothing.add_sample(OURS, check * 1000)
                many.add_sample(OURS, due)
                queued.add_sample(OURS, all_queued)
                memory.add_sample(OURS, growth)
        costs.append((size, (check, due, all_queued)))
    if scale.rounds > 1:
        chart.write(ROOT / "docs" / "planner.svg", costs)
    return [nothing, many, queued, *([memory] if usage.MEASURABLE else [])]


async def _measure(content: Content, size: int) -> tuple[float, float, float, float]:
    """The median time of a check with nothing due, the time with many due and until all are queued, and memory growth.

    Times are in seconds, memory is in megabytes.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with connect.open_database(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}") as db:
            await _create_subscribers(db, size)
            checks = []
            state = Planner(1e6, QUIET - INTERVAL)
            for number in range(CHECKS):
                now = QUIET + number * INTERVAL
                started = time.perf_counter()
                await planner.plan_due(state, db, content, now)
                checks.append(time.perf_counter() - started)
            before = usage.resident_megabytes(os.getpid()) if usage.MEASURABLE else 0.0
            if usage.MEASURABLE:
                usage.reset_peak(os.getpid())
            state = Planner(1e6, HOUR - INTERVAL)
            started = time.perf_counter()
            await planner.plan_due(state, db, content, HOUR)
            due = time.perf_counter() - started
            while await queueing.queue_audience(db, content.zone, asyncio.Event()):
                pass
            all_queued = time.perf_counter() - started
            growth = usage.peak_megabytes(os.getpid()) - before if usage.MEASURABLE else 0.0
    return sorted(checks)[CHECKS // 2], due, all_queued, growth


async def _create_subscribers(db: Database, size: int) -> None:
    """Subscribe `size` chats: a tenth in the content's zone and hour, the rest in other zones at all hours."""
    zones = sorted(available_timezones() - {"Asia/Baku", "localtime"})[:ZONES]
    for first in range(1, size + 1, ROWS_AT_ONCE):
        rows = []
        for number in range(first, min(first + ROWS_AT_ONCE, size + 1)):
            has_own_zone = number % SHARE != 0
            zone, hour = (zones[number % ZONES], number // ZONES % 24) if has_own_zone else (None, None)
            row = {"id": number, "kind": "private", "language": "en", "subscribed_at": 1.0, "zone": zone, "hour": hour}
            rows.append(row)
        async with connect.writing(db) as transaction:
            await transaction.execute(insert(transaction, chats), rows)
