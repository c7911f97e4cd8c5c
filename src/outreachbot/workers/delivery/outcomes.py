"""What the sender learns from how messages ended: about the chat, the message, the pace and the network."""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from outreachbot.domain.delivery.outcomes import Failed, Migrated, NotSent, Outcome, Sent, Uncertain, Wait, next_state
from outreachbot.domain.delivery.states import GONE, JOBS, DeliveryState, Reason
from outreachbot.domain.ids import OutboxId
from outreachbot.store import chats
from outreachbot.store.database.connect import Connection
from outreachbot.store.delivery import ledger, messages, outbox
from outreachbot.store.delivery import pace as pace_row
from outreachbot.store.delivery.outbox import Claimed, Settled

log = logging.getLogger(__name__)

TROUBLE = 3  # so many requests without an answer are no accident: from then on one at a time, with pauses
LONGEST_BACKOFF = 30.0  # seconds between tries while Telegram can't be reached
STOPPED = NotSent("stopped before it was sent")
OURS = (STOPPED, Uncertain(Reason.STOPPED))  # we ended these requests ourselves: they say nothing about the network
SAME_ERROR = 5  # chats that answer a message with the same error: it is the message that is wrong
SAME_REFUSAL = 20  # chats in a row that refuse it with the same words, which we do not know: it is no chat's own fault
TRIES = 10  # of changing one copy, while Telegram answers others


@dataclass(slots=True)
class SendingHealth:
    """What is known now of troubles that last."""

    unanswered: int = 0  # requests in a row that Telegram did not answer
    pauses: int = 0  # made for them so far
    since: float = 0.0  # when they began, seconds since the epoch
    waits_until: float = 0.0  # the end of the last pause, seconds since the epoch: ours alone, others may reach it
    floods: int = 0  # requests in a row that it answered with 429
    slowed_at: float = 0.0  # what was in the air at a 429 can't lower the pace again
    wrong: Counter[tuple[OutboxId, str]] = field(default_factory=Counter)  # (message, Telegram's words) -> chats
    broken: set[OutboxId] = field(default_factory=set)  # messages that were paused for it
    refused: Counter[tuple[OutboxId, str]] = field(default_factory=Counter)  # the same of words that we do not know
    tries: Counter[tuple[OutboxId, int]] = field(
        default_factory=Counter
    )  # (message, chat) of a copy -> without an answer

    @property
    def in_trouble(self) -> bool:
        return self.pauses > 0

    def pause_left(self, now: float) -> float:
        """Seconds; none where the clock was set back meanwhile."""
        left = self.waits_until - now
        return left if 0 < left <= LONGEST_BACKOFF else 0.0


async def record_outcomes(
    health: SendingHealth, db: Connection, sender_id: int, landed: Sequence[tuple[Claimed, Outcome]], now: float
) -> None:
    """Settle what landed, and learn from it: some chats are gone, everything waits for a while, a message pauses."""
    for _, outcome in landed:
        _listen(health, outcome, now)
    pause, hold = _backoff(health, landed, now), 0.0
    landed = [(claimed, _given_up(health, claimed, outcome)) for claimed, outcome in landed]
    await outbox.settle(db, sender_id, [_settled(claimed, outcome, now, pause) for claimed, outcome in landed], now)
    for claimed, outcome in landed:
        await _learn(health, db, claimed, outcome, now)
        hold = max(hold, await _flooded(health, db, claimed, outcome, now))
    if hold:
        await pace_row.hold_sending(db, hold, now)


def _given_up(health: SendingHealth, claimed: Claimed, outcome: Outcome) -> Outcome:
    """A copy that can't be changed fails after so many tries; where Telegram can't be reached, none is counted."""
    if claimed.kind not in JOBS or not isinstance(outcome, Uncertain):
        return outcome
    if health.in_trouble and outcome.reason is not Reason.SERVER_ERROR:
        return outcome
    one = claimed.outbox_id, claimed.chat_id
    health.tries[one] += 1
    if health.tries[one] < TRIES:
        return outcome
    del health.tries[one]
    return Failed(outcome.reason, f"no answer to {TRIES} tries")


def _settled(claimed: Claimed, outcome: Outcome, now: float, pause: float) -> Settled:
    state, reason = next_state(outcome, claimed.kind)
    if reason is Reason.TOPIC_GONE and claimed.topic_id is not None:
        state, reason = DeliveryState.QUEUED, None  # once more, without the topic
    copy_id, more = (claimed.copy_ids[0], claimed.copy_ids[1:]) if claimed.kind in JOBS else (None, ())
    if copy_id is None and isinstance(outcome, Sent):
        copy_id, more = outcome.telegram_message_id, outcome.more
    return Settled(
        claimed.outbox_id,
        claimed.chat_id,
        state,
        reason,
        detail=outcome.detail if isinstance(outcome, Failed) else None,
        telegram_id=copy_id,
        more_ids=more,
        not_before=_not_before(outcome, now, pause),
    )


def _not_before(outcome: Outcome, now: float, pause: float) -> float:
    """When what is queued again may be claimed.

    A change that got no answer waits for longer than everything else does: one chat that never gives one would stand
    at the head of the queue for ever.
    """
    match outcome:
        case Wait(seconds):
            return now + seconds
        case Uncertain() if pause:
            return now + 2 * pause
    return 0.0


