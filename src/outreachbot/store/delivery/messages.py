"""Messages: what is said to many, and how its state changes. A state changes only from the states named here."""

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
    """Write it down: reminders and alarms run at once, the others are drafts. None when the key is there already."""
    runs = kind in {MessageKind.REMINDER, MessageKind.ALERT}
    statement = insert(db, messages).values(
        kind=kind,
        key=key,
        of_id=of_id,
        state=MessageState.RUNNING if runs else MessageState.DRAFT,
        body=bodies.dump(content),
        created_at=now,
        started_at=now if runs else None,
        expires_at=expires_at,
        audience=audiences.dump(audience or BroadcastAudience()),
        queued_to=START if runs else None,
    )
    statement = statement.on_conflict_do_nothing(index_elements=[messages.c.key])
    outbox_id: OutboxId | None = (await db.execute(statement.returning(messages.c.id))).scalar_one_or_none()
    return outbox_id


async def load_bodies(db: AsyncConnection, outbox_id: OutboxId) -> Bodies:
    return bodies.load((await db.execute(select(messages.c.body).where(messages.c.id == outbox_id))).scalar_one())


async def rewrite(db: AsyncConnection, outbox_id: OutboxId, content: Bodies) -> None:
    """Change what a draft says."""
    await _draft(db, outbox_id, body=bodies.dump(content))


async def set_audience(db: AsyncConnection, outbox_id: OutboxId, audience: BroadcastAudience) -> None:
    """Change whom a draft goes to."""
    await _draft(db, outbox_id, audience=audiences.dump(audience))


async def set_timing(db: AsyncConnection, outbox_id: OutboxId, timing: Timing) -> None:
    """Change when a draft goes out."""
    await _draft(db, outbox_id, schedule=timings.dump(timing))


async def _draft(db: AsyncConnection, outbox_id: OutboxId, **values: object) -> None:
    is_draft = messages.c.state == MessageState.DRAFT
    await db.execute(update(messages).where(messages.c.id == outbox_id, is_draft).values(**values))


async def change_state(
    db: AsyncConnection, outbox_id: OutboxId, to: MessageState, *, only_from: Sequence[MessageState]
) -> bool:
    """Change a message's state if it is one of `only_from`: of two people who press at once, one moves it."""
    statement = update(messages).where(messages.c.id == outbox_id, messages.c.state.in_(only_from))
    return (await db.execute(statement.values(state=to, state_reason=None))).rowcount > 0


async def schedule(db: AsyncConnection, outbox_id: OutboxId, starts_at: float) -> bool:
    """A draft is confirmed and starts at that moment (seconds since the epoch). False when it is no draft any more."""
    if not await change_state(db, outbox_id, MessageState.SCHEDULED, only_from=UNCONFIRMED):
        return False
    await db.execute(update(messages).where(messages.c.id == outbox_id).values(starts_at=starts_at))
    return True


async def start(
    db: AsyncConnection, outbox_id: OutboxId, now: float, *, only_from: Sequence[MessageState] = WAITING
) -> bool:
    """It runs from now on, and its audience is queued piece by piece. False when it did not wait any more.

    Of what was missed goes out at once what should have by now; the later waves of a local hour keep theirs.
    """
    if not await change_state(db, outbox_id, MessageState.RUNNING, only_from=only_from):
        return False
    values: dict[str, object] = {"started_at": now, "queued_to": START}
    await db.execute(update(messages).where(messages.c.id == outbox_id).values(**values))
    await _correct(db, outbox_id)
    return True


async def _correct(db: AsyncConnection, outbox_id: OutboxId) -> None:
    """A correction that starts is what the broadcast itself says from now on, to whomever gets it later."""
    job = (await db.execute(select(messages.c.kind, messages.c.of_id).where(messages.c.id == outbox_id))).one()
    if job.kind == MessageKind.CORRECTION:
        await replace_bodies(db, job.of_id, await load_bodies(db, outbox_id))


async def replace_bodies(db: AsyncConnection, outbox_id: OutboxId, content: Bodies) -> None:
    """Change what a broadcast says that is out already."""
    values = {"body": bodies.dump(content), "revision": messages.c.revision + 1}
    await db.execute(update(messages).where(messages.c.id == outbox_id).values(**values))


async def list_due(db: AsyncConnection, now: float) -> list[tuple[OutboxId, float]]:
    """The scheduled messages whose moment has come, and that moment."""
    is_due = (messages.c.state == MessageState.SCHEDULED) & (messages.c.starts_at <= now)
    return [(row.id, row.starts_at) for row in await db.execute(select(messages).where(is_due).order_by(messages.c.id))]


