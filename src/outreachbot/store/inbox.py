"""Updates received and not yet handled. They are stored before Telegram is told that they arrived."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.store.conditions import is_waiting
from outreachbot.store.database.insert import insert
from outreachbot.store.tables import inbox

KEEP_SECONDS = 48 * 3600  # twice as long as Telegram keeps an update, so that a repeated update is recognised


class UpdateState(StrEnum):
    """The state of an update."""

    WAITING = "waiting"  # not yet handled
    DONE = "done"  # handled
    ASIDE = "aside"  # can't be handled; `error` says why


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """An update in the inbox."""

    seq: int  # the order of arrival
    update_id: int  # Telegram's
    body: str  # JSON as Telegram sent it


async def add(db: AsyncConnection, updates: Mapping[int, str], now: float) -> set[int]:
    """Store updates (update_id -> JSON) in this order; returns the ids of those that are new."""
    if not updates:
        return set()
    rows = [{"update_id": update_id, "body": body, "received_at": now} for update_id, body in updates.items()]
    statement = insert(db, inbox).on_conflict_do_nothing(index_elements=[inbox.c.update_id])
    return set((await db.execute(statement.returning(inbox.c.update_id), rows)).scalars())


async def list_waiting(db: AsyncConnection, after: int, limit: int) -> list[StoredUpdate]:
    """The oldest updates not yet handled whose `seq` is greater than `after`."""
    columns = (inbox.c.seq, inbox.c.update_id, inbox.c.body)
    query = select(*columns).where(is_waiting, inbox.c.seq > after).order_by(inbox.c.seq).limit(limit)
    return [StoredUpdate(row.seq, row.update_id, row.body) for row in await db.execute(query)]


async def load_body(db: AsyncConnection, update_id: int) -> str:
    """The JSON of an update as Telegram sent it."""
    body: str = (await db.execute(select(inbox.c.body).where(inbox.c.update_id == update_id))).scalar_one()
    return body


async def settle(db: AsyncConnection, done: Sequence[int], aside: Sequence[tuple[int, str]]) -> None:
    """Mark the updates with the ids `done` as handled, and set those in `aside` (update_id, error) aside.

    Only the id of a handled update is kept, to recognise it if it comes again: its body may be private.
    """
    statement = update(inbox).where(inbox.c.update_id == bindparam("settled_id"))
    if done:
        handled = [{"settled_id": update_id} for update_id in done]
        await db.execute(statement.values(state=UpdateState.DONE, body=""), handled)
    if aside:
        failed = [{"settled_id": update_id, "problem": error} for update_id, error in aside]
        await db.execute(statement.values(state=UpdateState.ASIDE, error=bindparam("problem")), failed)


async def purge(db: AsyncConnection, now: float) -> None:
    """Delete updates that were handled or set aside long ago: those set aside still hold what people wrote."""
    await db.execute(
        delete(inbox).where(inbox.c.state != UpdateState.WAITING, inbox.c.received_at < now - KEEP_SECONDS)
    )
