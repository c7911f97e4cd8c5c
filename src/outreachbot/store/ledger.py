"""What became of a message: every chat of its audience, counted by state and reason."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery import Reason, State, Tally
from outreachbot.store.tables import deliveries, is_uncertain


async def tally(db: AsyncConnection, message_id: int) -> Tally:
    query = select(deliveries.c.state, func.count()).where(deliveries.c.message_id == message_id)
    rows = await db.execute(query.group_by(deliveries.c.state))
    return Tally(**dict(rows.tuples().all()))


async def uncertain(db: AsyncConnection, message_id: int, limit: int) -> list[int]:
    """The chats that may or may not have got the message, in order."""
    query = select(deliveries.c.chat_id).where(is_uncertain, deliveries.c.message_id == message_id)
    return list((await db.execute(query.order_by(deliveries.c.chat_id).limit(limit))).scalars())


async def reasons(db: AsyncConnection, message_id: int) -> list[tuple[State, Reason | None, int]]:
    """How many deliveries failed, were skipped or are uncertain, by reason."""
    rest = deliveries.c.state.in_([State.FAILED, State.SKIPPED, State.UNCERTAIN])
    query = select(deliveries.c.state, deliveries.c.reason, func.count()).where(
        deliveries.c.message_id == message_id, rest
    )
    rows = await db.execute(query.group_by(deliveries.c.state, deliveries.c.reason).order_by(func.count().desc()))
    return [(State(state), Reason(reason) if reason else None, number) for state, reason, number in rows]
