"""The watched link: when it was last requested, and since when it has been dead."""

import datetime as dt

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.links import WatchedLink
from outreachbot.store.tables import links


async def find(db: AsyncConnection, address: str) -> WatchedLink | None:
    """The state of this address; None if it is not the watched link."""
    query = select(links.c.asked_at, links.c.dead_since, links.c.told).where(links.c.address == address)
    row = (await db.execute(query)).one_or_none()
    if row is None:
        return None
    dead_since = None if row.dead_since is None else dt.datetime.fromtimestamp(row.dead_since, dt.UTC)
    return WatchedLink(dt.datetime.fromtimestamp(row.asked_at, dt.UTC), dead_since, row.told)


async def remember(db: AsyncConnection, address: str, link: WatchedLink) -> None:
    """Store the state of this address. Only one link is watched at a time, so any other is forgotten."""
    await db.execute(delete(links))
    dead_since = None if link.dead_since is None else link.dead_since.timestamp()
    values = {"asked_at": link.asked_at.timestamp(), "dead_since": dead_since, "told": link.was_reported}
    await db.execute(insert(links).values(address=address, **values))
