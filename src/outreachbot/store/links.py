"""The links that are watched: when each was asked, and since when it is dead."""

import datetime as dt

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.links import WatchedLink
from outreachbot.store.tables_editing import links


async def find(db: AsyncConnection, address: str) -> WatchedLink | None:
    """What is known of this address; None where it was never asked."""
    query = select(links.c.asked_at, links.c.dead_since, links.c.told).where(links.c.address == address)
    row = (await db.execute(query)).one_or_none()
    if row is None:
        return None
    dead_since = None if row.dead_since is None else dt.datetime.fromtimestamp(row.dead_since, dt.UTC)
    return WatchedLink(dt.datetime.fromtimestamp(row.asked_at, dt.UTC), dead_since, row.told)


async def remember(db: AsyncConnection, address: str, watch: WatchedLink) -> None:
    """Write it down; what was known of another is forgotten: one link is watched at a time."""
    await db.execute(delete(links))
    dead_since = None if watch.dead_since is None else watch.dead_since.timestamp()
    row = {"address": address, "asked_at": watch.asked_at.timestamp(), "dead_since": dead_since, "told": watch.told}
    await db.execute(insert(links).values(row))
