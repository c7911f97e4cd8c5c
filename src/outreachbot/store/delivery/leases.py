"""The senders: each has a lease on the deliveries it claimed. What a dead sender was sending is uncertain."""

from sqlalchemy import ColumnElement, delete, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.states import ACTIVE, JOBS, DeliveryState, Reason
from outreachbot.store.conditions import is_sending
from outreachbot.store.database.insert import insert
from outreachbot.store.tables import deliveries, messages, senders

SECONDS = 90.0
"""How long a lease lasts unless it is renewed: longer than any request, and than the difference of machines' clocks."""

FORGET_SECONDS = 86_400.0  # how long a sender is kept after its lease ended: if it only slept, it renews the lease


async def begin(db: AsyncConnection, name: str, now: float, *, is_main: bool) -> int:
    """Register a sender, with a lease from now on; returns its id."""
    statement = insert(db, senders).values(name=name, is_main=is_main, until=now + SECONDS)
    sender_id: int = (await db.execute(statement.returning(senders.c.id))).scalar_one()
    return sender_id


async def renew(db: AsyncConnection, sender_id: int, now: float) -> None:
    """Extend the lease from now on. A sender that was forgotten, because it slept for days, is registered again."""
    statement = insert(db, senders).values(id=sender_id, name="", is_main=False, until=now + SECONDS)
    await db.execute(statement.on_conflict_do_update(index_elements=[senders.c.id], set_={"until": now + SECONDS}))


async def end(db: AsyncConnection, sender_id: int, now: float) -> None:
    """Remove a sender that has settled all its claims. The bot's own row is kept, to show when it last ran."""
    is_sender = senders.c.id == sender_id
    await db.execute(delete(senders).where(is_sender, ~senders.c.is_main))
    await db.execute(update(senders).where(is_sender).values(until=now + SECONDS))


async def find_last_seen(db: AsyncConnection) -> float | None:
    """When the bot last ran, in seconds since the epoch; None if it never did."""
    until = (await db.execute(select(func.max(senders.c.until)).where(senders.c.is_main))).scalar_one()
    return None if until is None else until - SECONDS


async def recover(db: AsyncConnection, now: float, *, main_is_new: bool = False) -> int:
    """Mark as uncertain what senders with an expired lease were sending, as it may have arrived; returns how many.

    What a dead sender was correcting or deleting is queued again instead: doing it twice does no harm. `main_is_new`
    counts all earlier bots as dead: only one bot runs with a database.
    """
    # The bot's own row is kept, however old, until there is a new one: it shows when the bot last ran.
    dead: ColumnElement[bool] = senders.c.until <= now
    old: ColumnElement[bool] = (senders.c.until <= now - FORGET_SECONDS) & ~senders.c.is_main
    if main_is_new:
        dead, old = or_(dead, senders.c.is_main), or_(old, senders.c.is_main)
    # Senders without a row are dead too: a sender may have been forgotten while it slept, claimed again, and died.
    alive = select(senders.c.id).where(not_(dead))
    lost = is_sending & (deliveries.c.sender_id.not_in(alive) | deliveries.c.sender_id.is_(None))
    await _requeue_jobs(db, lost, now)
    values: dict[str, object] = {"state": DeliveryState.UNCERTAIN, "reason": Reason.STOPPED, "changed_at": now}
    number = (await db.execute(update(deliveries).where(lost).values(**values))).rowcount
    await db.execute(delete(senders).where(old))
    return number


async def _requeue_jobs(db: AsyncConnection, lost: ColumnElement[bool], now: float) -> None:
    """The jobs are locked, so that a person who stops one now waits until we have written."""
    jobs = select(messages.c.id).where(messages.c.kind.in_(JOBS))
    active = list(
        (await db.execute(jobs.where(messages.c.state.in_(ACTIVE)).with_for_update(key_share=True))).scalars()
    )
    queued: dict[str, object] = {"state": DeliveryState.QUEUED, "sender_id": None, "changed_at": now}
    await db.execute(update(deliveries).where(lost, deliveries.c.message_id.in_(active)).values(**queued))
    skipped: dict[str, object] = {"state": DeliveryState.SKIPPED, "reason": Reason.CANCELLED, "changed_at": now}
    await db.execute(update(deliveries).where(lost, deliveries.c.message_id.in_(jobs)).values(**skipped))
