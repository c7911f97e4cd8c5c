"""Repeats a worker's step until the program stops. Every worker runs in this loop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from outreachbot.errors import StoreFailed

log = logging.getLogger(__name__)
Result = TypeVar("Result")

Step = Callable[[], Awaitable[bool]]
"""Does some work; True when there is more to do right away."""

LONGEST_PAUSE = 30.0  # seconds between tries while the database fails or Telegram does not answer


async def repeat(
    name: str, step: Step, *, pause: float, stop: asyncio.Event, wake: asyncio.Event | None = None
) -> None:
    """Run the step until `stop` is set; when it has nothing more to do, wait `pause` seconds, or until `wake` is set.

    When the database fails (a full disk, for example), log that once and try again; any other error ends the loop.
    """
    failures = 0
    while not stop.is_set():
        try:
            more = await step()
        except StoreFailed as error:
            failures += 1
            if failures == 1:
                log.error("%s waits: %s", name, error)  # noqa: TRY400 one line for the operator, no traceback
            await wait_for_event(stop, None, backoff(failures))
            continue
        if failures:
            log.warning("%s goes on: the database works again", name)
            failures = 0
        if not more:
            await wait_for_event(stop, wake, pause)


def backoff(failures: int) -> float:
    """Seconds until the next try, after this many consecutive failures."""
    return min(LONGEST_PAUSE, 0.5 * 2.0 ** min(failures, 10))


async def wait_for_event(stop: asyncio.Event, wake: asyncio.Event | None, seconds: float) -> None:
    """Wait until one of the events is set, for at most this long, and clear `wake`."""
    waits = [asyncio.create_task(event.wait()) for event in (stop, wake) if event is not None]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    if wake is not None:
        wake.clear()


async def run_until_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, Result]) -> Result | None:
    """The result of the work; None if `stop` is set first, which cancels the work."""
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        stopped.cancel()
        await asyncio.gather(task, stopped, return_exceptions=True)
