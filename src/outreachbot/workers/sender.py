"""Sends what is in the outbox: claims a little, sends it at the pace, writes down what became of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from outreachbot.domain import delivery, pace
from outreachbot.domain.delivery import GONE, Failed, Halt, Migrated, NotSent, Outcome, Reason, Sent, Uncertain, Wait
from outreachbot.domain.message import Message
from outreachbot.errors import TelegramRefuses
from outreachbot.store import bodies, chats, connect, ledger, outbox
from outreachbot.store import pace as pace_row
from outreachbot.store.bodies import Bodies
from outreachbot.store.connect import Connection, Database
from outreachbot.store.outbox import Claimed, Settled

log = logging.getLogger(__name__)

Send = Callable[[Message, int, int | None], Awaitable[Outcome]]
"""Says a message to a chat (id, topic), once."""

IN_AIR = 150  # requests under way at once; at no limit that keeps at least 100 going while the next are claimed
LEAD_SECONDS = 0.05  # the next claim is made this long before its first slot, so that no slot passes unused
LONGEST_BACKOFF = 30.0  # seconds between tries while Telegram can't be reached
LONGEST_SLEEP = 1.0
TROUBLE = 3  # so many requests without an answer are no accident: from then on one at a time, with pauses


@dataclass(slots=True)
class Flight:
    """What is under way: requests in the air, and those that landed and are not yet written down."""

    air: set[asyncio.Task[None]] = field(default_factory=set)
    landed: list[tuple[Claimed, Outcome]] = field(default_factory=list)
    change: asyncio.Event = field(default_factory=asyncio.Event)
    bodies: dict[int, Bodies] = field(default_factory=dict)  # of the messages being sent
    trouble: int = 0  # requests in a row that Telegram did not answer
    floods: int = 0  # requests in a row that it answered with 429
    idle: bool = False  # the last look found nothing due


@dataclass(frozen=True, slots=True)
class Sender:
    """What a sender works with. `replies` says how many replies went out since it was last asked."""

    db: Database
    send: Send
    replies: Callable[[], int]
    clock: Callable[[], float]  # seconds since the epoch
    per_second: float
    flight: Flight = field(default_factory=Flight)


async def step(sender: Sender) -> bool:
    """Write down what landed and claim the next, in one transaction; launch it. False when nothing is due.

    Raises TelegramRefuses when nothing can be sent at all.
    """
    flight = sender.flight
    size = 1 if flight.trouble >= TROUBLE else pace.claim_size(sender.per_second)
    await _has_room(flight, size)
    if not flight.landed and flight.idle and not await _is_running_any(sender):
        return await _rest(flight)
    now, landed = sender.clock(), flight.landed[:]
    async with connect.writing(sender.db) as db:
        await _write_down(flight, db, landed, now)
        first = None if _halt(landed) else await pace_row.take(db, size, sender.per_second, now, LEAD_SECONDS)
        claimed = await _claim(sender, db, size, now) if first is not None else []
        wait = await pace_row.wait(db, now) if first is None else 0.0
    del flight.landed[: len(landed)]
    if halt := _halt(landed):
        raise TelegramRefuses(f"Telegram refuses the bot ({halt.detail}): check OUTREACHBOT_TOKEN with @BotFather")
    if first is None:
        # A 429, or another sender, has taken the coming slots.
        await _sleep(wait - LEAD_SECONDS / 2)
        return True
    flight.idle = not claimed
    _launch(sender, claimed, first)
    if not claimed:
        return await _rest(flight)
    await _sleep(first + len(claimed) / sender.per_second - LEAD_SECONDS - sender.clock())
    return True


async def _sleep(seconds: float) -> None:
    """Never for long, whatever a clock that jumps makes of the difference."""
    await asyncio.sleep(max(0.0, min(seconds, LONGEST_SLEEP)))


async def _has_room(flight: Flight, size: int) -> None:
    while len(flight.air) + size > IN_AIR:
        flight.change.clear()
        await flight.change.wait()


async def _is_running_any(sender: Sender) -> bool:
    """A look that writes nothing, for the long times in which there is nothing to send."""
    async with connect.reading(sender.db) as db:
        return await outbox.is_running_any(db)


async def _rest(flight: Flight) -> bool:
    """Nothing to claim: wait for what is in the air, to write it down."""
    if not flight.air and not flight.landed:
        return False
    if not flight.landed:
        flight.change.clear()
        await asyncio.wait(flight.air, timeout=LONGEST_SLEEP, return_when=asyncio.FIRST_COMPLETED)
    return True


async def _claim(sender: Sender, db: Connection, size: int, now: float) -> list[Claimed]:
    claimed = await outbox.claim(db, size, now)
    if replies := sender.replies():
        await pace_row.take(db, replies, sender.per_second, now)
    known = sender.flight.bodies
    wanted = {one.message_id for one in claimed}
    for message_id in wanted - known.keys():
        known[message_id] = await outbox.body(db, message_id)
    if len(claimed) < size:
        for message_id in await outbox.finish(db, now):
            known.pop(message_id, None)
            log.info("message %d is finished: %s", message_id, await ledger.tally(db, message_id))
    return claimed


async def _write_down(flight: Flight, db: Connection, landed: Sequence[tuple[Claimed, Outcome]], now: float) -> None:
    await outbox.settle(db, [_settled(claimed, outcome, now) for claimed, outcome in landed], now)
    for claimed, outcome in landed:
        await _learn(db, claimed, outcome, now)
        if hold := _hold(flight, claimed, outcome):
            await pace_row.hold(db, hold, now)


def _settled(claimed: Claimed, outcome: Outcome, now: float) -> Settled:
    state, reason = delivery.after(outcome)
    return Settled(
        claimed.message_id,
        claimed.chat_id,
        state,
        reason,
        detail=outcome.detail if isinstance(outcome, Failed) else None,
        telegram_id=outcome.message_id if isinstance(outcome, Sent) else None,
        not_before=now + outcome.seconds if isinstance(outcome, Wait) else 0.0,
    )


async def _learn(db: Connection, claimed: Claimed, outcome: Outcome, now: float) -> None:
    """Remember what the outcome says about the message or the chat."""
    match outcome:
        case Failed(Reason.TEMPLATE, detail):
            if await outbox.pause(db, claimed.message_id, detail):
                log.error("message %d is paused: Telegram says %s", claimed.message_id, detail)
        case Failed(Reason.TOPIC_GONE, _):
            await chats.forget_topic(db, claimed.chat_id)
        case Failed(reason, _) if reason in GONE:
            await chats.gone(db, claimed.chat_id, reason, now)
        case Migrated(new_chat_id):
            await chats.migrate(db, claimed.chat_id, new_chat_id)


def _hold(flight: Flight, claimed: Claimed, outcome: Outcome) -> float:
    """How many seconds everything waits after this outcome; 0 for not at all."""
    match outcome:
        case Wait(seconds):
            flight.floods += 1
            # A group has a limit of its own, of 20 messages a minute: its 429 alone is no word about the others.
            if claimed.chat_id < 0 and flight.floods == 1:
                return 0.0
            log.warning("Telegram asks to wait %.1f s before the next message", seconds)
            return seconds
        case NotSent(detail):
            return _backoff(flight, 1, detail)
        case Uncertain(Reason.NO_ANSWER | Reason.SERVER_ERROR as reason):
            return _backoff(flight, TROUBLE, reason)
    flight.trouble = flight.floods = 0
    return 0.0


def _backoff(flight: Flight, tolerated: int, why: str) -> float:
    """A pause that doubles with each further request without an answer, from the `tolerated`-th on."""
    flight.trouble += 1
    if flight.trouble < tolerated:
        return 0.0
    if flight.trouble == tolerated:
        log.warning("Telegram does not answer, the outbox waits: %s", why)
    return min(LONGEST_BACKOFF, 0.5 * 2.0 ** min(flight.trouble - tolerated, 10))


def _halt(landed: Sequence[tuple[Claimed, Outcome]]) -> Halt | None:
    return next((outcome for _, outcome in landed if isinstance(outcome, Halt)), None)


def _launch(sender: Sender, claimed: Sequence[Claimed], first: float) -> None:
    for one, slot in zip(claimed, pace.slots(first, len(claimed), sender.per_second), strict=True):
        task = asyncio.create_task(_fly(sender, one, slot))
        sender.flight.air.add(task)
        task.add_done_callback(partial(_left_the_air, sender.flight))


def _left_the_air(flight: Flight, task: asyncio.Task[None]) -> None:
    flight.air.discard(task)
    flight.change.set()  # not earlier: who waits for room would still count it, and nobody would wake them again


async def _fly(sender: Sender, claimed: Claimed, slot: float) -> None:
    """Send one message at its slot. However it ends, what became of it lands in the list."""
    flight = sender.flight
    outcome: Outcome = NotSent("stopped before it was sent")
    try:
        await _sleep(slot - sender.clock())
        outcome = Uncertain(Reason.STOPPED)
        message = bodies.in_language(flight.bodies[claimed.message_id], claimed.language)
        outcome = await sender.send(message, claimed.chat_id, claimed.topic_id)
    finally:
        flight.landed.append((claimed, outcome))


async def close(sender: Sender, seconds: float) -> None:
    """Let what is in the air land, for so long at most; what does not is uncertain. Write it all down."""
    flight = sender.flight
    if flight.air:
        await asyncio.wait(flight.air, timeout=seconds)
    late = list(flight.air)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    async with connect.writing(sender.db) as db:
        await _write_down(flight, db, flight.landed, sender.clock())
        await outbox.finish(db, sender.clock())
    flight.landed.clear()
