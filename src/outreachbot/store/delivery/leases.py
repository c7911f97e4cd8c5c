"""Who sends: each sender holds a lease on what it claimed. What a dead one was sending is uncertain."""

from sqlalchemy import ColumnElement, delete, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.states import ACTIVE, JOBS, DeliveryState, Reason
from outreachbot.store.conditions import is_sending
from outreachbot.store.database.insert import insert
from outreachbot.store.tables import deliveries, messages, senders

SECONDS = 90.0
"""How long a lease lasts that is not renewed: no request waits longer for its answer, and clocks of machines differ."""

KEPT = 86_400.0  # so long one whose lease is over stays known: it may only have slept, and renews it then


async def begin(db: AsyncConnection, name: str, now: float, *, is_main: bool) -> int:
    """A new sender with a lease; its id."""
    statement = insert(db, senders).values(name=name, is_main=is_main, until=now + SECONDS)
    sender_id: int = (await db.execute(statement.returning(senders.c.id))).scalar_one()
    return sender_id


async def renew(db: AsyncConnection, sender_id: int, now: float) -> None:
    """Its lease lasts from now on. One that was forgotten meanwhile, because it slept for days, is known again."""
    statement = insert(db, senders).values(id=sender_id, name="", is_main=False, until=now + SECONDS)
    await db.execute(statement.on_conflict_do_update(index_elements=[senders.c.id], set_={"until": now + SECONDS}))


async def end(db: AsyncConnection, sender_id: int, now: float) -> None:
    """The sender has written down everything that it claimed. The bot's own lease stays, to tell when it last ran."""
    ours = senders.c.id == sender_id
    await db.execute(delete(senders).where(ours, ~senders.c.is_main))
    await db.execute(update(senders).where(ours).values(until=now + SECONDS))


async def find_last_seen(db: AsyncConnection) -> float | None:
    """When the bot last ran; None where it never did."""
    until = (await db.execute(select(func.max(senders.c.until)).where(senders.c.is_main))).scalar_one()
    return None if until is None else until - SECONDS


async def recover(db: AsyncConnection, now: float, *, main_is_new: bool = False) -> int:
    """What a sender was sending whose lease is over may have arrived: it becomes uncertain; how many.

    With `main_is_new` that holds for every earlier bot as well: this one has the database alone, so they are dead. What
    a dead sender was correcting or deleting is queued again: doing it twice does no harm.
    """
    # The bot's own row tells when it last ran, however long ago, until there is a new one.
    dead: ColumnElement[bool] = senders.c.until <= now
    old: ColumnElement[bool] = (senders.c.until <= now - KEPT) & ~senders.c.is_main
    if main_is_new:
        dead, old = or_(dead, senders.c.is_main), or_(old, senders.c.is_main)
    # Whoever is not alive, known or not: one that was given up and forgotten may have slept, claimed again, and died.
    alive = select(senders.c.id).where(not_(dead))
    lost = is_sending & (deliveries.c.sender_id.not_in(alive) | deliveries.c.sender_id.is_(None))
    await _repeat(db, lost, now)
    values: dict[str, object] = {"state": DeliveryState.UNCERTAIN, "reason": Reason.STOPPED, "changed_at": now}
    number = (await db.execute(update(deliveries).where(lost).values(**values))).rowcount
    await db.execute(delete(senders).where(old))
    return number


async def _repeat(db: AsyncConnection, lost: ColumnElement[bool], now: float) -> None:
    """Of the jobs among them: they are locked, so that who stops one now waits until we have written."""
    jobs = select(messages.c.id).where(messages.c.kind.in_(JOBS))
    going = list((await db.execute(jobs.where(messages.c.state.in_(ACTIVE)).with_for_update(key_share=True))).scalars())
    again: dict[str, object] = {"state": DeliveryState.QUEUED, "sender_id": None, "changed_at": now}
    await db.execute(update(deliveries).where(lost, deliveries.c.message_id.in_(going)).values(**again))
    stopped: dict[str, object] = {"state": DeliveryState.SKIPPED, "reason": Reason.CANCELLED, "changed_at": now}
    await db.execute(update(deliveries).where(lost, deliveries.c.message_id.in_(jobs)).values(**stopped))
