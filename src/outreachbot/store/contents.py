"""The content files that were live: each is kept, once for every time it went live."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.schedule import Group
from outreachbot.store.insert import insert
from outreachbot.store.tables_editing import contents


@dataclass(frozen=True, slots=True)
class Version:
    """A content file that is or was live; the newest is the one that is."""

    id: int
    digest: str  # SHA-256 of the file
    live_at: float
    live_by: int | None  # the admin; None: the program's start, or a signal
    changes: int | None  # how much it changed of the one before; None: nobody knows


async def add(
    db: AsyncConnection,
    raw: bytes,
    digest: str,
    default: Group,
    now: float,
    *,
    by: int | None = None,
    changes: int | None = None,
) -> int:
    """This file (UTF-8) goes live now; its id. `default` is the group of chats that chose neither zone nor hour."""
    values = {"digest": digest, "body": raw.decode(), "live_at": now, "live_by": by, "changes": changes}
    statement = insert(db, contents).values(**values, zone=default.zone, hour=default.hour)
    version_id: int = (await db.execute(statement.returning(contents.c.id))).scalar_one()
    return version_id


async def every(db: AsyncConnection, most: int, before: int | None = None) -> list[Version]:
    """So many at most, the newest first, of those before this one."""
    columns = (contents.c.id, contents.c.digest, contents.c.live_at, contents.c.live_by, contents.c.changes)
    query = select(*columns).order_by(contents.c.id.desc()).limit(most)
    rows = await db.execute(query if before is None else query.where(contents.c.id < before))
    return [Version(*row) for row in rows]


async def body(db: AsyncConnection, version_id: int) -> bytes | None:
    """The file; None where there is no such version."""
    found: str | None = (
        await db.execute(select(contents.c.body).where(contents.c.id == version_id))
    ).scalar_one_or_none()
    return None if found is None else found.encode()


async def regrouped_at(db: AsyncConnection) -> float | None:
    """Since when chats that chose neither zone nor hour are told when they are now; None: since ever."""
    newest = (
        await db.execute(select(contents.c.zone, contents.c.hour).order_by(contents.c.id.desc()).limit(1))
    ).one_or_none()
    if newest is None:
        return None
    is_other = or_(contents.c.zone != newest.zone, contents.c.hour != newest.hour)
    last_other = select(func.max(contents.c.id)).where(is_other).scalar_subquery()
    moment: float | None = (
        await db.execute(select(func.min(contents.c.live_at)).where(contents.c.id > last_other))
    ).scalar_one()
    return moment
