"""Queues a delivery for each chat of an audience: a piece of it with message statement."""

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

START = -(2**62)  # below every chat id of Telegram's
PIECE = 5000  # chats queued by message transaction: a reply that waits for it waits some 30 ms


async def list_queueing(db: AsyncConnection, most: int) -> list[OutboxMessage]:
    """The messages whose audience is not wholly queued: the oldest, so many at most."""
    query = select(*rows.COLUMNS).where(messages.c.queued_to.is_not(None)).order_by(messages.c.id).limit(most)
    return [rows.read_message(row) for row in await db.execute(query.with_for_update())]


async def queue_next_piece(
    db: AsyncConnection, message: OutboxMessage, waves: Waves | None = None, zone: str = ""
) -> int:
    """Queue the next piece of its audience; how many chats. `zone` is that of a chat that chose none.

    Where the piece stands is written in the same transaction, so it goes on where a crash stopped it.
    """
    assert message.queued_to is not None  # it is being queued
    rest = _id(message) > message.queued_to
    last = (await db.execute(_ordered(message, rest).offset(PIECE - 1).limit(1))).scalar_one_or_none()
    number = await _insert(db, message, rest if last is None else and_(rest, _id(message) <= last), waves, zone)
    await db.execute(update(messages).where(messages.c.id == message.id).values(queued_to=last))
    return number


async def queue_for_chat(db: AsyncConnection, outbox_id: OutboxId, chat_id: int) -> None:
    """Queue a message for this chat alone; nobody else is to come."""
    values = {"message_id": outbox_id, "chat_id": chat_id, "state": DeliveryState.QUEUED}
    await db.execute(insert(db, deliveries).values(**values).on_conflict_do_nothing())
    await db.execute(update(messages).where(messages.c.id == outbox_id).values(queued_to=None))


async def queue_migrated_chat(db: AsyncConnection, old_id: int, new_id: int) -> None:
    """A chat got another id. Where the audience is half queued, and only its old id was still to come, it is queued."""
    halves = select(*rows.COLUMNS).where(messages.c.queued_to.is_not(None)).order_by(messages.c.id)
    for row in (await db.execute(halves.with_for_update())).all():  # a piece that is being queued now is waited for
        message = rows.read_message(row)
        if message.queued_to is not None and new_id <= message.queued_to < old_id:
            await _insert(db, message, _id(message) == new_id, None, "")


async def _insert(
    db: AsyncConnection, message: OutboxMessage, which: ColumnElement[bool], waves: Waves | None, zone: str
) -> int:
    names = ["message_id", "chat_id", "state", "reason", "not_before", "telegram_id", "more_ids"]
    values: list[ColumnElement[Any]] = [
        literal(message.id),
        _id(message),
        *_standing(message, waves, zone),
        *_copy(message),
    ]
    query = _source(message, which).with_only_columns(*values)
    return (await db.execute(insert(db, deliveries).from_select(names, query).on_conflict_do_nothing())).rowcount


def _standing(message: OutboxMessage, waves: Waves | None, zone: str) -> list[ColumnElement[Any]]:
    """State, reason and not_before of a new delivery. Who is left out has a row too: the sum is the audience."""
    if message.state is MessageState.CANCELLED:
        return [literal(DeliveryState.SKIPPED), literal(Reason.CANCELLED), literal(0.0)]
    if not waves:
        return [literal(DeliveryState.QUEUED), literal(None), literal(0.0)]
    own = func.coalesce(chats.c.zone, zone)
    moments = {name: moment.timestamp() for name, moment in waves.items() if moment is not None}
    at = case(moments, value=own, else_=0.0) if moments else literal(0.0)
    left_out = [name for name, moment in waves.items() if moment is None]
    is_left_out = own.in_(left_out) if left_out else false()
    state = case((is_left_out, DeliveryState.SKIPPED), else_=DeliveryState.QUEUED)
    return [state, case((is_left_out, Reason.LATE), else_=None), at]


def _copy(message: OutboxMessage) -> list[ColumnElement[Any]]:
    """For a job: which message it is to change."""
    return [deliveries.c.telegram_id, deliveries.c.more_ids] if message.kind in JOBS else [literal(None), literal(None)]


def _id(message: OutboxMessage) -> ColumnElement[int]:
    return deliveries.c.chat_id if message.kind in JOBS else chats.c.id


def _ordered(message: OutboxMessage, rest: ColumnElement[bool]) -> Select[tuple[int]]:
    """The ids in their order. Of a group all members, whatever they wish: a piece of each way to be in it is enough."""
    audience = message.audience
    if not isinstance(audience, ReminderAudience) or audience.group is None:
        return _source(message, rest).order_by(_id(message))
    ways = audiences.group_conditions(audience.group, audience.default or audience.group)
    firsts = [select(chats.c.id).where(way, rest).order_by(chats.c.id).limit(PIECE).subquery() for way in ways]
    members = union_all(*(select(first.c.id) for first in firsts)).subquery()
    return select(members.c.id).order_by(members.c.id)


def _source(message: OutboxMessage, which: ColumnElement[bool]) -> Select[tuple[int]]:
    if message.kind in JOBS:
        assert message.of_id is not None
        return select(deliveries.c.chat_id).where(audiences.has_copy(message.of_id), which)
    return select(chats.c.id).where(audiences.is_in_audience(message.audience, which))
