"""What the bot tells its admins by itself: a message in the outbox, for each of them."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.states import Kind
from outreachbot.store import audience
from outreachbot.store.delivery import messages
from outreachbot.store.delivery.bodies import Bodies


async def tell(
    db: AsyncConnection,
    bodies: Bodies,
    admins: Collection[int],
    now: float,
    *,
    key: str | None = None,
    expires_at: float | None = None,
) -> None:
    """Queue it for these admins, in the order of their ids. A `key` is one that no message has."""
    message_id = await messages.write(db, Kind.ALARM, bodies, now, key=key, expires_at=expires_at)
    assert message_id is not None
    for admin in sorted(admins):
        await audience.queue_one(db, message_id, admin)
