"""Which messages are broadcasts: who wrote them, and where their progress is shown."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery import MessageState
from outreachbot.store import outbox
from outreachbot.store.bodies import Bodies
from outreachbot.store.insert import insert
from outreachbot.store.tables import broadcasts, composing, messages

COMPOSING_SECONDS = 3600  # a draft that was asked for and never sent is forgotten after an hour


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast as its admin sees it."""

    message_id: int
    admin_id: int
    chat_id: int  # where its admin talks with the bot
    progress_id: int | None  # the message there that shows the progress
    state: MessageState
    state_reason: str | None
    started_at: float | None


async def ask(db: AsyncConnection, admin_id: int, now: float) -> None:
    """The admin's next message is a broadcast."""
    statement = insert(db, composing).values(admin_id=admin_id, since=now)
    await db.execute(statement.on_conflict_do_update(index_elements=[composing.c.admin_id], set_={"since": now}))


async def asked(db: AsyncConnection, admin_id: int, now: float) -> bool:
    """Whether the admin's next message is a broadcast."""
    query = select(composing.c.since).where(composing.c.admin_id == admin_id)
    since = (await db.execute(query)).scalar_one_or_none()
    return since is not None and since > now - COMPOSING_SECONDS


async def forget(db: AsyncConnection, admin_id: int) -> bool:
    """The admin's next message is an ordinary one again. False when it was."""
    return (await db.execute(delete(composing).where(composing.c.admin_id == admin_id))).rowcount > 0


async def draft(db: AsyncConnection, admin_id: int, chat_id: int, content: Bodies, now: float) -> int:
    """Write down what the admin wants to send; its message id. Nothing goes out before it is confirmed."""
    message_id = await outbox.write(db, outbox.BROADCAST, content, now)
    assert message_id is not None  # it has no key that could be there already
    await db.execute(insert(db, broadcasts).values(message_id=message_id, admin_id=admin_id, chat_id=chat_id))
    return message_id


async def discard_drafts(db: AsyncConnection, admin_id: int) -> bool:
    """The admin's drafts can't be sent any more. False when there was none."""
    ours = select(broadcasts.c.message_id).where(broadcasts.c.admin_id == admin_id)
    statement = delete(messages).where(messages.c.id.in_(ours), messages.c.state == MessageState.DRAFT)
    return (await db.execute(statement)).rowcount > 0


async def find(db: AsyncConnection, message_id: int) -> Broadcast | None:
    rows = await _select(db, broadcasts.c.message_id == message_id)
    return rows[0] if rows else None


async def unreported(db: AsyncConnection) -> list[Broadcast]:
    """Broadcasts that were confirmed and whose final report the admin has not seen."""
    seen = (~broadcasts.c.reported) & (messages.c.state != MessageState.DRAFT)
    return await _select(db, seen)


async def every(db: AsyncConnection) -> list[Broadcast]:
    """All of them, the oldest first."""
    return await _select(db, true())


async def show_progress_in(db: AsyncConnection, message_id: int, progress_id: int) -> None:
    await db.execute(update(broadcasts).where(broadcasts.c.message_id == message_id).values(progress_id=progress_id))


async def reported(db: AsyncConnection, message_id: int) -> None:
    """Its final report has been shown."""
    await db.execute(update(broadcasts).where(broadcasts.c.message_id == message_id).values(reported=True))


async def _select(db: AsyncConnection, condition: ColumnElement[bool]) -> list[Broadcast]:
    of_message = (messages.c.state, messages.c.state_reason, messages.c.started_at)
    query = select(broadcasts, *of_message).join(messages, messages.c.id == broadcasts.c.message_id)
    return [_broadcast(row) for row in await db.execute(query.where(condition).order_by(messages.c.id))]


def _broadcast(row: Row[Any]) -> Broadcast:
    return Broadcast(
        message_id=row.message_id,
        admin_id=row.admin_id,
        chat_id=row.chat_id,
        progress_id=row.progress_id,
        state=MessageState(row.state),
        state_reason=row.state_reason,
        started_at=row.started_at,
    )
