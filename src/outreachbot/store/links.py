"""The watched link: when it was last requested, and since when it has been dead."""

from dataclasses import asdict

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.links import WatchedLink
from outreachbot.store.tables import links


async def find(db: AsyncConnection, address: str) -> WatchedLink | None:
    """The state of this address; None if it is not the watched link."""
    query = select(links.c.asked_at, links.c.dead_since, links.c.told).where(links.c.address == address)
    row = (await db.execute(query)).one_or_none()
    return None if row is None else WatchedLink(row.asked_at, row.dead_since, row.told)


async def remember(db: AsyncConnection, address: str, link: WatchedLink) -> None:
    """Store the state of this address. Only one link is watched at a time, so any other is forgotten."""
    await db.execute(delete(links))
    await db.execute(insert(links).values(address=address, **asdict(link)))
