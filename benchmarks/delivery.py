"""One broadcast of one contestant, from the order to the last chat: what the stopwatch in Telegram says of it."""

import asyncio
import tempfile
from asyncio.subprocess import Process
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import admin, usage
from benchmarks.arena import Telegram, said, telegram, tell
from benchmarks.contestants import OURS, Contestant, running

LAST_WORDS = 0.3  # seconds in which what is written after the last answer counts too
PATIENCE = 120.0
SLACK = 1.034  # at 30 a second one more: who paces evenly is not refused for jitter, who bursts is


@dataclass(frozen=True, slots=True)
class Conditions:
    """To how many chats, and what Telegram is like: milliseconds before each answer, what it allows at most."""

    audience: int
    latency: float = 0.0
    per_second: int = 0  # what Telegram allows, and what the contestant is told to keep to; 0: no limit
    lock: float = 0.0  # seconds for which the first refusal stops everything
    patience: float = PATIENCE  # seconds; then what was done until then counts


@dataclass(frozen=True, slots=True)
class Delivered:
    """How it went."""

    count: int
    seconds: float  # until the last one that came
    too_many: int  # 429s
    cpu: float  # seconds of the sending process; 0 where it can't be measured

    @property
    def rate(self) -> float:
        return self.count / self.seconds


async def deliver(one: Contestant, at: Conditions) -> Delivered:
    """A broadcast of this contestant alone, with a Telegram of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        if one.name == OURS:
            await admin.subscribe(folder, at.audience)
        async with (
            telegram(chats=at.audience, latency=at.latency) as place,
            running(one, place.url, folder, at.per_second) as process,
        ):
            button = await _ready(one, place, process)
            await _limit(place, at)
            before = cpu(process)
            await _begin(place, process, button, at.audience)
            done = await _came(place, at, _forever() if button else said(process, PATIENCE))
            used = cpu(process) - before
    assert not done["repeats"], f"{one.name} sent {done['repeats']} messages twice"
    assert done["count"], f"{one.name} sent nothing"
    return Delivered(done["count"], done["seconds"], done["too_many"], used)


def cpu(process: Process) -> float:
    return usage.cpu_seconds(process.pid) if usage.MEASURABLE else 0.0


async def _ready(one: Contestant, place: Telegram, process: Process) -> dict[str, Any] | None:
    """Wait until it only has to be told to begin. For ours that is an admin's press on this button."""
    if one.name == OURS:
        await place.polled(process)
        return await admin.compose(place)
    assert await said(process) == "ready"
    return None


async def _begin(place: Telegram, process: Process, button: dict[str, Any] | None, audience: int) -> None:
    """Start the stopwatch and the broadcast."""
    if button:
        await admin.confirm(place, button)
        return
    await place.order("bench/start")
    await tell(process, str(audience))


async def _forever() -> str:
    await asyncio.Event().wait()
    return ""


async def _limit(place: Telegram, at: Conditions) -> None:
    if at.per_second:
        limits = {"messages_per_second": at.per_second, "slack": SLACK, "lock": at.lock}
        await place.order("sandbox/faults", limits=limits)


async def _came(place: Telegram, at: Conditions, ended: Coroutine[Any, Any, str]) -> dict[str, Any]:
    """Wait until all came, or the contestant says that it is done, or patience is over; what came until then."""
    all_came = asyncio.create_task(place.order("bench/came", count=at.audience, seconds=at.patience))
    over = asyncio.create_task(ended)
    await asyncio.wait({all_came, over}, return_when=asyncio.FIRST_COMPLETED)
    if all_came.done():
        await asyncio.sleep(LAST_WORDS)
        over.cancel()
    all_came.cancel()
    await asyncio.wait({all_came, over})
    if not over.cancelled():
        over.result()
    return await place.order("bench/came", count=0, seconds=0)
