"""What members do in a benchmark: they ask at a steady rate, and each waits for its answer."""

from typing import Any

from benchmarks.arena import LocalTelegram

COMMAND = "/about"
RATE = 20  # commands a second


async def start_asking(telegram: LocalTelegram, first: int, count: int) -> None:
    """Let `count` chats, from the id `first` on, send the command one after the other."""
    await telegram.post("bench/ask", text=COMMAND, count=count, every=1 / RATE, first=first)


async def read_answers(telegram: LocalTelegram, count: int) -> dict[str, Any]:
    """What the stopwatch measured since `start_asking`; fails unless all `count` commands were answered."""
    measured = await telegram.post("bench/came", count=0, seconds=0)
    assert len(measured["waits"]) == count, f"{len(measured['waits'])} of {count} were answered"
    return measured
