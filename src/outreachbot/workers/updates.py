"""Receives updates: written into the inbox first, confirmed to Telegram after, then handled."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from outreachbot.errors import AlreadyRunning, CannotRun
from outreachbot.store import connect, inbox
from outreachbot.store.connect import Database
from outreachbot.workers import desk as desks
from outreachbot.workers.desk import Desk

log = logging.getLogger(__name__)

Fetch = Callable[[int], Awaitable[list[dict[str, Any]]]]
"""Updates from this offset on; see bot/polling.fetch."""

DEAF_SECONDS = 60.0  # without one good poll: then we say so and stop, for the supervisor to start us again
RIVAL_SECONDS = 20.0  # so long after the start a rival was there first, and we give way


@dataclass(slots=True)
class Line:
    """How the line to Telegram stands. Moments are of the monotonic clock."""

    started: float = field(default_factory=time.monotonic)
    good: float = field(default_factory=time.monotonic)  # the last poll that succeeded
    failures: int = 0
    offset: int = 0


async def poll(
    db: Database, desk: Desk, line: Line, fetch: Fetch, errors: type[Exception], rival: type[Exception], now: float
) -> bool:
    """One poll: fetch, write down, lay on the desk. The next poll's offset confirms what is written down.

    Raises CannotRun when there was no good poll for a minute, AlreadyRunning when somebody else polls.
    """
    await desks.has_room(desk)
    try:
        updates = await fetch(line.offset)
    except errors as error:
        await _failed(line, error, isinstance(error, rival))
        return True
    if line.failures:
        log.warning("Telegram answers again")
    line.good, line.failures = time.monotonic(), 0
    written = {update["update_id"]: json.dumps(update, ensure_ascii=False) for update in updates}
    async with connect.writing(db) as transaction:
        new = await inbox.add(transaction, written, now)
    for update in updates:
        if update["update_id"] in new:
            desks.put(desk, update["update_id"], update)
    # After an empty poll everything is confirmed. Asking from 0 then also finds updates whose ids start lower, as
    # they may after a week of silence (Bot API, Update.update_id).
    line.offset = max(written) + 1 if written else 0
    return True


async def _failed(line: Line, error: Exception, rival: bool) -> None:
    line.failures += 1
    if rival and time.monotonic() - line.started < RIVAL_SECONDS:
        raise AlreadyRunning(
            f"another program already polls Telegram with this token ({error}): stop it first, or use another token"
        )
    silent = time.monotonic() - line.good
    if silent > DEAF_SECONDS:
        raise CannotRun(
            f"no updates could be fetched for {silent:.0f} s ({error}): check the network and OUTREACHBOT_API_URL"
        )
    if line.failures == 1:
        log.warning("no updates: %s; trying again", error)
    await asyncio.sleep(min(5.0, 0.25 * 2**line.failures))
