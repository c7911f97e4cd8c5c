"""Receives updates: stores each in the inbox, dispatches it, and confirms it to Telegram with the next poll."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from outreachbot.errors import AlreadyRunning, CannotRun, PollConflict, PollFailed
from outreachbot.store import inbox
from outreachbot.store.database import connect
from outreachbot.workers.updates import dispatcher as dispatchers
from outreachbot.workers.updates.dispatcher import Dispatcher

log = logging.getLogger(__name__)

Fetch = Callable[[int, int], Awaitable[list[dict[str, Any]]]]
"""Fetches updates from this offset on, waiting this many seconds for some; raises as `polling.fetch_updates` does."""

POLL_SECONDS = 30  # how long Telegram may hold a poll open; its own limit is 50
PROBE_SECONDS = 2  # the same, until we know that no other program polls with this token
MAX_SILENT_SECONDS = 60.0  # without a successful poll; then the program ends, and its supervisor starts it again


@dataclass(slots=True)
class PollStatus:
    """How polling is going. Times are of the monotonic clock."""

    started: float = field(default_factory=time.monotonic)
    last_success: float = field(default_factory=time.monotonic)
    is_alone: bool = False  # no other program polls with this token
    failures: int = 0  # in a row
    offset: int = 0


async def poll_updates(dispatcher: Dispatcher, status: PollStatus, fetch: Fetch, now: float) -> bool:
    """One poll: fetch updates, store them (and what was handled meanwhile), dispatch them. Always True.

    The offset of the next poll confirms them. Raises CannotRun after a minute without a successful poll,
    AlreadyRunning when another program polled before this one.
    """
    await dispatchers.wait_for_capacity(dispatcher)
    started_at = time.monotonic()
    try:
        updates = await fetch(status.offset, POLL_SECONDS if status.is_alone else PROBE_SECONDS)
    except PollFailed as error:
        await _record_failure(status, error)
        return True
    _record_success(status, started_at)
    stored = {update["update_id"]: json.dumps(update) for update in updates}
    with dispatchers.take_handled(dispatcher) as (handled, set_aside):
        async with connect.writing(dispatcher.db) as transaction:
            new = await inbox.add(transaction, stored, now)
            await inbox.settle(transaction, handled, set_aside)
    for update in updates:
        if update["update_id"] in new:
            dispatchers.dispatch_update(dispatcher, update["update_id"], update)
    # After an empty poll everything is confirmed. Polling from 0 then also finds updates with lower ids: after a week
    # without updates Telegram chooses the next id at random (Bot API, Update.update_id).
    status.offset = max(stored) + 1 if stored else 0
    return True


def _record_success(status: PollStatus, started_at: float) -> None:
    if status.failures:
        log.warning("Telegram answers again")
    status.last_success, status.failures = time.monotonic(), 0
    stayed_open = status.last_success - started_at > PROBE_SECONDS / 2
    status.is_alone = status.is_alone or stayed_open or status.last_success - status.started > 5 * PROBE_SECONDS


async def _record_failure(status: PollStatus, error: PollFailed) -> None:
    """Raise the error if another poll is pointless; else log the first failure and sleep.

    When two programs poll with one token, Telegram ends the older poll, again and again: the later program must stop.
    """
    is_conflict = isinstance(error, PollConflict)
    if is_conflict and not status.is_alone:
        raise AlreadyRunning(
            f"another program already polls Telegram with this token ({error}): stop it first, or use another token"
        )
    silent = time.monotonic() - status.last_success
    if silent > MAX_SILENT_SECONDS:
        raise CannotRun(f"no updates for {silent:.0f} s ({error}): check the network and OUTREACHBOT_API_URL")
    status.failures += 1
    if status.failures == 1:
        log.warning("no updates: %s; trying again", error)
    await asyncio.sleep(0.5 if is_conflict else min(5.0, 0.25 * 2.0**status.failures))
