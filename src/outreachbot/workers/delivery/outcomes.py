"""Records how deliveries ended, and reacts to outages, rate limits, wrong messages and chats that are gone."""

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
from outreachbot.workers.loop import LONGEST_PAUSE, backoff

log = logging.getLogger(__name__)

OUTAGE_THRESHOLD = 3  # consecutive unanswered requests are an outage: from then on one at a time, with pauses
NOT_STARTED = NotSent("stopped before it was sent")
ENDED_BY_US = (NOT_STARTED, Uncertain(Reason.STOPPED))  # the sender ended these requests: no sign of an outage
ERROR_LIMIT = 5  # chats with the same template error: then the message itself is wrong and pauses
REFUSAL_LIMIT = 20  # chats refused with the same unknown description, none sent in between: the message pauses
MAX_JOB_TRIES = 10  # of one correction or deletion that gets no answer while other requests do


@dataclass(slots=True)
class FailureTracker:
    """A sender's current failures: an outage, rate limits, errors that several chats share, retries."""

    unanswered: int = 0  # consecutive requests without an answer
    first_unanswered: float = 0.0  # when the first of them ended, seconds since the epoch
    backoffs: int = 0  # pauses made in this outage so far
    backoff_until: float = 0.0  # seconds since the epoch; only for this sender: others may reach Telegram
    rate_limited: int = 0  # consecutive 429s
    slowed_at: float = 0.0  # when a 429 last lowered the pace: those of requests sent before then do not lower it again
    template_errors: Counter[tuple[OutboxId, str]] = field(default_factory=Counter)  # (message, description) -> chats
    refusals: Counter[tuple[OutboxId, str]] = field(default_factory=Counter)  # the same for unknown descriptions
    tripped: set[OutboxId] = field(default_factory=set)  # messages that the circuit breaker has paused
    job_tries: Counter[tuple[OutboxId, int]] = field(default_factory=Counter)  # (message, chat) -> tries unanswered

    @property
    def is_outage(self) -> bool:
        return self.backoffs > 0

    @property
    def silent_since(self) -> float | None:
        """Since when Telegram has not answered (seconds since the epoch); None if it does."""
        return self.first_unanswered if self.is_outage else None

    def backoff_left(self, now: float) -> float:
        """Seconds until the next try; 0.0 if the clock was set back meanwhile."""
        left = self.backoff_until - now
        return left if 0 < left <= LONGEST_PAUSE else 0.0


async def record_outcomes(
    failures: FailureTracker,
    db: Connection,
    sender_id: int,
    completed: Sequence[tuple[Claimed, Outcome]],
    now: float,
) -> None:
    """Settle completed requests and act on them: mark chats as gone, back off, hold the pace, pause a message."""
    for _, outcome in completed:
        _track_outage(failures, outcome, now)
    pause, hold = _start_backoff(failures, completed, now), 0.0
    completed = [(claimed, _limit_tries(failures, claimed, outcome)) for claimed, outcome in completed]
    await outbox.settle(
        db, sender_id, [_build_settled(claimed, outcome, now, pause) for claimed, outcome in completed], now
    )
    for claimed, outcome in completed:
        await _apply(failures, db, claimed, outcome, now)
        hold = max(hold, await _apply_rate_limit(failures, db, claimed, outcome, now))
    if hold:
        await pace_row.hold_sending(db, hold, now)


def _limit_tries(failures: FailureTracker, claimed: Claimed, outcome: Outcome) -> Outcome:
    """Fail a correction or deletion after MAX_JOB_TRIES unanswered tries; those during an outage do not count."""
    if claimed.kind not in JOBS or not isinstance(outcome, Uncertain):
        return outcome
    if failures.is_outage and outcome.reason is not Reason.SERVER_ERROR:
        return outcome
    key = claimed.outbox_id, claimed.chat_id
    failures.job_tries[key] += 1
    if failures.job_tries[key] < MAX_JOB_TRIES:
        return outcome
    del failures.job_tries[key]
    return Failed(outcome.reason, f"no answer to {MAX_JOB_TRIES} tries")


def _build_settled(claimed: Claimed, outcome: Outcome, now: float, pause: float) -> Settled:
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
        not_before=_compute_not_before(outcome, now, pause),
    )


def _compute_not_before(outcome: Outcome, now: float, pause: float) -> float:
    """When a delivery that is queued again may be claimed (seconds since the epoch).

    An unanswered job waits longer than the pause for everything else: a chat that never answers would otherwise stay
    at the head of the queue.
    """
    match outcome:
        case Wait(seconds):
            return now + seconds
        case Uncertain() if pause:
            return now + 2 * pause
    return 0.0


