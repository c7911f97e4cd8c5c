"""Measures a contestant's broadcast from its start to the last message, with the local Telegram's stopwatch."""

import asyncio
import tempfile
from asyncio.subprocess import Process
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import admin, usage
from benchmarks.arena import LocalTelegram, read_line, start_telegram, write_line
from benchmarks.contestants import OURS, Contestant, run_contestant

SETTLE_SECONDS = 0.3  # after the last message, so that the sender's final work is measured too
PATIENCE = 120.0
SLACK = 1.034  # allows 31 instead of 30 a second: tolerates jitter, but no bursts


@dataclass(frozen=True, slots=True)
class Conditions:
    """The size of the broadcast, and the latency (milliseconds) and limits of Telegram."""

    audience: int
    latency: float = 0.0
    per_second: int = 0  # Telegram's limit, which the contestant is told as well; 0: none
    lock: float = 0.0  # seconds for which a 429 blocks all messages
    patience: float = PATIENCE  # seconds until an unfinished broadcast is measured as it is


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The result of a broadcast."""

    count: int  # messages delivered
    seconds: float  # until the last message
    too_many: int  # 429 answers
    cpu: float  # seconds used by the sending process; 0 if it can't be measured

    @property
    def rate(self) -> float:
        return self.count / self.seconds


async def deliver(contestant: Contestant, conditions: Conditions) -> DeliveryResult:
    """Run a broadcast of this contestant, with its own local Telegram."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        if contestant.name == OURS:
            await admin.create_subscribers(folder, conditions.audience)
        async with (
            start_telegram(chats=conditions.audience, latency=conditions.latency) as telegram,
            run_contestant(contestant, telegram.url, folder, conditions.per_second) as process,
        ):
            button = await _prepare(contestant, telegram, process)
            await _set_limits(telegram, conditions)
            before = cpu_seconds(process)
            await _start(telegram, process, button, conditions.audience)
            done = await _wait_for_end(telegram, conditions, _forever() if button else read_line(process, PATIENCE))
            used = cpu_seconds(process) - before
    assert not done["repeats"], f"{contestant.name} sent {done['repeats']} messages twice"
    assert done["count"], f"{contestant.name} sent nothing"
    return DeliveryResult(done["count"], done["seconds"], done["too_many"], used)


def cpu_seconds(process: Process) -> float:
    return usage.cpu_seconds(process.pid) if usage.MEASURABLE else 0.0


async def _prepare(contestant: Contestant, telegram: LocalTelegram, process: Process) -> dict[str, Any] | None:
    """Wait until the broadcast can start; return the button that starts it, for outreachbot only."""
    if contestant.name == OURS:
        await telegram.wait_until_polling(process)
        return await admin.compose(telegram)
    assert await read_line(process) == "ready"
    return None


async def _start(telegram: LocalTelegram, process: Process, button: dict[str, Any] | None, audience: int) -> None:
    """Start the stopwatch and the broadcast."""
    if button:
        await admin.confirm(telegram, button)
        return
    await telegram.post("bench/start")
    await write_line(process, str(audience))


async def _forever() -> str:
    await asyncio.Event().wait()
    return ""


async def _set_limits(telegram: LocalTelegram, conditions: Conditions) -> None:
    if conditions.per_second:
        limits = {"messages_per_second": conditions.per_second, "slack": SLACK, "lock": conditions.lock}
        await telegram.post("sandbox/faults", limits=limits)


async def _wait_for_end(
    telegram: LocalTelegram, conditions: Conditions, ended: Coroutine[Any, Any, str]
) -> dict[str, Any]:
    """Wait until all messages have arrived, the contestant is done or patience runs out; return what was measured."""
    all_arrived = asyncio.create_task(
        telegram.post("bench/came", count=conditions.audience, seconds=conditions.patience)
    )
    finished = asyncio.create_task(ended)
    await asyncio.wait({all_arrived, finished}, return_when=asyncio.FIRST_COMPLETED)
    if all_arrived.done():
        await asyncio.sleep(SETTLE_SECONDS)
        finished.cancel()
    all_arrived.cancel()
    await asyncio.wait({all_arrived, finished})
    if not finished.cancelled():
        finished.result()
    return await telegram.post("bench/came", count=0, seconds=0)