async def list_missed_waves(db: AsyncConnection, since: float, until: float) -> list[OutboxId]:
    """The running messages of which a wave was due between these moments, while the program was down."""
    was_due = exists().where(_of_message, is_queued, deliveries.c.not_before.between(since, until))
    query = select(messages.c.id, messages.c.schedule).where(messages.c.state == MessageState.RUNNING, was_due)
    rows = (await db.execute(query)).all()
    return [row.id for row in rows if isinstance(timings.load(row.schedule), LocalHour)]


async def pause(db: AsyncConnection, outbox_id: OutboxId, why: str) -> bool:
    """The program pauses a running message; a person has to look. False when it does not run."""
    is_running = messages.c.state == MessageState.RUNNING
    statement = update(messages).where(messages.c.id == outbox_id, is_running)
    return (await db.execute(statement.values(state=MessageState.PAUSED, state_reason=why))).rowcount > 0


async def stop(
    db: AsyncConnection, outbox_id: OutboxId, now: float, *, only_from: Sequence[MessageState] = CONFIRMED
) -> bool:
    """Nothing more of it is sent; what is in the air still lands. False when it was over already."""
    if not await change_state(db, outbox_id, MessageState.CANCELLED, only_from=only_from):
        return False
    await db.execute(update(messages).where(messages.c.id == outbox_id).values(finished_at=now))
    await skip_rest(db, outbox_id, Reason.CANCELLED, now)
    return True


async def skip_rest(db: AsyncConnection, outbox_id: OutboxId, why: Reason, now: float) -> None:
    """What of it is still queued is not sent."""
    of_message = deliveries.c.message_id == outbox_id
    values = {"state": DeliveryState.SKIPPED, "reason": why, "changed_at": now}
    await db.execute(update(deliveries).where(of_message, is_queued).values(**values))


async def finish_completed(db: AsyncConnection, now: float) -> list[OutboxId]:
    """Messages with nothing to queue, queued or sending are finished, paused ones too; which ones."""
    is_empty = not_(exists().where(_of_message, is_queued)) & not_(exists().where(_of_message, is_sending))
    is_over = and_(messages.c.state.in_(ACTIVE), messages.c.queued_to.is_(None), is_empty)
    query = select(messages.c.id).where(is_over).order_by(messages.c.id).with_for_update(key_share=True)
    ids = list((await db.execute(query)).scalars())
    if not ids:
        return []
    # Asked anew: who had them locked may have queued some again, which only a statement that begins now sees.
    statement = update(messages).where(messages.c.id.in_(ids), is_over).returning(messages.c.id)
    values = {"state": MessageState.FINISHED, "state_reason": None, "finished_at": now}
    return list((await db.execute(statement.values(**values))).scalars())


async def queue_again(db: AsyncConnection, outbox_id: OutboxId, which: DeliveryState, now: float) -> int:
    """Queue its uncertain deliveries again, or its failed ones that may recover; how many.

    A failure may recover where the chat can be written to now: it came back, or the refusal was not about the chat.
    Nothing is queued again of what was stopped or paused, or is too late by now.
    """
    can_go_on = messages.c.state.in_([MessageState.RUNNING, MessageState.FINISHED])
    in_time = messages.c.expires_at.is_(None) | (messages.c.expires_at > now)
    query = select(messages.c.id).where(messages.c.id == outbox_id, can_go_on, in_time).with_for_update(key_share=True)
    if (await db.execute(query)).first() is None:
        return 0
    found = _again(outbox_id, which)
    values = {"state": DeliveryState.QUEUED, "reason": None, "detail": None, "not_before": 0.0, "sender_id": None}
    number = (await db.execute(update(deliveries).where(*found).values(**values, changed_at=now))).rowcount
    if number:
        running = {"state": MessageState.RUNNING, "finished_at": None}
        await db.execute(update(messages).where(messages.c.id == outbox_id).values(**running))
    return number


async def count_recoverable(db: AsyncConnection, outbox_id: OutboxId, which: DeliveryState) -> int:
    """How many `again` would queue."""
    query = select(func.count()).select_from(deliveries).where(*_again(outbox_id, which))
    return int((await db.execute(query)).scalar_one())


def _again(outbox_id: OutboxId, which: DeliveryState) -> list[ColumnElement[bool]]:
    reachable = exists().where(chats.c.id == deliveries.c.chat_id, chats.c.gone_at.is_(None))
    state = (
        is_uncertain
        if which is DeliveryState.UNCERTAIN
        else and_(deliveries.c.state == DeliveryState.FAILED, reachable)
    )
    return [deliveries.c.message_id == outbox_id, state]
