"""What became of a message: every chat of its audience, counted by state and reason."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState, Reason, Tally
from outreachbot.domain.ids import OutboxId
from outreachbot.store.conditions import is_uncertain
from outreachbot.store.delivery import rows
from outreachbot.store.tables import chats, deliveries, messages, notices

PIECE = 1000  # deliveries read at once
_went_wrong = deliveries.c.state.in_([DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.UNCERTAIN])


_confirmed = messages.c.started_at.is_not(None) | messages.c.starts_at.is_not(None)


async def list_messages(
    db: AsyncConnection,
    *,
    newest: int | None = None,
    before: int | None = None,
    kinds: Collection[MessageKind] = tuple(MessageKind),
) -> list[OutboxMessage]:
    """All messages that were confirmed, the oldest first; or only so many of the newest (with an id below `before`)."""
    query = (
        select(*rows.COLUMNS).where(_confirmed, messages.c.kind.in_(kinds)).order_by(messages.c.id.desc()).limit(newest)
    )
    if before is not None:
        query = query.where(messages.c.id < before)
    return [rows.read_message(row) for row in reversed((await db.execute(query)).all())]


async def find_message(db: AsyncConnection, outbox_id: OutboxId) -> OutboxMessage | None:
    """One message that was confirmed."""
    row = (await db.execute(select(*rows.COLUMNS).where(_confirmed, messages.c.id == outbox_id))).one_or_none()
    return None if row is None else rows.read_message(row)


async def count_states(db: AsyncConnection, outbox_id: OutboxId) -> Tally:
    query = select(deliveries.c.state, func.count()).where(deliveries.c.message_id == outbox_id)
    rows = await db.execute(query.group_by(deliveries.c.state))
    return Tally(**dict(rows.all()))


async def count_reminders(db: AsyncConnection, newest: int) -> list[tuple[str, Tally]]:
    """What became of the reminders of each local day (2027-02-26), over all zones and hours; the newest days first."""
    day = func.substr(messages.c.key, len("reminder:") + 1, len("2027-02-26")).label("day")
    of_days = select(day).where(messages.c.kind == MessageKind.REMINDER).distinct().order_by(day.desc()).limit(newest)
    days = list((await db.execute(of_days)).scalars())
    source = messages.join(deliveries, deliveries.c.message_id == messages.c.id)
    counted = select(day, deliveries.c.state, func.count().label("n")).select_from(source)
    found: dict[str, dict[str, int]] = {one: {} for one in days}
    for row in await db.execute(counted.where(day.in_(days)).group_by(day, deliveries.c.state)):
        found[row.day][row.state] = row.n
    return [(one, Tally(**states)) for one, states in found.items()]


async def list_uncertain(db: AsyncConnection, outbox_id: OutboxId, limit: int) -> list[int]:
    """The chats that may or may not have got the message, in order."""
    query = select(deliveries.c.chat_id).where(is_uncertain, deliveries.c.message_id == outbox_id)
    return list((await db.execute(query.order_by(deliveries.c.chat_id).limit(limit))).scalars())


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of one delivery."""

    chat_id: int
    state: DeliveryState
    reason: Reason | None
    detail: str | None  # Telegram's own words
    telegram_id: int | None
    changed_at: float | None


_entry = (
    *(deliveries.c.chat_id, deliveries.c.state, deliveries.c.reason),
    *(deliveries.c.detail, deliveries.c.telegram_id, deliveries.c.changed_at),
)


def _read(row: Row[*tuple[Any, ...]]) -> Entry:
    reason = Reason(row.reason) if row.reason else None
    return Entry(row.chat_id, DeliveryState(row.state), reason, row.detail, row.telegram_id, row.changed_at)


async def list_not_sent(db: AsyncConnection, outbox_id: OutboxId) -> list[Entry]:
    """Every delivery that did not surely arrive, in the order of the chats."""
    query = select(*_entry).where(deliveries.c.message_id == outbox_id, deliveries.c.state != DeliveryState.SENT)
    return [_read(row) for row in await db.execute(query.order_by(deliveries.c.chat_id))]


async def iterate_entries(db: AsyncConnection, outbox_id: OutboxId) -> AsyncIterator[Entry]:
    """Every delivery, in the order of the chats, a piece at a time."""
    query = select(*_entry).where(deliveries.c.message_id == outbox_id).order_by(deliveries.c.chat_id).limit(PIECE)
    after: int | None = None
    while rows := (await db.execute(query if after is None else query.where(deliveries.c.chat_id > after))).all():
        for row in rows:
            yield _read(row)
        after = rows[-1].chat_id


async def count_reasons(db: AsyncConnection, outbox_id: OutboxId) -> list[tuple[DeliveryState, Reason | None, int]]:
    """How many deliveries failed, were skipped or are uncertain, by reason."""
    query = select(deliveries.c.state, deliveries.c.reason, func.count()).where(
        deliveries.c.message_id == outbox_id, _went_wrong
    )
    rows = await db.execute(query.group_by(deliveries.c.state, deliveries.c.reason).order_by(func.count().desc()))
    return [(DeliveryState(state), Reason(reason) if reason else None, number) for state, reason, number in rows]


async def count_languages(db: AsyncConnection, outbox_id: OutboxId) -> list[tuple[str, DeliveryState, int]]:
    """How many deliveries are in each state, by the language of the chat; "" for chats that are not known any more."""
    language = func.coalesce(chats.c.language, "").label("language")
    source = deliveries.outerjoin(chats, chats.c.id == deliveries.c.chat_id)
    query = select(language, deliveries.c.state, func.count().label("n")).select_from(source)
    rows = await db.execute(query.where(deliveries.c.message_id == outbox_id).group_by(language, deliveries.c.state))
    return [(row.language, DeliveryState(row.state), row.n) for row in rows]


async def list_paused(db: AsyncConnection) -> list[OutboxId]:
    """The messages that the program has paused, and that wait for a person."""
    is_paused = (messages.c.state == MessageState.PAUSED) & messages.c.state_reason.is_not(None)
    return list((await db.execute(select(messages.c.id).where(is_paused))).scalars())


_over_late = (messages.c.kind == MessageKind.REMINDER) & (messages.c.finished_at >= messages.c.expires_at)
_untold = select(messages.c.id).where(_over_late, messages.c.late_told_at.is_(None))


async def count_late(db: AsyncConnection) -> dict[str, int]:
    """For how many chats each notice (domain.schedule.Item.key) came too late that the admins were not told of."""
    too_late = (deliveries.c.message_id.in_(_untold)) & (deliveries.c.reason == Reason.LATE)
    query = select(notices.c.item, func.count().label("n")).select_from(
        deliveries.join(notices, notices.c.message_id == deliveries.c.message_id)
    )
    return {row.item: row.n for row in await db.execute(query.where(too_late).group_by(notices.c.item))}


async def mark_late_reported(db: AsyncConnection, now: float) -> None:
    """The admins are being told of all of these."""
    await db.execute(update(messages).where(messages.c.id.in_(_untold)).values(late_told_at=now))
