"""The versions of the content: the file is stored each time it goes live."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.store.database.insert import insert
from outreachbot.store.tables import contents


@dataclass(frozen=True, slots=True)
class Version:
    """A content file that is live (the newest version) or was."""

    id: int
    digest: str  # SHA-256 of the file
    live_at: float
    live_by: int | None  # the admin's id; None: the program's start, or a signal
    changes: int | None  # how many changes from the version before; None: unknown


async def add(
    db: AsyncConnection, raw: bytes, digest: str, now: float, *, by: int | None = None, changes: int | None = None
) -> int:
    """Store a file (UTF-8) that goes live now; returns the id of its version."""
    values = {"digest": digest, "body": raw.decode(), "live_at": now, "live_by": by, "changes": changes}
    # Apart from the statement, which SQLAlchemy caches: with the values in it, the file would stay in memory.
    version_id: int = (await db.execute(insert(db, contents).returning(contents.c.id), values)).scalar_one()
    return version_id


async def list_versions(db: AsyncConnection, limit: int, before: int | None = None) -> list[Version]:
    """Up to `limit` versions, the newest first; with `before`, only those with a lower id."""
    columns = (contents.c.id, contents.c.digest, contents.c.live_at, contents.c.live_by, contents.c.changes)
    query = select(*columns).order_by(contents.c.id.desc()).limit(limit)
    rows = await db.execute(query if before is None else query.where(contents.c.id < before))
    return [Version(*row) for row in rows]


async def load_body(db: AsyncConnection, version_id: int) -> bytes | None:
    """The file (UTF-8); None if there is no such version."""
    body: str | None = (
        await db.execute(select(contents.c.body).where(contents.c.id == version_id))
    ).scalar_one_or_none()
    return None if body is None else body.encode()