async def _learn(health: SendingHealth, db: Connection, claimed: Claimed, outcome: Outcome, now: float) -> None:
    """Remember what the outcome says about the message or the chat."""
    match outcome:
        case Failed(Reason.TEMPLATE, detail):
            health.wrong[claimed.outbox_id, detail] += 1
            if health.wrong[claimed.outbox_id, detail] >= SAME_ERROR or await _nobody_got(db, claimed.outbox_id):
                await _break(health, db, claimed.outbox_id, detail)
        case Failed(Reason.REFUSED, detail) if claimed.kind not in JOBS:
            health.refused[claimed.outbox_id, detail] += 1
            if health.refused[claimed.outbox_id, detail] % SAME_REFUSAL == 0:
                await _pause(db, claimed.outbox_id, detail)
        case Sent():
            _absolve(health, claimed.outbox_id)
        case Failed(Reason.TOPIC_GONE, _) if claimed.topic_id is not None:
            await chats.forget_topic(db, claimed.chat_id, claimed.topic_id)
        case Failed(reason, _) if reason in GONE:
            await chats.mark_gone(db, claimed.chat_id, reason, now)
        case Migrated(new_chat_id):
            await chats.migrate(db, claimed.chat_id, new_chat_id)


async def _nobody_got(db: Connection, outbox_id: OutboxId) -> bool:
    """Whether it failed for all there are, though they may be fewer."""
    tally = await ledger.count_states(db, outbox_id)
    return tally.finished and not tally.sent


async def _break(health: SendingHealth, db: Connection, outbox_id: OutboxId, detail: str) -> None:
    """The circuit breaker: the message pauses, and whom it failed for is queued again, behind the others.

    Where an admin has let it go on and nobody else is left to get it, it is they that it can't be sent to: they failed.
    """
    if outbox_id in health.broken and await outbox.has_only_rejected(db, outbox_id):
        return
    await _pause(db, outbox_id, detail)
    await outbox.requeue_rejected(db, outbox_id)
    health.broken.add(outbox_id)


async def _pause(db: Connection, outbox_id: OutboxId, detail: str) -> None:
    if await messages.pause(db, outbox_id, detail):
        log.error("message %d is paused: Telegram says %s", outbox_id, detail)


def _absolve(health: SendingHealth, outbox_id: OutboxId) -> None:
    """Somebody got it: only as many refusals more in a row pause it, and where an admin let it go on, wrong ones."""
    for counter in (health.refused, *([health.wrong] if outbox_id in health.broken else [])):
        for one in [one for one in counter if one[0] == outbox_id]:
            del counter[one]


async def _flooded(health: SendingHealth, db: Connection, claimed: Claimed, outcome: Outcome, now: float) -> float:
    """How many seconds everything waits because of a 429; the pace itself drops as well, once for each wave of them."""
    if not isinstance(outcome, Wait):
        health.floods = 0
        return 0.0
    health.floods += 1
    # A group has a limit of its own, of 20 messages a minute: its 429 alone is no word about the others.
    if claimed.chat_id < 0 and health.floods == 1:
        return 0.0
    log.warning("Telegram asks to wait %.1f s before the next message", outcome.seconds)
    if abs(now - health.slowed_at) > outcome.seconds:
        await pace_row.slow_down(db, now)
        health.slowed_at = now
    return outcome.seconds


def _listen(health: SendingHealth, outcome: Outcome, now: float) -> None:
    """Count requests without an answer; the first answer ends the trouble."""
    if outcome in OURS:
        return
    if _unanswered(outcome):
        health.since = health.since if health.unanswered else now
        health.unanswered += 1
        return
    if health.pauses:
        log.warning("Telegram answers again, the outbox goes on")
    health.unanswered = health.pauses = 0


def _unanswered(outcome: Outcome) -> str:
    """Why a request got no answer; empty where it got one, and for what we ended ourselves."""
    match outcome:
        case NotSent(why) | Uncertain(why) if outcome not in OURS:
            return why
    return ""


def _backoff(health: SendingHealth, landed: Sequence[tuple[Claimed, Outcome]], now: float) -> float:
    """A pause that doubles from try to try while Telegram does not answer. A refused connection alone is enough."""
    why = {type(outcome): words for _, outcome in landed if (words := _unanswered(outcome))}
    if not health.unanswered or not why:
        return 0.0
    if health.unanswered < TROUBLE and not health.pauses and NotSent not in why:
        return 0.0
    if not health.pauses:
        since = dt.datetime.fromtimestamp(health.since, dt.UTC)
        words = next(iter(why.values()))
        log.warning("Telegram does not answer since %s UTC, the outbox waits: %s", f"{since:%H:%M:%S}", words)
    health.pauses += 1
    pause = min(LONGEST_BACKOFF, 0.5 * 2.0 ** min(health.pauses - 1, 10))
    health.waits_until = now + pause
    return pause


def silent_since(health: SendingHealth) -> float | None:
    """Since when Telegram does not answer (seconds since the epoch); None where it does."""
    return health.since if health.in_trouble else None
