"""Which messages admins wrote, who consents to them, and where their progress is shown."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import ACTIVE, ENDED, MessageKind, MessageState
from outreachbot.domain.ids import OutboxId, TelegramMessageId
from outreachbot.store.database.insert import insert
from outreachbot.store.delivery import messages as outgoing
from outreachbot.store.delivery import rows
from outreachbot.store.delivery.bodies import Bodies
from outreachbot.store.tables import approvals, broadcasts, messages


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast, or the correction or deletion of one, and the admin who wrote it."""

    message: OutboxMessage
    admin_id: int
    chat_id: int  # where the admin talks with the bot
    progress_id: TelegramMessageId | None  # the message there that shows the progress

    @property
    def id(self) -> OutboxId:
        return self.message.id


async def create_draft(
    db: AsyncConnection,
    admin_id: int,
    chat_id: int,
    content: Bodies,
    now: float,
    *,
    kind: MessageKind = MessageKind.BROADCAST,
    of_id: OutboxId | None = None,
) -> OutboxId:
    """Write down what the admin wants to send; its message id. Nothing goes out before it is confirmed."""
    outbox_id = await outgoing.create(db, kind, content, now, of_id=of_id)
    assert outbox_id is not None  # it has no key that could be there already
    await db.execute(insert(db, broadcasts).values(message_id=outbox_id, admin_id=admin_id, chat_id=chat_id))
    return outbox_id


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


async def lock(db: AsyncConnection, outbox_id: OutboxId) -> None:
    """Until this transaction ends no other decides about this message: two that consent at once are counted as two."""
    await db.execute(select(messages.c.id).where(messages.c.id == outbox_id).with_for_update())


async def find(db: AsyncConnection, outbox_id: OutboxId) -> Broadcast | None:
    rows = await _select(db, broadcasts.c.message_id == outbox_id)
    return rows[0] if rows else None


async def list_unreported(db: AsyncConnection) -> list[Broadcast]:
    """Broadcasts that were confirmed and whose final report the admin has not seen."""
    confirmed = messages.c.started_at.is_not(None) | messages.c.starts_at.is_not(None)
    return await _select(db, ~broadcasts.c.reported & confirmed)


async def set_progress_message(db: AsyncConnection, outbox_id: OutboxId, progress_id: TelegramMessageId) -> None:
    await db.execute(update(broadcasts).where(broadcasts.c.message_id == outbox_id).values(progress_id=progress_id))


async def is_progress_message(db: AsyncConnection, outbox_id: OutboxId, in_message: int) -> bool:
    """Whether this is the message that shows the progress, and will follow by itself."""
    ours = (broadcasts.c.message_id == outbox_id) & (broadcasts.c.progress_id == in_message)
    return (await db.execute(select(broadcasts.c.message_id).where(ours))).first() is not None


async def mark_reported(db: AsyncConnection, outbox_id: OutboxId) -> None:
    """Its final report has been shown; without effect if it has been started again meanwhile."""
    ended = select(messages.c.id).where(messages.c.state.in_(ENDED))
    of_message = broadcasts.c.message_id == outbox_id
    await db.execute(update(broadcasts).where(of_message, broadcasts.c.message_id.in_(ended)).values(reported=True))


async def mark_unreported(db: AsyncConnection, outbox_id: OutboxId) -> None:
    """It goes on: the report that was shown is not the final one."""
    await db.execute(update(broadcasts).where(broadcasts.c.message_id == outbox_id).values(reported=False))


async def add_consent(db: AsyncConnection, outbox_id: OutboxId, admin_id: int) -> int:
    """This admin wants it sent; how many do by now."""
    statement = insert(db, approvals).values(message_id=outbox_id, admin_id=admin_id).on_conflict_do_nothing()
    await db.execute(statement)
    return await count_consents(db, outbox_id)


async def count_consents(db: AsyncConnection, outbox_id: OutboxId) -> int:
    return len(await list_consenting(db, outbox_id))


async def list_consenting(db: AsyncConnection, outbox_id: OutboxId) -> set[int]:
    """The admins who want it sent."""
    query = select(approvals.c.admin_id).where(approvals.c.message_id == outbox_id)
    return set((await db.execute(query)).scalars())


async def is_being_changed(db: AsyncConnection, outbox_id: OutboxId) -> bool:
    """Whether its copies were deleted, or a correction or deletion of them is confirmed and not over."""
    going = messages.c.state.in_([MessageState.SCHEDULED, MessageState.MISSED, *ACTIVE])
    query = select(messages.c.id).where(messages.c.of_id == outbox_id, going).limit(1)
    return await is_deleted(db, outbox_id) or (await db.execute(query)).first() is not None


async def is_deleted(db: AsyncConnection, outbox_id: OutboxId) -> bool:
    """Whether its copies were deleted, or are being."""
    deletion = (
        (messages.c.of_id == outbox_id) & (messages.c.kind == MessageKind.DELETION) & messages.c.started_at.is_not(None)
    )
    return (await db.execute(select(messages.c.id).where(deletion).limit(1))).first() is not None


async def _select(db: AsyncConnection, condition: ColumnElement[bool]) -> list[Broadcast]:
    query = select(broadcasts, *rows.COLUMNS).join(messages, messages.c.id == broadcasts.c.message_id)
    return [_read(row) for row in (await db.execute(query.where(condition).order_by(messages.c.id))).all()]


def _read(row: Row[*tuple[Any, ...]]) -> Broadcast:
    return Broadcast(rows.read_message(row), row.admin_id, row.chat_id, row.progress_id)
