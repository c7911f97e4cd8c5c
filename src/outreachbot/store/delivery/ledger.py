"""Reports what became of messages: their deliveries, listed or counted by state and reason."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState, Reason, Tally
from outreachbot.domain.ids import OutboxId
from outreachbot.store.conditions import is_confirmed, is_uncertain
from outreachbot.store.delivery import rows
from outreachbot.store.tables import chats, deliveries, messages, notices

PIECE = 1000  # deliveries read at once
_has_failed = deliveries.c.state.in_([DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.UNCERTAIN])


async def list_messages(
    db: AsyncConnection,
    *,
    newest: int | None = None,
    before: int | None = None,
    kinds: Collection[MessageKind] = tuple(MessageKind),
) -> list[OutboxMessage]:
    """The confirmed messages, oldest first: only the `newest`, if given, and only with an id lower than `before`."""
    query = select(*rows.COLUMNS).where(is_confirmed, messages.c.kind.in_(kinds))
    query = query.order_by(messages.c.id.desc()).limit(newest)
    if before is not None:
        query = query.where(messages.c.id < before)
    return [rows.read_message(row) for row in reversed((await db.execute(query)).all())]


async def find_message(db: AsyncConnection, outbox_id: OutboxId) -> OutboxMessage | None:
    """The confirmed message with this id; None if there is none."""
    row = (await db.execute(select(*rows.COLUMNS).where(is_confirmed, messages.c.id == outbox_id))).one_or_none()
    return None if row is None else rows.read_message(row)


async def count_states(db: AsyncConnection, outbox_id: OutboxId) -> Tally:
    query = select(deliveries.c.state, func.count()).where(deliveries.c.message_id == outbox_id)
    counts = await db.execute(query.group_by(deliveries.c.state))
    return Tally(**dict(counts.all()))


async def count_reminders(db: AsyncConnection, newest: int) -> list[tuple[str, Tally]]:
    """The reminders of each local day (2027-02-26), in all zones and at all hours; the `newest` days, latest first."""
    day = func.substr(messages.c.key, len("reminder:") + 1, len("2027-02-26")).label("day")
    latest = select(day).where(messages.c.kind == MessageKind.REMINDER).distinct().order_by(day.desc()).limit(newest)
    days = list((await db.execute(latest)).scalars())
    source = messages.join(deliveries, deliveries.c.message_id == messages.c.id)
    query = select(day, deliveries.c.state, func.count().label("n")).select_from(source)
    counts: dict[str, dict[str, int]] = {date: {} for date in days}
    for row in await db.execute(query.where(day.in_(days)).group_by(day, deliveries.c.state)):
        counts[row.day][row.state] = row.n
    return [(date, Tally(**states)) for date, states in counts.items()]


async def list_uncertain(db: AsyncConnection, outbox_id: OutboxId, limit: int) -> list[int]:
    """The first `limit` chats, by id, that may or may not have received the message."""
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


_ENTRY_COLUMNS = (
    *(deliveries.c.chat_id, deliveries.c.state, deliveries.c.reason),
    *(deliveries.c.detail, deliveries.c.telegram_id, deliveries.c.changed_at),
)


def _read_entry(row: Row[*tuple[Any, ...]]) -> Entry:
    reason = Reason(row.reason) if row.reason else None
    return Entry(row.chat_id, DeliveryState(row.state), reason, row.detail, row.telegram_id, row.changed_at)


async def list_not_sent(db: AsyncConnection, outbox_id: OutboxId) -> list[Entry]:
    """Every delivery that is not certain to have arrived, in the order of the chats' ids."""
    query = select(*_ENTRY_COLUMNS).where(
        deliveries.c.message_id == outbox_id, deliveries.c.state != DeliveryState.SENT
    )
    return [_read_entry(row) for row in await db.execute(query.order_by(deliveries.c.chat_id))]


async def iterate_entries(db: AsyncConnection, outbox_id: OutboxId) -> AsyncIterator[Entry]:
    """Every delivery, in the order of the chats' ids; they are read PIECE at a time."""
    query = (
        select(*_ENTRY_COLUMNS).where(deliveries.c.message_id == outbox_id).order_by(deliveries.c.chat_id).limit(PIECE)
    )
    after: int | None = None
    while piece := (await db.execute(query if after is None else query.where(deliveries.c.chat_id > after))).all():
        for row in piece:
            yield _read_entry(row)
        after = piece[-1].chat_id


async def count_reasons(db: AsyncConnection, outbox_id: OutboxId) -> list[tuple[DeliveryState, Reason | None, int]]:
    """The numbers of failed, skipped and uncertain deliveries, by reason; the largest first."""
    query = select(deliveries.c.state, deliveries.c.reason, func.count()).where(
        deliveries.c.message_id == outbox_id, _has_failed
    )
    counts = await db.execute(query.group_by(deliveries.c.state, deliveries.c.reason).order_by(func.count().desc()))
    return [(DeliveryState(state), Reason(reason) if reason else None, number) for state, reason, number in counts]


async def count_languages(db: AsyncConnection, outbox_id: OutboxId) -> list[tuple[str, DeliveryState, int]]:
    """The number of deliveries by the chat's language and by state; the language of unknown chats is ""."""
    language = func.coalesce(chats.c.language, "").label("language")
    source = deliveries.outerjoin(chats, chats.c.id == deliveries.c.chat_id)
    query = select(language, deliveries.c.state, func.count().label("n")).select_from(source)
    counts = await db.execute(query.where(deliveries.c.message_id == outbox_id).group_by(language, deliveries.c.state))
    return [(row.language, DeliveryState(row.state), row.n) for row in counts]


async def list_paused(db: AsyncConnection) -> list[OutboxId]:
    """The messages that the program paused and that only a person can resume."""
    is_paused = (messages.c.state == MessageState.PAUSED) & messages.c.state_reason.is_not(None)
    return list((await db.execute(select(messages.c.id).where(is_paused))).scalars())


_has_expired = (messages.c.kind == MessageKind.REMINDER) & (messages.c.finished_at >= messages.c.expires_at)
_unreported = select(messages.c.id).where(_has_expired, messages.c.late_told_at.is_(None))


async def count_late(db: AsyncConnection) -> dict[str, int]:
    """The number of chats that each notice came too late for, as far as the admins do not know yet.

    The keys are those of domain.reminders.schedule.Item.
    """
    is_late = (deliveries.c.message_id.in_(_unreported)) & (deliveries.c.reason == Reason.LATE)
    query = select(notices.c.item, func.count().label("n")).select_from(
        deliveries.join(notices, notices.c.message_id == deliveries.c.message_id)
    )
    return {row.item: row.n for row in await db.execute(query.where(is_late).group_by(notices.c.item))}


async def mark_late_reported(db: AsyncConnection, now: float) -> None:
    """Mark everything that `count_late` counts as reported to the admins."""
    await db.execute(update(messages).where(messages.c.id.in_(_unreported)).values(late_told_at=now))
