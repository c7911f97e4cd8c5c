"""Updates received and not yet handled: written down before Telegram is told that we have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.store.insert import insert
from outreachbot.store.tables import inbox, is_waiting

KEEP_SECONDS = 48 * 3600  # twice as long as Telegram keeps an update: a repeated one is still recognised


class State(StrEnum):
    """Where an update stands."""

    WAITING = "waiting"  # not yet handled
    DONE = "done"  # handled
    ASIDE = "aside"  # can't be handled; `error` says why


@dataclass(frozen=True, slots=True)
class Letter:
    """One update as it lies in the inbox."""

    seq: int  # the order of arrival
    body: str  # JSON as Telegram sent it


async def add(db: AsyncConnection, updates: Sequence[tuple[int, str]], now: float) -> None:
    """Write (update_id, JSON) pairs down in this order; one that is there already stays as it is."""
    rows = [{"update_id": update_id, "body": body, "received_at": now} for update_id, body in updates]
    if rows:
        await db.execute(insert(db, inbox).on_conflict_do_nothing(index_elements=[inbox.c.update_id]), rows)


async def waiting(db: AsyncConnection, after: int, limit: int) -> list[Letter]:
    """The oldest updates not yet handled whose `seq` is greater than `after`."""
    query = select(inbox.c.seq, inbox.c.body).where(is_waiting, inbox.c.seq > after).order_by(inbox.c.seq).limit(limit)
    return [Letter(row.seq, row.body) for row in await db.execute(query)]


async def settle(db: AsyncConnection, done: Sequence[int], aside: Sequence[tuple[int, str]]) -> None:
    """These are handled, and these (with the error of each) can't be."""
    rows: list[dict[str, object]] = [{"which": seq, "to": State.DONE, "why": None} for seq in done]
    rows += [{"which": seq, "to": State.ASIDE, "why": error} for seq, error in aside]
    if rows:
        statement = update(inbox).where(inbox.c.seq == bindparam("which"))
        await db.execute(statement.values(state=bindparam("to"), error=bindparam("why")), rows)


async def purge(db: AsyncConnection, now: float) -> None:
    """Forget what was handled long ago. What was set aside stays until a person has looked."""
    await db.execute(delete(inbox).where(inbox.c.state == State.DONE, inbox.c.received_at < now - KEEP_SECONDS))
