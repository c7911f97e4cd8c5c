"""Which messages admins wrote, who consents to them, and where their progress is shown."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.broadcasts import audience as audiences
from outreachbot.domain.broadcasts import timing as timings
from outreachbot.domain.broadcasts.audience import Audience
from outreachbot.domain.broadcasts.timing import Timing
from outreachbot.domain.delivery.states import ACTIVE, ENDED, MessageKind, MessageState
from outreachbot.store.database.insert import insert
from outreachbot.store.delivery import messages as outgoing
from outreachbot.store.delivery.bodies import Bodies
from outreachbot.store.tables import approvals, broadcasts, messages


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast, or the correction or deletion of one, as its admin sees it."""

    message_id: int
    kind: MessageKind
    of_id: int | None  # the broadcast whose copies it changes
    admin_id: int
    chat_id: int  # where its admin talks with the bot
    progress_id: int | None  # the message there that shows the progress
    state: MessageState
    state_reason: str | None
    audience: Audience
    timing: Timing
    starts_at: float | None
    started_at: float | None
    queueing: bool  # not its whole audience is queued yet


async def create_draft(
    db: AsyncConnection,
    admin_id: int,
    chat_id: int,
    content: Bodies,
    now: float,
    *,
    kind: MessageKind = MessageKind.BROADCAST,
    of_id: int | None = None,
) -> int:
    """Write down what the admin wants to send; its message id. Nothing goes out before it is confirmed."""
    message_id = await outgoing.create(db, kind, content, now, of_id=of_id)
    assert message_id is not None  # it has no key that could be there already
    await db.execute(insert(db, broadcasts).values(message_id=message_id, admin_id=admin_id, chat_id=chat_id))
    return message_id


async def discard_drafts(db: AsyncConnection, admin_id: int, *, confirmed_too: bool = True) -> bool:
    """The admin's drafts can't be sent any more, and what they said is forgotten. False when there was none.

    Without `confirmed_too` those stay which the admin has confirmed and which wait for the consent of others.

    Their rows stay: SQLite would give the id of a deleted one to the next draft, and an old button would send that.
    """
    ours = select(broadcasts.c.message_id).where(broadcasts.c.admin_id == admin_id)
    statement = update(messages).where(messages.c.id.in_(ours), messages.c.state == MessageState.DRAFT)
    if not confirmed_too:
        statement = statement.where(messages.c.id.not_in(select(approvals.c.message_id)))
    return (await db.execute(statement.values(state=MessageState.CANCELLED, body={}))).rowcount > 0


async def lock(db: AsyncConnection, message_id: int) -> None:
    """Until this transaction ends no other decides about this message: two that consent at once are counted as two."""
    await db.execute(select(messages.c.id).where(messages.c.id == message_id).with_for_update())


async def find(db: AsyncConnection, message_id: int) -> Broadcast | None:
    rows = await _select(db, broadcasts.c.message_id == message_id)
    return rows[0] if rows else None


async def list_unreported(db: AsyncConnection) -> list[Broadcast]:
    """Broadcasts that were confirmed and whose final report the admin has not seen."""
    confirmed = messages.c.started_at.is_not(None) | messages.c.starts_at.is_not(None)
    return await _select(db, ~broadcasts.c.reported & confirmed)


async def set_progress_message(db: AsyncConnection, message_id: int, progress_id: int) -> None:
    await db.execute(update(broadcasts).where(broadcasts.c.message_id == message_id).values(progress_id=progress_id))


async def is_progress_message(db: AsyncConnection, message_id: int, in_message: int) -> bool:
    """Whether this is the message that shows the progress, and will follow by itself."""
    ours = (broadcasts.c.message_id == message_id) & (broadcasts.c.progress_id == in_message)
    return (await db.execute(select(broadcasts.c.message_id).where(ours))).first() is not None


async def mark_reported(db: AsyncConnection, message_id: int, *, done: bool = True) -> None:
    """Its final report has been shown, unless it goes on by now; or it is not final any more."""
    of_message = broadcasts.c.message_id == message_id
    ended = select(messages.c.id).where(messages.c.state.in_(ENDED))
    condition = of_message & broadcasts.c.message_id.in_(ended) if done else of_message
    await db.execute(update(broadcasts).where(condition).values(reported=done))


async def add_consent(db: AsyncConnection, message_id: int, admin_id: int) -> int:
    """This admin wants it sent; how many do by now."""
    statement = insert(db, approvals).values(message_id=message_id, admin_id=admin_id).on_conflict_do_nothing()
    await db.execute(statement)
    return await count_consents(db, message_id)


async def count_consents(db: AsyncConnection, message_id: int) -> int:
    return len(await list_consenting(db, message_id))


async def list_consenting(db: AsyncConnection, message_id: int) -> set[int]:
    """The admins who want it sent."""
    query = select(approvals.c.admin_id).where(approvals.c.message_id == message_id)
    return set((await db.execute(query)).scalars())


async def is_being_changed(db: AsyncConnection, message_id: int) -> bool:
    """Whether its copies were deleted, or a correction or deletion of them is confirmed and not over."""
    going = messages.c.state.in_([MessageState.SCHEDULED, MessageState.MISSED, *ACTIVE])
    query = select(messages.c.id).where(messages.c.of_id == message_id, going).limit(1)
    return await is_deleted(db, message_id) or (await db.execute(query)).first() is not None


async def is_deleted(db: AsyncConnection, message_id: int) -> bool:
    """Whether its copies were deleted, or are being."""
    deletion = (
        (messages.c.of_id == message_id)
        & (messages.c.kind == MessageKind.DELETION)
        & messages.c.started_at.is_not(None)
    )
    return (await db.execute(select(messages.c.id).where(deletion).limit(1))).first() is not None


async def _select(db: AsyncConnection, condition: ColumnElement[bool]) -> list[Broadcast]:
    query = select(broadcasts, messages).join(messages, messages.c.id == broadcasts.c.message_id)
    return [_broadcast(row) for row in (await db.execute(query.where(condition).order_by(messages.c.id))).all()]


def _broadcast(row: Row[*tuple[Any, ...]]) -> Broadcast:
    return Broadcast(
        message_id=row.message_id,
        kind=MessageKind(row.kind),
        of_id=row.of_id,
        admin_id=row.admin_id,
        chat_id=row.chat_id,
        progress_id=row.progress_id,
        state=MessageState(row.state),
        state_reason=row.state_reason,
        audience=audiences.load(row.audience),
        timing=timings.load(row.schedule),
        starts_at=row.starts_at,
        started_at=row.started_at,
        queueing=row.queued_to is not None,
    )
