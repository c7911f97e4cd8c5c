"""Sends what is in the outbox: claims a small batch, sends it at the allowed pace, and records the outcomes."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from outreachbot.domain.delivery import pace
from outreachbot.domain.delivery.outcomes import Halt, Outcome, Uncertain
from outreachbot.domain.delivery.pace import Spacing
from outreachbot.domain.delivery.states import Reason
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import Message
from outreachbot.errors import TelegramRefuses
from outreachbot.gateway.responses import explain_refusal
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection, Database
from outreachbot.store.delivery import bodies, leases, ledger, messages, outbox
from outreachbot.store.delivery import pace as pace_row
from outreachbot.store.delivery.bodies import Bodies
from outreachbot.store.delivery.outbox import Claimed
from outreachbot.workers.delivery import outcomes
from outreachbot.workers.delivery.outcomes import FailureTracker

log = logging.getLogger(__name__)

Send = Callable[[Claimed, Message], Awaitable[Outcome]]
"""Brings a claimed delivery to its chat, once."""

MAX_IN_FLIGHT = 250  # requests under way at once; enough to keep at least 100 going while the next batch is claimed
LATE_SECONDS = 0.01  # a request that starts later than its slot by more than this, and by more than a slot, missed it
LEAD_SECONDS = 0.05  # the next batch is claimed this long before its first slot, so that no slot passes unused
LONGEST_SLEEP = 1.0


@dataclass(slots=True)
class SenderState:
    """What a sender has under way, and what it remembers from one claim to the next."""

    in_flight: set[asyncio.Task[None]] = field(default_factory=set)  # requests, from their claim to their outcome
    completed: list[tuple[Claimed, Outcome]] = field(default_factory=list)  # outcomes that are not yet recorded
    unrecorded: set[tuple[OutboxId, int]] = field(default_factory=set)  # (message, chat) of both
    is_commit_uncertain: bool = False  # the last transaction failed, perhaps only after it was committed
    max_before_claim: int = 0  # the next batch is claimed when no more requests than this are in flight
    has_capacity: asyncio.Event = field(default_factory=asyncio.Event)  # set when that is so
    bodies: dict[tuple[OutboxId, int], Bodies] = field(default_factory=dict)  # by (message, revision)
    lease_until: float = 0.0
    missed_slots: int = 0  # requests that started after their slot: the next claim takes as many slots more
    is_idle: bool = False  # the last claim found nothing due


@dataclass(frozen=True, slots=True)
class Sender:
    """What a sender works with."""

    db: Database
    id: int
    send: Send
    clock: Callable[[], float]  # seconds since the epoch
    per_second: float
    take_reply_count: Callable[[], int] = lambda: 0  # how many replies went out since it was last called
    spacing: Spacing = field(default_factory=Spacing)
    state: SenderState = field(default_factory=SenderState)
    failures: FailureTracker = field(default_factory=FailureTracker)


async def send_next(sender: Sender) -> bool:
    """Record what has completed and claim the next batch, in one transaction; start sending it.

    False when nothing is due. Raises TelegramRefuses when nothing can be sent at all.
    """
    state, is_outage = sender.state, sender.failures.is_outage
    size = 1 if is_outage else pace.claim_size(sender.per_second)
    await _wait_for_capacity(state, (1 if is_outage else MAX_IN_FLIGHT) - size)
    if not state.completed and state.is_idle and not await _has_work(sender):
        sender.take_reply_count()  # replies sent while nothing else was have used slots that nobody needed
        return await _wait_for_outcome(state)
    now, completed = sender.clock(), state.completed[:]
    ahead = time.monotonic() - now  # as it is now: the clock may be set while we write
    async with _writing(sender, now) as db:
        await outcomes.record_outcomes(sender.failures, db, sender.id, completed, now)
        pause = sender.failures.backoff_left(now)
        is_stopped = pause > 0 or _find_halt(completed)
        slots = None if is_stopped else await pace_row.take_slots(db, size, sender.per_second, now, LEAD_SECONDS)
        claimed = await _claim(sender, db, size, now) if slots is not None else []
        wait = max(pause, await pace_row.seconds_to_next_slot(db, now)) if slots is None else 0.0
        await _finish_completed(state, db, completed, claimed, now)
    _forget(state, completed)
    if halt := _find_halt(completed):
        raise TelegramRefuses(explain_refusal(halt))
    if slots is None:
        # A 429 or another sender has taken the coming slots. A sender that looks later than the others gets none.
        await _sleep_until(now + wait - LEAD_SECONDS + ahead)
        return True
    state.is_idle = not claimed
    _start_sending(sender, claimed, slots, ahead)
    if not claimed:
        return await _wait_for_outcome(state)
    await _sleep_until(slots.first + len(claimed) / slots.per_second - LEAD_SECONDS + ahead)
    return True


@asynccontextmanager
async def _writing(sender: Sender, now: float) -> AsyncIterator[Connection]:
    """A transaction. After one whose commit is uncertain, it first queues again what that one may have claimed."""
    state = sender.state
    async with connect.writing(sender.db) as db:
        if state.is_commit_uncertain:
            await outbox.requeue_unknown(db, sender.id, state.unrecorded, now)
            state.lease_until = 0.0
        state.is_commit_uncertain = True
        yield db
    state.is_commit_uncertain = False


def _forget(state: SenderState, recorded: Sequence[tuple[Claimed, Outcome]]) -> None:
    del state.completed[: len(recorded)]
    state.unrecorded.difference_update((claimed.outbox_id, claimed.chat_id) for claimed, _ in recorded)


async def _sleep_until(moment: float) -> None:
    """Sleep until this moment of the monotonic clock, but never long: the wall clock may be set meanwhile."""
    await asyncio.sleep(max(0.0, min(moment - time.monotonic(), LONGEST_SLEEP)))


async def _wait_for_capacity(state: SenderState, max_before_claim: int) -> None:
    state.max_before_claim = max_before_claim
    while len(state.in_flight) > max_before_claim:
        state.has_capacity.clear()
        await state.has_capacity.wait()


async def _has_work(sender: Sender) -> bool:
    """Look without writing anything: most of the time there is nothing to send."""
    async with connect.reading(sender.db) as db:
        return await outbox.has_work(db, sender.clock())


async def _wait_for_outcome(state: SenderState) -> bool:
    """With nothing to claim, wait for the next outcome to record; False when nothing is in flight either."""
    if not state.in_flight and not state.completed:
        return False
    if not state.completed:
        await asyncio.wait(state.in_flight, timeout=LONGEST_SLEEP, return_when=asyncio.FIRST_COMPLETED)
    return True


async def _claim(sender: Sender, db: Connection, size: int, now: float) -> list[Claimed]:
    state = sender.state
    if state.lease_until < now + leases.SECONDS / 2 or state.lease_until > now + leases.SECONDS:
        await leases.renew(db, sender.id, now)
        state.lease_until = now + leases.SECONDS
    batch = await outbox.claim(db, sender.id, size, now)
    if extra := sender.take_reply_count() + state.missed_slots:  # sent without a slot, or after it
        state.missed_slots = 0
        await pace_row.take_slots(db, extra, sender.per_second, now)
    for outbox_id, revision in {(claimed.outbox_id, claimed.revision) for claimed in batch} - state.bodies.keys():
        state.bodies[outbox_id, revision] = await messages.load_bodies(db, outbox_id)
    return batch


async def _finish_completed(
    state: SenderState,
    db: Connection,
    completed: Sequence[tuple[Claimed, Outcome]],
    batch: Sequence[Claimed],
    now: float,
) -> None:
    """Finish messages that are complete, and forget their bodies.

    Skipped while more of every message just recorded is claimed: none of those can be complete.
    """
    if batch and not {claimed.outbox_id for claimed, _ in completed} - {claimed.outbox_id for claimed in batch}:
        return
    for outbox_id in await messages.finish_completed(db, now):
        log.info("message %d is finished: %s", outbox_id, await ledger.count_states(db, outbox_id))
    if not state.in_flight:
        needed = {(claimed.outbox_id, claimed.revision) for claimed in batch}
        state.bodies = {key: body for key, body in state.bodies.items() if key in needed}


def _find_halt(completed: Sequence[tuple[Claimed, Outcome]]) -> Halt | None:
    return next((outcome for _, outcome in completed if isinstance(outcome, Halt)), None)


def _start_sending(sender: Sender, batch: Sequence[Claimed], slots: pace_row.Slots, ahead: float) -> None:
    """Send each at its slot, or later if its chat was written to just now.

    `ahead` is by how many seconds the monotonic clock is ahead of that of the slots.
    """
    now, grace = time.monotonic(), max(LATE_SECONDS, 1 / slots.per_second)
    times = pace.slot_times(slots.first + ahead, len(batch), slots.per_second)
    for claimed, slot in zip(batch, times, strict=True):
        at = sender.spacing.next_moment(claimed.chat_id, max(now, slot))  # a slot may have passed meanwhile
        task = asyncio.create_task(_send_at_slot(sender, claimed, at, slot + grace))
        sender.state.in_flight.add(task)
        sender.state.unrecorded.add((claimed.outbox_id, claimed.chat_id))
        task.add_done_callback(partial(_note_completed, sender.state))


def _note_completed(state: SenderState, task: asyncio.Task[None]) -> None:
    """Runs when the task is done. `_send_at_slot` can't do this: its own task would still count as in flight."""
    state.in_flight.discard(task)
    if len(state.in_flight) <= state.max_before_claim:  # waking it for every request would cost as much as the claim
        state.has_capacity.set()


