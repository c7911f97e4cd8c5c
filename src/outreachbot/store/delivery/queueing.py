"""Queues a delivery for each chat in an audience, a piece at a time."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.broadcasts.timing import Waves
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import JOBS, DeliveryState, MessageState, Reason
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.reminders.audience import ReminderAudience
from outreachbot.store import audience as audiences
from outreachbot.store.database.insert import insert
from outreachbot.store.delivery import rows
from outreachbot.store.tables import chats, deliveries, messages

START = -(2**62)  # lower than any chat id of Telegram
PIECE = 5000  # chats queued in a transaction: a reply may have to wait for it, some 30 ms


async def list_queueing(db: AsyncConnection, limit: int) -> list[OutboxMessage]:
    """The oldest `limit` messages whose audience is not fully queued, locked until the transaction ends."""
    query = select(*rows.COLUMNS).where(messages.c.queued_to.is_not(None)).order_by(messages.c.id).limit(limit)
    return [rows.read_message(row) for row in await db.execute(query.with_for_update())]


async def queue_next_piece(
    db: AsyncConnection, message: OutboxMessage, waves: Waves | None = None, zone: str = ""
) -> int:
    """Queue the next piece of a message's audience; returns the number of chats. `zone` is for chats that chose none.

    The progress is stored in the same transaction, so after a crash queueing goes on where it stopped.
    """
    assert message.queued_to is not None  # it is being queued
    rest = _chat_id(message) > message.queued_to
    last = (await db.execute(_select_in_order(message, rest).offset(PIECE - 1).limit(1))).scalar_one_or_none()
    piece = rest if last is None else and_(rest, _chat_id(message) <= last)
    number = await _insert_deliveries(db, message, piece, waves, zone)
    await db.execute(update(messages).where(messages.c.id == message.id).values(queued_to=last))
    return number


async def queue_for_chat(db: AsyncConnection, outbox_id: OutboxId, chat_id: int) -> None:
    """Queue a message for this chat, and stop queueing its audience."""
    values = {"message_id": outbox_id, "chat_id": chat_id, "state": DeliveryState.QUEUED}
    await db.execute(insert(db, deliveries).values(**values).on_conflict_do_nothing())
    await db.execute(update(messages).where(messages.c.id == outbox_id).values(queued_to=None))


async def queue_migrated_chat(db: AsyncConnection, old_id: int, new_id: int) -> None:
    """Queue the new id of a chat where only the old one was still to be queued: queueing has passed the new id."""
    unfinished = select(*rows.COLUMNS).where(messages.c.queued_to.is_not(None)).order_by(messages.c.id)
    for row in (await db.execute(unfinished.with_for_update())).all():  # waits for a piece that is being queued
        message = rows.read_message(row)
        if message.queued_to is not None and new_id <= message.queued_to < old_id:
            await _insert_deliveries(db, message, _chat_id(message) == new_id, None, "")


async def _insert_deliveries(
    db: AsyncConnection, message: OutboxMessage, piece: ColumnElement[bool], waves: Waves | None, zone: str
) -> int:
    names = ["message_id", "chat_id", "state", "reason", "not_before", "telegram_id", "more_ids"]
    values: list[ColumnElement[Any]] = [
        literal(message.id),
        _chat_id(message),
        *_initial_state(message, waves, zone),
        *_copy_ids(message),
    ]
    query = _select_chats(message, piece).with_only_columns(*values)
    return (await db.execute(insert(db, deliveries).from_select(names, query).on_conflict_do_nothing())).rowcount


def _initial_state(message: OutboxMessage, waves: Waves | None, zone: str) -> list[ColumnElement[Any]]:
    """State, reason and not_before of new deliveries. Skipped chats have a row too: the rows make up the audience."""
    if message.state is MessageState.CANCELLED:
        return [literal(DeliveryState.SKIPPED), literal(Reason.CANCELLED), literal(0.0)]
    if not waves:
        return [literal(DeliveryState.QUEUED), literal(None), literal(0.0)]
    chat_zone = func.coalesce(chats.c.zone, zone)
    moments = {name: moment.timestamp() for name, moment in waves.items() if moment is not None}
    at = case(moments, value=chat_zone, else_=0.0) if moments else literal(0.0)
    late_zones = [name for name, moment in waves.items() if moment is None]
    is_late = chat_zone.in_(late_zones) if late_zones else false()
    state = case((is_late, DeliveryState.SKIPPED), else_=DeliveryState.QUEUED)
    return [state, case((is_late, Reason.LATE), else_=None), at]


def _copy_ids(message: OutboxMessage) -> list[ColumnElement[Any]]:
    """telegram_id and more_ids of new deliveries: for a job, the copy it is to change."""
    return [deliveries.c.telegram_id, deliveries.c.more_ids] if message.kind in JOBS else [literal(None), literal(None)]


def _chat_id(message: OutboxMessage) -> ColumnElement[int]:
    return deliveries.c.chat_id if message.kind in JOBS else chats.c.id


def _select_in_order(message: OutboxMessage, rest: ColumnElement[bool]) -> Select[tuple[int]]:
    """The ids of the remaining chats, in order; for a reminder, of at least a piece of its group, whatever they want.

    The members of a group are found by several conditions: a piece for each of these contains a piece of the group.
    """
    audience = message.audience
    if not isinstance(audience, ReminderAudience) or audience.group is None:
        return _select_chats(message, rest).order_by(_chat_id(message))
    conditions = audiences.group_conditions(audience.group, audience.default or audience.group)
    pieces = [select(chats.c.id).where(way, rest).order_by(chats.c.id).limit(PIECE).subquery() for way in conditions]
    members = union_all(*(select(piece.c.id) for piece in pieces)).subquery()
    return select(members.c.id).order_by(members.c.id)


def _select_chats(message: OutboxMessage, bounds: ColumnElement[bool]) -> Select[tuple[int]]:
    if message.kind in JOBS:
        assert message.of_id is not None
        return select(deliveries.c.chat_id).where(audiences.has_copy(message.of_id), bounds)
    return select(chats.c.id).where(audiences.is_in_audience(message.audience, bounds))
