"""Receives updates: written into the inbox first, confirmed to Telegram after, then handled."""

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
"""Updates from this offset on, waiting up to so many seconds for some; raises as `gateway.polling.fetch_updates`."""

POLL_SECONDS = 30  # how long Telegram may hold a poll open; its own limit is 50
PROBE_SECONDS = 2  # the same, until we know that nobody else polls
DEAF_SECONDS = 60.0  # after so long without a successful poll the program ends, for its supervisor to start it again


@dataclass(slots=True)
class PollStatus:
    """How polling is going. Moments are of the monotonic clock."""

    started: float = field(default_factory=time.monotonic)
    last_success: float = field(default_factory=time.monotonic)
    is_alone: bool = False  # a poll stayed open for a while: nobody else polls with this token
    failures: int = 0  # in a row
    offset: int = 0


async def poll_updates(dispatcher: Dispatcher, status: PollStatus, fetch: Fetch, now: float) -> bool:
    """One poll: fetch, store (with what was handled meanwhile), dispatch. The next poll's offset confirms.

    Raises CannotRun after a minute without a successful poll, AlreadyRunning when somebody else polled before us.
    """
    await dispatchers.wait_for_room(dispatcher)
    begun = time.monotonic()
    try:
        updates = await fetch(status.offset, POLL_SECONDS if status.is_alone else PROBE_SECONDS)
    except PollFailed as error:
        await _record_failure(status, error)
        return True
    _record_success(status, begun)
    stored = {update["update_id"]: json.dumps(update) for update in updates}
    with dispatchers.take_handled(dispatcher) as (done, aside):
        async with connect.writing(dispatcher.db) as transaction:
            new = await inbox.add(transaction, stored, now)
            await inbox.settle(transaction, done, aside)
    for update in updates:
        if update["update_id"] in new:
            dispatchers.dispatch_update(dispatcher, update["update_id"], update)
    # After an empty poll everything is confirmed. Asking from 0 then also finds updates whose ids start lower, as
    # they may after a week of silence (Bot API, Update.update_id).
    status.offset = max(stored) + 1 if stored else 0
    return True


def _record_success(status: PollStatus, begun: float) -> None:
    if status.failures:
        log.warning("Telegram answers again")
    status.last_success, status.failures = time.monotonic(), 0
    stayed_open = status.last_success - begun > PROBE_SECONDS / 2
    status.is_alone = status.is_alone or stayed_open or status.last_success - status.started > 5 * PROBE_SECONDS


async def _record_failure(status: PollStatus, error: PollFailed) -> None:
    """Of two programs with one token Telegram ends the older poll, in turns: the one that came later gives way."""
    is_conflict = isinstance(error, PollConflict)
    if is_conflict and not status.is_alone:
        raise AlreadyRunning(
            f"another program already polls Telegram with this token ({error}): stop it first, or use another token"
        )
    silent = time.monotonic() - status.last_success
    if silent > DEAF_SECONDS:
        raise CannotRun(f"no updates for {silent:.0f} s ({error}): check the network and OUTREACHBOT_API_URL")
    status.failures += 1
    if status.failures == 1:
        log.warning("no updates: %s; trying again", error)
    await asyncio.sleep(0.5 if is_conflict else min(5.0, 0.25 * 2.0**status.failures))
