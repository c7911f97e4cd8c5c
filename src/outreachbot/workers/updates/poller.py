"""Receives updates: written into the inbox first, confirmed to Telegram after, then handled."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from outreachbot.errors import AlreadyRunning, CannotRun
from outreachbot.store import inbox
from outreachbot.store.database import connect
from outreachbot.workers.updates import dispatcher as desks
from outreachbot.workers.updates.dispatcher import Desk

log = logging.getLogger(__name__)

Fetch = Callable[[int, int], Awaitable[list[dict[str, Any]]]]
"""Updates from this offset on, waiting so many seconds for some; see bot/polling.fetch."""

POLL_SECONDS = 30  # how long Telegram may hold a poll open; its own cap is 50
PROBE_SECONDS = 2  # the same, until we know that nobody else polls
DEAF_SECONDS = 60.0  # without one good poll: then we say so and stop, for the supervisor to start us again


@dataclass(slots=True)
class Line:
    """How the line to Telegram stands. Moments are of the monotonic clock."""

    started: float = field(default_factory=time.monotonic)
    good: float = field(default_factory=time.monotonic)  # the last poll that succeeded
    ours: bool = False  # a poll stayed open for a while: nobody else polls with this token
    failures: int = 0
    offset: int = 0


async def poll(
    desk: Desk, line: Line, fetch: Fetch, errors: type[Exception], rival: type[Exception], now: float
) -> bool:
    """One poll: fetch, write down (with what was handled meanwhile), lay on the desk. The next poll's offset confirms.

    Raises CannotRun when there was no good poll for a minute, AlreadyRunning when somebody else polled before us.
    """
    await desks.has_room(desk)
    begun = time.monotonic()
    try:
        updates = await fetch(line.offset, POLL_SECONDS if line.ours else PROBE_SECONDS)
    except errors as error:
        await _failed(line, error, isinstance(error, rival))
        return True
    _succeeded(line, begun)
    written = {update["update_id"]: json.dumps(update) for update in updates}
    with desks.handled(desk) as (done, aside):
        async with connect.writing(desk.db) as transaction:
            new = await inbox.add(transaction, written, now)
            await inbox.settle(transaction, done, aside)
    for update in updates:
        if update["update_id"] in new:
            desks.put(desk, update["update_id"], update)
    # After an empty poll everything is confirmed. Asking from 0 then also finds updates whose ids start lower, as
    # they may after a week of silence (Bot API, Update.update_id).
    line.offset = max(written) + 1 if written else 0
    return True


def _succeeded(line: Line, begun: float) -> None:
    if line.failures:
        log.warning("Telegram answers again")
    line.good, line.failures = time.monotonic(), 0
    line.ours = line.ours or line.good - begun > PROBE_SECONDS / 2 or line.good - line.started > 5 * PROBE_SECONDS


async def _failed(line: Line, error: Exception, rival: bool) -> None:
    """Of two programs with one token Telegram ends the older poll, in turns: the one that came later gives way."""
    if rival and not line.ours:
        raise AlreadyRunning(
            f"another program already polls Telegram with this token ({error}): stop it first, or use another token"
        )
    silent = time.monotonic() - line.good
    if silent > DEAF_SECONDS:
        raise CannotRun(f"no updates for {silent:.0f} s ({error}): check the network and OUTREACHBOT_API_URL")
    line.failures += 1
    if line.failures == 1:
        log.warning("no updates: %s; trying again", error)
    await asyncio.sleep(0.5 if rival else min(5.0, 0.25 * 2.0**line.failures))
