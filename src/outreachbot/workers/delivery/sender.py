"""Sends what is in the outbox: claims a little, sends it at the pace, writes down what became of it."""

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
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection, Database
from outreachbot.store.delivery import bodies, leases, ledger, messages, outbox
from outreachbot.store.delivery import pace as pace_row
from outreachbot.store.delivery.bodies import Bodies
from outreachbot.store.delivery.outbox import Claimed
from outreachbot.workers.delivery import outcomes
from outreachbot.workers.delivery.outcomes import SendingHealth

log = logging.getLogger(__name__)

Send = Callable[[Claimed, Message], Awaitable[Outcome]]
"""Brings a claimed delivery to its chat, once."""

MAX_IN_FLIGHT = 250  # requests under way at once; at no limit that keeps at least 100 going while the next are claimed
LATE_SECONDS = 0.01  # who leaves later than its slot by more than this, and by more than a slot, has lost it
LEAD_SECONDS = 0.05  # the next claim is made this long before its first slot, so that no slot passes unused
LONGEST_SLEEP = 1.0


@dataclass(slots=True)
class SenderState:
    """What is under way: requests in the air, and those that landed and are not yet written down."""

    air: set[asyncio.Task[None]] = field(default_factory=set)
    landed: list[tuple[Claimed, Outcome]] = field(default_factory=list)
    ours: set[tuple[OutboxId, int]] = field(default_factory=set)  # (message, chat) of both
    unsure: bool = False  # whether the last transaction was written: the database failed in it, perhaps at its end
    room: int = 0  # so many in the air leave room for the next claim
    landing: asyncio.Event = field(default_factory=asyncio.Event)  # set when there is that much room
    bodies: dict[tuple[OutboxId, int], Bodies] = field(
        default_factory=dict
    )  # of the messages being sent, and its revision
    lease_until: float = 0.0
    late: int = 0  # left when their slots were over: the next claim takes so many more
    idle: bool = False  # the last look found nothing due


@dataclass(frozen=True, slots=True)
class Sender:
    """What a sender works with. `replies` says how many replies went out since it was last asked."""

    db: Database
    id: int
    send: Send
    clock: Callable[[], float]  # seconds since the epoch
    per_second: float
    replies: Callable[[], int] = lambda: 0
    spacing: Spacing = field(default_factory=Spacing)
    flight: SenderState = field(default_factory=SenderState)
    health: SendingHealth = field(default_factory=SendingHealth)


async def send_next(sender: Sender) -> bool:
    """Write down what landed and claim the next, in one transaction; launch it. False when nothing is due.

    Raises TelegramRefuses when nothing can be sent at all.
    """
    flight, careful = sender.flight, sender.health.in_trouble
    size = 1 if careful else pace.claim_size(sender.per_second)
    await _has_room(flight, 1 if careful else MAX_IN_FLIGHT, size)
    if not flight.landed and flight.idle and not await _has_work(sender):
        sender.replies()  # what went out while nothing else did has had its slots
        return await _rest(flight)
    now, landed = sender.clock(), flight.landed[:]
    ahead = time.monotonic() - now  # as it is now: the clock may be set while we write
    async with _writing(sender, now) as db:
        await outcomes.record_outcomes(sender.health, db, sender.id, landed, now)
        pause = sender.health.pause_left(now)
        is_stopped = pause > 0 or _halt(landed)
        slots = None if is_stopped else await pace_row.take_slots(db, size, sender.per_second, now, LEAD_SECONDS)
        claimed = await _claim(sender, db, size, now) if slots is not None else []
        wait = max(pause, await pace_row.seconds_to_next_slot(db, now)) if slots is None else 0.0
        await _tidy_up(flight, db, landed, claimed, now)
    _forget(flight, landed)
    if halt := _halt(landed):
        raise TelegramRefuses(f"Telegram refuses the bot ({halt.detail}): check OUTREACHBOT_TOKEN with @BotFather")
    if slots is None:
        # A 429, or another sender, has taken the coming slots. Who looks later than that one would never get any.
        await _sleep_until(now + wait - LEAD_SECONDS + ahead)
        return True
    flight.idle = not claimed
    _launch(sender, claimed, slots, ahead)
    if not claimed:
        return await _rest(flight)
    await _sleep_until(slots.first + len(claimed) / slots.per_second - LEAD_SECONDS + ahead)
    return True


@asynccontextmanager
async def _writing(sender: Sender, now: float) -> AsyncIterator[Connection]:
    """A transaction. What the last one claimed, if it was written and we never heard of it, is queued again first."""
    flight = sender.flight
    async with connect.writing(sender.db) as db:
        if flight.unsure:
            await outbox.requeue_unknown(db, sender.id, flight.ours, now)
            flight.lease_until = 0.0
        flight.unsure = True
        yield db
    flight.unsure = False


def _forget(flight: SenderState, landed: Sequence[tuple[Claimed, Outcome]]) -> None:
    """These are written down."""
    del flight.landed[: len(landed)]
    flight.ours.difference_update((one.outbox_id, one.chat_id) for one, _ in landed)


