"""Alerts from the bot to its admins: each is one message in the outbox, delivered to every admin."""

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
    """Queue an alert for these admins, in the order of their ids. No other message may have the same `key`."""
    outbox_id = await messages.create(db, MessageKind.ALERT, bodies, now, key=key, expires_at=expires_at)
    assert outbox_id is not None  # the key is new
    for admin_id in sorted(admins):
        await queueing.queue_for_chat(db, outbox_id, admin_id)
