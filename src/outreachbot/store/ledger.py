"""What became of a message: every chat of its audience, counted by state and reason."""

from dataclasses import dataclass

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery import MessageState, Reason, State, Tally
from outreachbot.store.tables import deliveries, is_uncertain, messages

_went_wrong = deliveries.c.state.in_([State.FAILED, State.SKIPPED, State.UNCERTAIN])


@dataclass(frozen=True, slots=True)
class Told:
    """A reminder or a broadcast, as it stands."""

    id: int
    kind: str
    state: MessageState
    started_at: float | None


async def every(db: AsyncConnection) -> list[Told]:
    """All messages to everybody that were not just drafts, the oldest first."""
    query = select(messages.c.id, messages.c.kind, messages.c.state, messages.c.started_at)
    rows = await db.execute(query.where(messages.c.state != MessageState.DRAFT).order_by(messages.c.id))
    return [Told(row.id, row.kind, MessageState(row.state), row.started_at) for row in rows]


async def tally(db: AsyncConnection, message_id: int) -> Tally:
    query = select(deliveries.c.state, func.count()).where(deliveries.c.message_id == message_id)
    rows = await db.execute(query.group_by(deliveries.c.state))
    return Tally(**dict(rows.all()))


async def uncertain(db: AsyncConnection, message_id: int, limit: int) -> list[int]:
    """The chats that may or may not have got the message, in order."""
    query = select(deliveries.c.chat_id).where(is_uncertain, deliveries.c.message_id == message_id)
    return list((await db.execute(query.order_by(deliveries.c.chat_id).limit(limit))).scalars())


@dataclass(frozen=True, slots=True)
class Entry:
    """One delivery that did not surely arrive."""

    chat_id: int
    state: State
    reason: Reason | None
    detail: str | None  # Telegram's own words


async def not_sent(db: AsyncConnection, message_id: int) -> list[Entry]:
    """Every delivery that is uncertain, failed or was skipped, in the order of the chats."""
    columns = (deliveries.c.chat_id, deliveries.c.state, deliveries.c.reason, deliveries.c.detail)
    query = select(*columns).where(deliveries.c.message_id == message_id, _went_wrong).order_by(deliveries.c.chat_id)
    rows = await db.execute(query)
    return [Entry(row.chat_id, State(row.state), row.reason and Reason(row.reason), row.detail) for row in rows]


async def reasons(db: AsyncConnection, message_id: int) -> list[tuple[State, Reason | None, int]]:
    """How many deliveries failed, were skipped or are uncertain, by reason."""
    query = select(deliveries.c.state, deliveries.c.reason, func.count()).where(
        deliveries.c.message_id == message_id, _went_wrong
    )
    rows = await db.execute(query.group_by(deliveries.c.state, deliveries.c.reason).order_by(func.count().desc()))
    return [(State(state), Reason(reason) if reason else None, number) for state, reason, number in rows]


async def paused_reminders(db: AsyncConnection) -> list[tuple[int, str]]:
    """Reminders that wait for a person, and why."""
    query = select(messages.c.id, messages.c.state_reason).where(
        messages.c.kind == "reminder", messages.c.state == literal_column(f"'{MessageState.PAUSED}'")
    )
    return [(row.id, row.state_reason or "") for row in await db.execute(query)]
