"""The messages that admins wrote, the admins who consent to them, and the message that shows the progress."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import ENDED, MessageKind, MessageState
from outreachbot.domain.ids import OutboxId, TelegramMessageId
from outreachbot.store.conditions import is_confirmed
from outreachbot.store.database.insert import insert
from outreachbot.store.delivery import messages as outbox_messages
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
    """Store a draft; returns its id. Nothing is sent before it is confirmed."""
    outbox_id = await outbox_messages.create(db, kind, content, now, of_id=of_id)
    assert outbox_id is not None  # without a key nothing can conflict
    await db.execute(insert(db, broadcasts).values(message_id=outbox_id, admin_id=admin_id, chat_id=chat_id))
    return outbox_id


async def discard_drafts(db: AsyncConnection, admin_id: int, *, confirmed_too: bool = True) -> bool:
    """Cancel the admin's drafts and delete their text. False if there were none.

    Without `confirmed_too`, drafts are kept that the admin has confirmed and that wait for the consent of others.

    The rows are kept: SQLite would give the id of a deleted row to the next draft, and an old button would send that.
    """
    by_admin = select(broadcasts.c.message_id).where(broadcasts.c.admin_id == admin_id)
    statement = update(messages).where(messages.c.id.in_(by_admin), messages.c.state == MessageState.DRAFT)
    if not confirmed_too:
        statement = statement.where(messages.c.id.not_in(select(approvals.c.message_id)))
    return (await db.execute(statement.values(state=MessageState.CANCELLED, body={}))).rowcount > 0


async def lock(db: AsyncConnection, outbox_id: OutboxId) -> None:
    """Lock this message until the transaction ends: of two consents given at once the second then counts the first."""
    await db.execute(select(messages.c.id).where(messages.c.id == outbox_id).with_for_update())


async def find(db: AsyncConnection, outbox_id: OutboxId) -> Broadcast | None:
    matches = await _select(db, broadcasts.c.message_id == outbox_id)
    return matches[0] if matches else None


async def list_unreported(db: AsyncConnection) -> list[Broadcast]:
    """The confirmed broadcasts whose final report was not shown yet."""
    return await _select(db, ~broadcasts.c.reported & is_confirmed)


async def set_progress_message(db: AsyncConnection, outbox_id: OutboxId, progress_id: TelegramMessageId) -> None:
    await db.execute(update(broadcasts).where(broadcasts.c.message_id == outbox_id).values(progress_id=progress_id))


async def is_progress_message(db: AsyncConnection, outbox_id: OutboxId, telegram_message_id: TelegramMessageId) -> bool:
    """Whether this message shows the broadcast's progress, and so is updated automatically."""
    shows_progress = (broadcasts.c.message_id == outbox_id) & (broadcasts.c.progress_id == telegram_message_id)
    return (await db.execute(select(broadcasts.c.message_id).where(shows_progress))).first() is not None


async def mark_reported(db: AsyncConnection, outbox_id: OutboxId) -> None:
    """The final report was shown. No effect if the broadcast has been started again in the meantime."""
    ended = select(messages.c.id).where(messages.c.state.in_(ENDED))
    of_message = broadcasts.c.message_id == outbox_id
    await db.execute(update(broadcasts).where(of_message, broadcasts.c.message_id.in_(ended)).values(reported=True))


async def mark_unreported(db: AsyncConnection, outbox_id: OutboxId) -> None:
    """The broadcast goes on, so the report that was shown is not the final one."""
    await db.execute(update(broadcasts).where(broadcasts.c.message_id == outbox_id).values(reported=False))


async def add_consent(db: AsyncConnection, outbox_id: OutboxId, admin_id: int) -> int:
    """Record that this admin consents; returns how many admins do."""
    statement = insert(db, approvals).values(message_id=outbox_id, admin_id=admin_id).on_conflict_do_nothing()
    await db.execute(statement)
    return await count_consents(db, outbox_id)


async def count_consents(db: AsyncConnection, outbox_id: OutboxId) -> int:
    return len(await list_consenting(db, outbox_id))


async def list_consenting(db: AsyncConnection, outbox_id: OutboxId) -> set[int]:
    """The ids of the admins who consent."""
    query = select(approvals.c.admin_id).where(approvals.c.message_id == outbox_id)
    return set((await db.execute(query)).scalars())


async def is_being_changed(db: AsyncConnection, outbox_id: OutboxId) -> bool:
    """Whether its copies were deleted, or a correction or deletion of them is confirmed and not finished."""
    is_pending = messages.c.state.in_(outbox_messages.CONFIRMED)
    query = select(messages.c.id).where(messages.c.of_id == outbox_id, is_pending).limit(1)
    return await is_deleted(db, outbox_id) or (await db.execute(query)).first() is not None


async def is_deleted(db: AsyncConnection, outbox_id: OutboxId) -> bool:
    """Whether a deletion of its copies was started."""
    is_deletion = (
        (messages.c.of_id == outbox_id) & (messages.c.kind == MessageKind.DELETION) & messages.c.started_at.is_not(None)
    )
    return (await db.execute(select(messages.c.id).where(is_deletion).limit(1))).first() is not None


async def _select(db: AsyncConnection, condition: ColumnElement[bool]) -> list[Broadcast]:
    query = select(broadcasts, *rows.COLUMNS).join(messages, messages.c.id == broadcasts.c.message_id)
    return [_read_broadcast(row) for row in (await db.execute(query.where(condition).order_by(messages.c.id))).all()]


def _read_broadcast(row: Row[*tuple[Any, ...]]) -> Broadcast:
    return Broadcast(rows.read_message(row), row.admin_id, row.chat_id, row.progress_id)