async def _apply(failures: FailureTracker, db: Connection, claimed: Claimed, outcome: Outcome, now: float) -> None:
    """Act on what the outcome says about the message or the chat."""
    match outcome:
        case Failed(Reason.TEMPLATE, detail):
            failures.template_errors[claimed.outbox_id, detail] += 1
            count = failures.template_errors[claimed.outbox_id, detail]
            if count >= ERROR_LIMIT or await _has_failed_for_all(db, claimed.outbox_id):
                await _trip_breaker(failures, db, claimed.outbox_id, detail)
        case Failed(Reason.REFUSED, detail) if claimed.kind not in JOBS:
            failures.refusals[claimed.outbox_id, detail] += 1
            if failures.refusals[claimed.outbox_id, detail] % REFUSAL_LIMIT == 0:
                await _pause(db, claimed.outbox_id, detail)
        case Sent():
            _reset_breaker(failures, claimed.outbox_id)
        case Failed(Reason.TOPIC_GONE, _) if claimed.topic_id is not None:
            await chats.forget_topic(db, claimed.chat_id, claimed.topic_id)
        case Failed(reason, _) if reason in GONE:
            await chats.mark_gone(db, claimed.chat_id, reason, now)
        case Migrated(new_chat_id):
            await chats.migrate(db, claimed.chat_id, new_chat_id)


async def _has_failed_for_all(db: Connection, outbox_id: OutboxId) -> bool:
    """Whether its whole audience has been tried and no chat got it, however few chats there are."""
    tally = await ledger.count_states(db, outbox_id)
    return tally.finished and not tally.sent


async def _trip_breaker(failures: FailureTracker, db: Connection, outbox_id: OutboxId, detail: str) -> None:
    """The circuit breaker: pause the message, and queue the chats it failed for again, behind the others.

    If an admin has resumed it since and only those chats are left, they have failed for good.
    """
    if outbox_id in failures.tripped and await outbox.has_only_rejected(db, outbox_id):
        return
    await _pause(db, outbox_id, detail)
    await outbox.requeue_rejected(db, outbox_id)
    failures.tripped.add(outbox_id)


async def _pause(db: Connection, outbox_id: OutboxId, detail: str) -> None:
    if await messages.pause(db, outbox_id, detail):
        log.error("message %d is paused: Telegram says %s", outbox_id, detail)


def _reset_breaker(failures: FailureTracker, outbox_id: OutboxId) -> None:
    """A chat got the message: count its refusals anew, and after an admin has resumed it its template errors too."""
    for counter in (failures.refusals, *([failures.template_errors] if outbox_id in failures.tripped else [])):
        for key in [key for key in counter if key[0] == outbox_id]:
            del counter[key]


async def _apply_rate_limit(
    failures: FailureTracker, db: Connection, claimed: Claimed, outcome: Outcome, now: float
) -> float:
    """Seconds for which a 429 holds all sending. It also lowers the pace, once for each burst of 429s."""
    if not isinstance(outcome, Wait):
        failures.rate_limited = 0
        return 0.0
    failures.rate_limited += 1
    # A group has its own limit of 20 messages a minute (Bot API FAQ): a single 429 from one says nothing about others.
    if claimed.chat_id < 0 and failures.rate_limited == 1:
        return 0.0
    log.warning("Telegram asks to wait %.1f s before the next message", outcome.seconds)
    if abs(now - failures.slowed_at) > outcome.seconds:
        await pace_row.slow_down(db, now)
        failures.slowed_at = now
    return outcome.seconds


def _track_outage(failures: FailureTracker, outcome: Outcome, now: float) -> None:
    """Count consecutive requests without an answer; the first answer ends the outage."""
    if outcome in ENDED_BY_US:
        return
    if _find_cause(outcome):
        failures.first_unanswered = failures.first_unanswered if failures.unanswered else now
        failures.unanswered += 1
        return
    if failures.backoffs:
        log.warning("Telegram answers again, the outbox goes on")
    failures.unanswered = failures.backoffs = 0


def _find_cause(outcome: Outcome) -> str:
    """Why a request got no answer; empty if it got one, or if the sender ended it."""
    match outcome:
        case NotSent(why) | Uncertain(why) if outcome not in ENDED_BY_US:
            return why
    return ""


def _start_backoff(failures: FailureTracker, completed: Sequence[tuple[Claimed, Outcome]], now: float) -> float:
    """Seconds to pause, doubled from try to try during an outage; 0.0 if there is none.

    A single refused connection is an outage.
    """
    causes = {type(outcome): why for _, outcome in completed if (why := _find_cause(outcome))}
    if not failures.unanswered or not causes:
        return 0.0
    if failures.unanswered < OUTAGE_THRESHOLD and not failures.backoffs and NotSent not in causes:
        return 0.0
    if not failures.backoffs:
        since = dt.datetime.fromtimestamp(failures.first_unanswered, dt.UTC)
        cause = next(iter(causes.values()))
        log.warning("Telegram does not answer since %s UTC, the outbox waits: %s", f"{since:%H:%M:%S}", cause)
    failures.backoffs += 1
    pause = backoff(failures.backoffs - 1)
    failures.backoff_until = now + pause
    return pause
