"""The messages in the outbox: their content, and the changes of their state that are allowed."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, func, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.broadcasts import timing as timings
from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.broadcasts.timing import LocalHour, Timing
from outreachbot.domain.delivery import audience as audiences
from outreachbot.domain.delivery.audience import Audience
from outreachbot.domain.delivery.states import ACTIVE, DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.ids import OutboxId
from outreachbot.store.conditions import is_queued, is_sending, is_uncertain
from outreachbot.store.database.insert import insert
from outreachbot.store.delivery import bodies
from outreachbot.store.delivery.bodies import Bodies
from outreachbot.store.delivery.queueing import START
from outreachbot.store.tables import chats, deliveries, messages

UNCONFIRMED = (MessageState.DRAFT,)
WAITING = (MessageState.DRAFT, MessageState.SCHEDULED, MessageState.MISSED)
CONFIRMED = (MessageState.SCHEDULED, MessageState.MISSED, *ACTIVE)
_of_message = deliveries.c.message_id == messages.c.id


async def create(
    db: AsyncConnection,
    kind: MessageKind,
    content: Bodies,
    now: float,
    *,
    key: str | None = None,
    expires_at: float | None = None,
    audience: Audience | None = None,
    of_id: OutboxId | None = None,
) -> OutboxId | None:
    """Store a message; returns its id, or None if the key exists.

    Reminders and alerts run at once, all others are drafts.
    """
    is_running = kind in {MessageKind.REMINDER, MessageKind.ALERT}
    statement = insert(db, messages).values(
        kind=kind,
        key=key,
        of_id=of_id,
        state=MessageState.RUNNING if is_running else MessageState.DRAFT,
        body=bodies.dump(content),
        created_at=now,
        started_at=now if is_running else None,
        expires_at=expires_at,
        audience=audiences.dump(audience or BroadcastAudience()),
        queued_to=START if is_running else None,
    )
    statement = statement.on_conflict_do_nothing(index_elements=[messages.c.key])
    outbox_id: OutboxId | None = (await db.execute(statement.returning(messages.c.id))).scalar_one_or_none()
    return outbox_id


async def load_bodies(db: AsyncConnection, outbox_id: OutboxId) -> Bodies:
    return bodies.load((await db.execute(select(messages.c.body).where(messages.c.id == outbox_id))).scalar_one())


async def rewrite(db: AsyncConnection, outbox_id: OutboxId, content: Bodies) -> None:
    """Replace the content of a draft."""
    await _update_draft(db, outbox_id, body=bodies.dump(content))


async def set_audience(db: AsyncConnection, outbox_id: OutboxId, audience: BroadcastAudience) -> None:
    """Change the audience of a draft."""
    await _update_draft(db, outbox_id, audience=audiences.dump(audience))


async def set_timing(db: AsyncConnection, outbox_id: OutboxId, timing: Timing) -> None:
    """Change the time a draft is to be sent."""
    await _update_draft(db, outbox_id, schedule=timings.dump(timing))


async def _update_draft(db: AsyncConnection, outbox_id: OutboxId, **values: object) -> None:
    is_draft = messages.c.state == MessageState.DRAFT
    await db.execute(update(messages).where(messages.c.id == outbox_id, is_draft).values(**values))


async def change_state(
    db: AsyncConnection, outbox_id: OutboxId, to: MessageState, *, only_from: Sequence[MessageState]
) -> bool:
    """Change a message's state if it is in `only_from`: of two people who press at once, only the first succeeds.

    Returns whether the state was changed.
    """
    statement = update(messages).where(messages.c.id == outbox_id, messages.c.state.in_(only_from))
    return (await db.execute(statement.values(state=to, state_reason=None))).rowcount > 0


async def schedule(db: AsyncConnection, outbox_id: OutboxId, starts_at: float) -> bool:
    """Confirm a draft, to start at that moment (seconds since the epoch). False if it is no longer a draft."""
    if not await change_state(db, outbox_id, MessageState.SCHEDULED, only_from=UNCONFIRMED):
        return False
    await db.execute(update(messages).where(messages.c.id == outbox_id).values(starts_at=starts_at))
    return True


async def start(
    db: AsyncConnection, outbox_id: OutboxId, now: float, *, only_from: Sequence[MessageState] = WAITING
) -> bool:
    """Start a message; its audience is then queued piece by piece. False if its state was not one of `only_from`.

    If it was missed, only what is overdue is sent at once: later waves of a local hour keep their time.
    """
    if not await change_state(db, outbox_id, MessageState.RUNNING, only_from=only_from):
        return False
    values: dict[str, object] = {"started_at": now, "queued_to": START}
    await db.execute(update(messages).where(messages.c.id == outbox_id).values(**values))
    await _apply_correction(db, outbox_id)
    return True


async def _apply_correction(db: AsyncConnection, outbox_id: OutboxId) -> None:
    """When a correction starts, also correct the broadcast itself, for chats that have yet to receive it."""
    job = (await db.execute(select(messages.c.kind, messages.c.of_id).where(messages.c.id == outbox_id))).one()
    if job.kind == MessageKind.CORRECTION:
        await replace_bodies(db, job.of_id, await load_bodies(db, outbox_id))


async def replace_bodies(db: AsyncConnection, outbox_id: OutboxId, content: Bodies) -> None:
    """Replace the content of a broadcast that was started."""
    values = {"body": bodies.dump(content), "revision": messages.c.revision + 1}
    await db.execute(update(messages).where(messages.c.id == outbox_id).values(**values))


async def list_due(db: AsyncConnection, now: float) -> list[tuple[OutboxId, float]]:
    """The scheduled messages that are due, each with the moment it was due (seconds since the epoch)."""
    is_due = (messages.c.state == MessageState.SCHEDULED) & (messages.c.starts_at <= now)
    return [(row.id, row.starts_at) for row in await db.execute(select(messages).where(is_due).order_by(messages.c.id))]


async def list_missed_waves(db: AsyncConnection, since: float, until: float) -> list[OutboxId]:
    """The running messages with a wave that was due between these moments, while the program was down."""
    was_due = exists().where(_of_message, is_queued, deliveries.c.not_before.between(since, until))
    query = select(messages.c.id, messages.c.schedule).where(messages.c.state == MessageState.RUNNING, was_due)
    rows = (await db.execute(query)).all()
    return [row.id for row in rows if isinstance(timings.load(row.schedule), LocalHour)]


async def pause(db: AsyncConnection, outbox_id: OutboxId, reason: str) -> bool:
    """Pause a running message until a person resumes it. False if it was not running."""
    is_running = messages.c.state == MessageState.RUNNING
    statement = update(messages).where(messages.c.id == outbox_id, is_running)
    return (await db.execute(statement.values(state=MessageState.PAUSED, state_reason=reason))).rowcount > 0


async def stop(
    db: AsyncConnection, outbox_id: OutboxId, now: float, *, only_from: Sequence[MessageState] = CONFIRMED
) -> bool:
    """Cancel a message; requests already sent are still settled. False if it had ended already."""
    if not await change_state(db, outbox_id, MessageState.CANCELLED, only_from=only_from):
        return False
    await db.execute(update(messages).where(messages.c.id == outbox_id).values(finished_at=now))
    await skip_rest(db, outbox_id, Reason.CANCELLED, now)
    return True


async def skip_rest(db: AsyncConnection, outbox_id: OutboxId, reason: Reason, now: float) -> None:
    """Skip all deliveries that are still queued."""
    of_message = deliveries.c.message_id == outbox_id
    values = {"state": DeliveryState.SKIPPED, "reason": reason, "changed_at": now}
    await db.execute(update(deliveries).where(of_message, is_queued).values(**values))


async def finish_completed(db: AsyncConnection, now: float) -> list[OutboxId]:
    """Finish running and paused messages that have nothing left to queue or to send; returns their ids."""
    is_empty = not_(exists().where(_of_message, is_queued)) & not_(exists().where(_of_message, is_sending))
    is_complete = and_(messages.c.state.in_(ACTIVE), messages.c.queued_to.is_(None), is_empty)
    query = select(messages.c.id).where(is_complete).order_by(messages.c.id).with_for_update(key_share=True)
    ids = list((await db.execute(query)).scalars())
    if not ids:
        return []
    # Checked again: whoever held the lock may have queued more, which only a new statement sees.
    statement = update(messages).where(messages.c.id.in_(ids), is_complete).returning(messages.c.id)
    values = {"state": MessageState.FINISHED, "state_reason": None, "finished_at": now}
    return list((await db.execute(statement.values(**values))).scalars())


async def queue_again(db: AsyncConnection, outbox_id: OutboxId, state: DeliveryState, now: float) -> int:
    """Queue the uncertain deliveries again, or the failed ones that may succeed now; returns how many.

    A failed delivery may succeed if the chat is reachable: it came back, or the failure was not about the chat. Nothing
    is queued if the message is stopped, paused or expired.
    """
    can_go_on = messages.c.state.in_([MessageState.RUNNING, MessageState.FINISHED])
    in_time = messages.c.expires_at.is_(None) | (messages.c.expires_at > now)
    query = select(messages.c.id).where(messages.c.id == outbox_id, can_go_on, in_time).with_for_update(key_share=True)
    if (await db.execute(query)).first() is None:
        return 0
    is_recoverable = _is_recoverable(outbox_id, state)
    values = {"state": DeliveryState.QUEUED, "reason": None, "detail": None, "not_before": 0.0, "sender_id": None}
    number = (await db.execute(update(deliveries).where(is_recoverable).values(**values, changed_at=now))).rowcount
    if number:
        running = {"state": MessageState.RUNNING, "finished_at": None}
        await db.execute(update(messages).where(messages.c.id == outbox_id).values(**running))
    return number


async def count_recoverable(db: AsyncConnection, outbox_id: OutboxId, state: DeliveryState) -> int:
    """The number of deliveries that `queue_again` would queue."""
    query = select(func.count()).select_from(deliveries).where(_is_recoverable(outbox_id, state))
    return int((await db.execute(query)).scalar_one())


def _is_recoverable(outbox_id: OutboxId, state: DeliveryState) -> ColumnElement[bool]:
    of_message = deliveries.c.message_id == outbox_id
    if state is DeliveryState.UNCERTAIN:
        return and_(of_message, is_uncertain)
    is_reachable = exists().where(chats.c.id == deliveries.c.chat_id, chats.c.gone_at.is_(None))
    return and_(of_message, deliveries.c.state == DeliveryState.FAILED, is_reachable)