async def _sleep_until(moment: float) -> None:
    """Until this moment of the monotonic clock. Never for long: the clock of the slots may have been set meanwhile."""
    await asyncio.sleep(max(0.0, min(moment - time.monotonic(), LONGEST_SLEEP)))


async def _has_room(flight: SenderState, room: int, size: int) -> None:
    flight.room = room - size
    while len(flight.air) > flight.room:
        flight.landing.clear()
        await flight.landing.wait()


async def _has_work(sender: Sender) -> bool:
    """A look that writes nothing, for the long times in which there is nothing to send."""
    async with connect.reading(sender.db) as db:
        return await outbox.has_work(db, sender.clock())


async def _rest(flight: SenderState) -> bool:
    """Nothing to claim: wait for what is in the air, to write it down."""
    if not flight.air and not flight.landed:
        return False
    if not flight.landed:
        await asyncio.wait(flight.air, timeout=LONGEST_SLEEP, return_when=asyncio.FIRST_COMPLETED)
    return True


async def _claim(sender: Sender, db: Connection, size: int, now: float) -> list[Claimed]:
    flight = sender.flight
    if flight.lease_until < now + leases.SECONDS / 2 or flight.lease_until > now + leases.SECONDS:
        await leases.renew(db, sender.id, now)
        flight.lease_until = now + leases.SECONDS
    claimed = await outbox.claim(db, sender.id, size, now)
    if more := sender.replies() + flight.late:  # those went out without a slot, or without the one they had
        flight.late = 0
        await pace_row.take_slots(db, more, sender.per_second, now)
    for outbox_id, revision in {(one.outbox_id, one.revision) for one in claimed} - flight.bodies.keys():
        flight.bodies[outbox_id, revision] = await messages.load_bodies(db, outbox_id)
    return claimed


async def _tidy_up(
    flight: SenderState,
    db: Connection,
    landed: Sequence[tuple[Claimed, Outcome]],
    claimed: Sequence[Claimed],
    now: float,
) -> None:
    """Finish what is over: where nothing more was claimed of a message whose last deliveries may have landed."""
    if claimed and not {one.outbox_id for one, _ in landed} - {one.outbox_id for one in claimed}:
        return
    for outbox_id in await messages.finish_completed(db, now):
        log.info("message %d is finished: %s", outbox_id, await ledger.count_states(db, outbox_id))
    if not flight.air:
        needed = {(one.outbox_id, one.revision) for one in claimed}
        flight.bodies = {one: body for one, body in flight.bodies.items() if one in needed}


def _halt(landed: Sequence[tuple[Claimed, Outcome]]) -> Halt | None:
    return next((outcome for _, outcome in landed if isinstance(outcome, Halt)), None)


def _launch(sender: Sender, claimed: Sequence[Claimed], slots: pace_row.Slots, ahead: float) -> None:
    """Each at its slot, or later where its chat was written to just now. Our clock is `ahead` of that of the slots."""
    now, grace = time.monotonic(), max(LATE_SECONDS, 1 / slots.per_second)
    for one, slot in zip(claimed, pace.slot_times(slots.first + ahead, len(claimed), slots.per_second), strict=True):
        at = sender.spacing.next_moment(one.chat_id, max(now, slot))  # a slot may have passed meanwhile
        task = asyncio.create_task(_fly(sender, one, at, slot + grace))
        sender.flight.air.add(task)
        sender.flight.ours.add((one.outbox_id, one.chat_id))
        task.add_done_callback(partial(_left_the_air, sender.flight))


def _left_the_air(flight: SenderState, task: asyncio.Task[None]) -> None:
    flight.air.discard(task)
    if len(flight.air) <= flight.room:  # to wake it for each that lands would cost as much as the claim
        flight.landing.set()  # not in `_fly`: who waits for room would still count it, and nobody would wake them again


async def _fly(sender: Sender, claimed: Claimed, at: float, slot_ends: float) -> None:
    """Send one message at its moment (monotonic). However it ends, what became of it lands in the list.

    What was held up does not make up for its slot, which is over: together the late ones would break the limit.
    """
    flight = sender.flight
    outcome: Outcome = outcomes.STOPPED
    try:
        if (early := at - time.monotonic()) > 0:
            await asyncio.sleep(early)
        flight.late += time.monotonic() > slot_ends
        outcome = Uncertain(Reason.STOPPED)
        message = bodies.select_language(flight.bodies[claimed.outbox_id, claimed.revision], claimed.language)
        outcome = await sender.send(claimed, message)
    finally:
        flight.landed.append((claimed, outcome))


async def close_sender(sender: Sender, seconds: float) -> None:
    """Let what is in the air land, for so long at most; what does not is uncertain. Write it all down."""
    flight = sender.flight
    if flight.air:
        await asyncio.wait(flight.air, timeout=seconds)
    late = list(flight.air)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    async with _writing(sender, sender.clock()) as db:
        await outcomes.record_outcomes(sender.health, db, sender.id, flight.landed, sender.clock())
        await messages.finish_completed(db, sender.clock())
        await leases.end(db, sender.id, sender.clock())
    flight.landed.clear()
