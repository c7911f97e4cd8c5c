"""Updates received and not yet handled: written down before Telegram is told that we have them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.store.conditions import is_waiting
from outreachbot.store.database.insert import insert
from outreachbot.store.tables import inbox

KEEP_SECONDS = 48 * 3600  # twice as long as Telegram keeps an update: a repeated one is still recognised


class UpdateState(StrEnum):
    """Where an update stands."""

    WAITING = "waiting"  # not yet handled
    DONE = "done"  # handled
    ASIDE = "aside"  # can't be handled; `error` says why


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """One update as it lies in the inbox."""

    seq: int  # the order of arrival
    update_id: int  # Telegram's
    body: str  # JSON as Telegram sent it


async def add(db: AsyncConnection, updates: Mapping[int, str], now: float) -> set[int]:
    """Write updates (update_id -> JSON) down in this order; which were not there already."""
    if not updates:
        return set()
    rows = [{"update_id": update_id, "body": body, "received_at": now} for update_id, body in updates.items()]
    statement = insert(db, inbox).on_conflict_do_nothing(index_elements=[inbox.c.update_id])
    return set((await db.execute(statement.returning(inbox.c.update_id), rows)).scalars())


async def list_waiting(db: AsyncConnection, after: int, limit: int) -> list[StoredUpdate]:
    """The oldest updates not yet handled that arrived after the one with seq `after`."""
    columns = (inbox.c.seq, inbox.c.update_id, inbox.c.body)
    query = select(*columns).where(is_waiting, inbox.c.seq > after).order_by(inbox.c.seq).limit(limit)
    return [StoredUpdate(row.seq, row.update_id, row.body) for row in await db.execute(query)]


async def load_body(db: AsyncConnection, update_id: int) -> str:
    """One update, JSON as Telegram sent it."""
    found: str = (await db.execute(select(inbox.c.body).where(inbox.c.update_id == update_id))).scalar_one()
    return found


async def settle(db: AsyncConnection, done: Sequence[int], aside: Sequence[tuple[int, str]]) -> None:
    """The updates with these ids are handled, and these (with the error of each) can't be.

    Of one that is handled only its id is kept, to know it again: nobody needs any more what people wrote, or where
    they are.
    """
    this = update(inbox).where(inbox.c.update_id == bindparam("which"))
    if done:
        await db.execute(this.values(state=UpdateState.DONE, body=""), [{"which": update_id} for update_id in done])
    if aside:
        rows = [{"which": update_id, "why": error} for update_id, error in aside]
        await db.execute(this.values(state=UpdateState.ASIDE, error=bindparam("why")), rows)


async def purge(db: AsyncConnection, now: float) -> None:
    """Forget updates that were handled or set aside long ago: they hold what people wrote."""
    await db.execute(
        delete(inbox).where(inbox.c.state != UpdateState.WAITING, inbox.c.received_at < now - KEEP_SECONDS)
    )
