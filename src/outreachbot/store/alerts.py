"""What the bot tells its admins by itself: a message in the outbox, for each of them."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.states import MessageKind
from outreachbot.store.delivery import messages, queueing
from outreachbot.store.delivery.bodies import Bodies


async def queue_alert(
    db: AsyncConnection,
    bodies: Bodies,
    admins: Collection[int],
    now: float,
    *,
    key: str | None = None,
    expires_at: float | None = None,
) -> None:
    """Queue it for these admins, in the order of their ids. A `key` is one that no message has."""
    outbox_id = await messages.create(db, MessageKind.ALARM, bodies, now, key=key, expires_at=expires_at)
    assert outbox_id is not None
    for admin in sorted(admins):
        await queueing.queue_for_chat(db, outbox_id, admin)
