"""Queues a delivery for each chat of an audience: a piece of it with one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, func, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.broadcasts import timing as timings
from outreachbot.domain.broadcasts.audience import Audience, load
from outreachbot.domain.broadcasts.timing import Timing
from outreachbot.domain.delivery.states import JOBS, DeliveryState, MessageKind, MessageState, Reason
from outreachbot.store import audience as audiences
from outreachbot.store.database.insert import insert
from outreachbot.store.tables import chats, deliveries, messages

START = -(2**62)  # below every chat id of Telegram's
PIECE = 5000  # chats queued by one transaction: a reply that waits for it waits some 30 ms

Waves = Mapping[str, float | None]
"""When the chats of each zone get it (seconds since the epoch); None: not at all."""


@dataclass(frozen=True, slots=True)
class Queueing:
    """A message whose audience is being queued, in the order of the chat ids."""

    message_id: int
    kind: MessageKind
    state: MessageState
    of_id: int | None
    audience: Audience
    timing: Timing
    began: float  # when it was to start, or did: an hour that had passed by then has passed
    queued_to: int


async def list_queueing(db: AsyncConnection, most: int) -> list[Queueing]:
    """The messages whose audience is not wholly queued: the oldest, so many at most."""
    query = select(messages).where(messages.c.queued_to.is_not(None)).order_by(messages.c.id).limit(most)
    return [_queueing(row) for row in await db.execute(query.with_for_update())]


def _queueing(row: Row[*tuple[Any, ...]]) -> Queueing:
    return Queueing(
        row.id,
        MessageKind(row.kind),
        MessageState(row.state),
        row.of_id,
        load(row.audience),
        timings.load(row.schedule),
        row.starts_at or row.started_at,
        row.queued_to,
    )


async def queue_next_piece(db: AsyncConnection, one: Queueing, waves: Waves | None = None, zone: str = "") -> int:
    """Queue the next piece of its audience; how many chats. `zone` is that of a chat that chose none.

    Where the piece stands is written in the same transaction, so it goes on where a crash stopped it.
    """
    rest = _id(one) > one.queued_to
    last = (await db.execute(_ordered(one, rest).offset(PIECE - 1).limit(1))).scalar_one_or_none()
    number = await _insert(db, one, rest if last is None else and_(rest, _id(one) <= last), waves, zone)
    await db.execute(update(messages).where(messages.c.id == one.message_id).values(queued_to=last))
    return number


async def queue_for_chat(db: AsyncConnection, message_id: int, chat_id: int) -> None:
    """Queue a message for this chat alone; nobody else is to come."""
    values = {"message_id": message_id, "chat_id": chat_id, "state": DeliveryState.QUEUED}
    await db.execute(insert(db, deliveries).values(**values).on_conflict_do_nothing())
    await db.execute(update(messages).where(messages.c.id == message_id).values(queued_to=None))


async def queue_migrated_chat(db: AsyncConnection, old_id: int, new_id: int) -> None:
    """A chat got another id. Where the audience is half queued, and only its old id was still to come, it is queued."""
    halves = select(messages).where(messages.c.queued_to.is_not(None)).order_by(messages.c.id)
    for row in (await db.execute(halves.with_for_update())).all():  # a piece that is being queued now is waited for
        one = _queueing(row)
        if new_id <= one.queued_to < old_id:
            await _insert(db, one, _id(one) == new_id, None, "")


async def _insert(
    db: AsyncConnection, one: Queueing, which: ColumnElement[bool], waves: Waves | None, zone: str
) -> int:
    names = ["message_id", "chat_id", "state", "reason", "not_before", "telegram_id", "more_ids"]
    values = [literal(one.message_id), _id(one), *_standing(one, waves, zone), *_copy(one)]
    query = _source(one, which).with_only_columns(*values)
    return (await db.execute(insert(db, deliveries).from_select(names, query).on_conflict_do_nothing())).rowcount


def _standing(one: Queueing, waves: Waves | None, zone: str) -> list[ColumnElement[Any]]:
    """State, reason and not_before of a new delivery. Who is left out has a row too: the sum is the audience."""
    if one.state is MessageState.CANCELLED:
        return [literal(DeliveryState.SKIPPED), literal(Reason.CANCELLED), literal(0.0)]
    if not waves:
        return [literal(DeliveryState.QUEUED), literal(None), literal(0.0)]
    own = func.coalesce(chats.c.zone, zone)
    moments = {name: moment for name, moment in waves.items() if moment is not None}
    at = case(moments, value=own, else_=0.0) if moments else literal(0.0)
    left_out = [name for name, moment in waves.items() if moment is None]
    is_left_out = own.in_(left_out) if left_out else false()
    state = case((is_left_out, DeliveryState.SKIPPED), else_=DeliveryState.QUEUED)
    return [state, case((is_left_out, Reason.LATE), else_=None), at]


def _copy(one: Queueing) -> list[ColumnElement[Any]]:
    """For a job: which message it is to change."""
    return [deliveries.c.telegram_id, deliveries.c.more_ids] if one.kind in JOBS else [literal(None), literal(None)]


def _id(one: Queueing) -> ColumnElement[int]:
    return deliveries.c.chat_id if one.kind in JOBS else chats.c.id


def _ordered(one: Queueing, rest: ColumnElement[bool]) -> Select[tuple[int]]:
    """The ids in their order. Of a group all members, whatever they wish: a piece of each way to be in it is enough."""
    if one.audience.group is None:
        return _source(one, rest).order_by(_id(one))
    ways = audiences.group_conditions(one.audience.group, one.audience.default or one.audience.group)
    firsts = [select(chats.c.id).where(way, rest).order_by(chats.c.id).limit(PIECE).subquery() for way in ways]
    members = union_all(*(select(first.c.id) for first in firsts)).subquery()
    return select(members.c.id).order_by(members.c.id)


def _source(one: Queueing, which: ColumnElement[bool]) -> Select[tuple[int]]:
    if one.kind in JOBS:
        assert one.of_id is not None
        return select(deliveries.c.chat_id).where(audiences.has_copy(one.of_id), which)
    return select(chats.c.id).where(audiences.belongs(one.audience, which))
