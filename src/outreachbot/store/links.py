"""The links that are watched: when each was asked, and since when it is dead."""

from dataclasses import asdict

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.links import WatchedLink
from outreachbot.store.tables import links


async def find(db: AsyncConnection, address: str) -> WatchedLink | None:
    """What is known of this address; None where it was never asked."""
    query = select(links.c.asked_at, links.c.dead_since, links.c.told).where(links.c.address == address)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else WatchedLink(row.asked_at, row.dead_since, row.told)


async def remember(db: AsyncConnection, address: str, watch: WatchedLink) -> None:
    """Write it down; what was known of another is forgotten: one link is watched at a time."""
    await db.execute(delete(links))
    await db.execute(insert(links).values(address=address, **asdict(watch)))