async def _send_at_slot(sender: Sender, claimed: Claimed, at: float, slot_ends: float) -> None:
    """Send a delivery at its moment (monotonic) and keep the outcome to be recorded, however the task ends.

    A request that is held up does not make up for its missed slot: together, late requests would exceed the limit.
    """
    state = sender.state
    outcome: Outcome = outcomes.NOT_STARTED
    try:
        if (early := at - time.monotonic()) > 0:
            await asyncio.sleep(early)
        state.missed_slots += time.monotonic() > slot_ends
        outcome = Uncertain(Reason.STOPPED)
        message = bodies.select_language(state.bodies[claimed.outbox_id, claimed.revision], claimed.language)
        outcome = await sender.send(claimed, message)
    finally:
        state.completed.append((claimed, outcome))


async def close_sender(sender: Sender, seconds: float) -> None:
    """Wait for requests in flight, for at most `seconds`; those still without an answer are uncertain. Record all."""
    state = sender.state
    if state.in_flight:
        await asyncio.wait(state.in_flight, timeout=seconds)
    late = list(state.in_flight)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    async with _writing(sender, sender.clock()) as db:
        await outcomes.record_outcomes(sender.failures, db, sender.id, state.completed, sender.clock())
        await messages.finish_completed(db, sender.clock())
        await leases.end(db, sender.id, sender.clock())
    state.completed.clear()
