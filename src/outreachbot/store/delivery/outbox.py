"""Deliveries: who is claimed next, and what became of each."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Update, and_, bindparam, exists, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.states import ACTIVE, FOR_SUBSCRIBERS, DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.ids import OutboxId, TelegramMessageId
from outreachbot.domain.reminders.settings import Quiet
from outreachbot.store.conditions import is_queued, is_running, is_sending, is_uncertain
from outreachbot.store.delivery.messages import skip_rest
from outreachbot.store.tables import calendar, chats, deliveries, messages

BEHIND = 1.0  # as `not_before`: long ago, and later than that of those who wait for no moment
_of_message = deliveries.c.message_id == messages.c.id
_is_open = messages.c.state.in_(ACTIVE)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to send, written down as `sending`."""

    outbox_id: OutboxId
    chat_id: int
    language: str = ""
    topic_id: int | None = None
    kind: MessageKind = MessageKind.BROADCAST
    copy_ids: tuple[TelegramMessageId, ...] = ()  # of the copy that a job is to change
    silent: bool = False  # it makes no sound
    revision: int = 0  # of what the message says: it may be corrected while it is sent


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claimed delivery."""

    outbox_id: OutboxId
    chat_id: int
    state: DeliveryState
    reason: Reason | None = None
    detail: str | None = None
    telegram_id: TelegramMessageId | None = None
    more_ids: tuple[TelegramMessageId, ...] = ()
    not_before: float = 0.0  # where it is queued again: when it may be claimed


async def has_work(db: AsyncConnection, now: float) -> bool:
    """Whether something may be claimed, has run out of time, or has only to be finished."""
    is_due = exists().where(_of_message, is_queued, deliveries.c.not_before <= now)
    is_empty = not_(exists().where(_of_message, is_queued)) & messages.c.queued_to.is_(None)
    is_late = messages.c.expires_at <= now
    work = or_(and_(is_running, is_due), and_(_is_open, or_(is_empty, is_late)))
    return (await db.execute(select(messages.c.id).where(work).limit(1))).first() is not None


_OPEN = (
    select(messages.c.id, messages.c.kind, messages.c.state, messages.c.expires_at, messages.c.revision)
    .where(_is_open)
    .order_by(messages.c.kind != MessageKind.REMINDER, messages.c.id)
)


async def claim(db: AsyncConnection, sender_id: int, limit: int, now: float) -> list[Claimed]:
    """Take up to `limit` due deliveries and write them down as `sending`: reminders first, then the oldest message.

    Chats that left or went away since they were queued are skipped on the way. Two senders never get the same row:
    SQLite has one writer, PostgreSQL locks the rows and the other sender passes over them.
    """
    claimed: list[Claimed] = []
    for message in (await db.execute(_OPEN)).all():
        if message.expires_at is not None and message.expires_at <= now:
            await skip_rest(db, message.id, Reason.LATE, now)
        elif message.state == MessageState.RUNNING and len(claimed) < limit:
            claimed += await _claim_of(db, sender_id, message, limit - len(claimed), now)
    return claimed


async def _claim_of(
    db: AsyncConnection, sender_id: int, message: Row[*tuple[Any, ...]], limit: int, now: float
) -> list[Claimed]:
    """Up to `limit` of one message; where chats have left, the ones after them."""
    claimed: list[Claimed] = []
    kind = MessageKind(message.kind)
    while len(claimed) < limit:
        rows = (await db.execute(_DUE, {"of": message.id, "now": now, "most": limit - len(claimed)})).all()
        if not rows:
            break
        leaving = {row.chat_id: why for row in rows if (why := _why_not(row, kind))}
        await _skip(db, message.id, leaving, now)
        going = [row for row in rows if row.chat_id not in leaving]
        if going:
            who = [row.chat_id for row in going]
            await db.execute(_TAKE, {"of": message.id, "who": who, "mine": sender_id, "now": now})
        claimed += [_claimed(message, row, now) for row in going]
    return claimed


def _claimed(message: Row[*tuple[Any, ...]], row: Row[*tuple[Any, ...]], now: float) -> Claimed:
    chat = row.chat_id, row.language or "", row.topic_id
    return Claimed(message.id, *chat, MessageKind(message.kind), _copy_ids(row), _is_silent(row, now), message.revision)


def _why_not(row: Row[*tuple[Any, ...]], kind: MessageKind) -> str | None:
    """Why a chat is not written to. One that is unknown by now has another id: Telegram says which."""
    if row.known is None:
        return None
    if row.gone_at is not None:
        return str(row.gone_reason)
    return Reason.UNSUBSCRIBED if row.subscribed_at is None and kind in FOR_SUBSCRIBERS else None


def _is_silent(row: Row[*tuple[Any, ...]], now: float) -> bool:
    if row.silent or row.quiet_from is None or row.zone is None:
        return bool(row.silent)
    return Quiet(row.quiet_from, row.quiet_to).holds_at(dt.datetime.fromtimestamp(now, dt.UTC), row.zone)


def _copy_ids(row: Row[*tuple[Any, ...]]) -> tuple[TelegramMessageId, ...]:
    return () if row.telegram_id is None else (row.telegram_id, *(row.more_ids or ()))


# What every claim runs is built once: building it takes longer than running it.
_DUE = (
    select(deliveries.c.chat_id, deliveries.c.telegram_id, deliveries.c.more_ids)
    .add_columns(chats.c.id.label("known"), chats.c.language, chats.c.topic_id)
    .add_columns(chats.c.subscribed_at, chats.c.gone_at, chats.c.gone_reason)
    .add_columns(chats.c.silent, chats.c.quiet_from, chats.c.quiet_to)
    .add_columns(func.coalesce(chats.c.zone, select(calendar.c.zone).scalar_subquery()).label("zone"))
    .select_from(deliveries.outerjoin(chats, chats.c.id == deliveries.c.chat_id))
    .where(deliveries.c.message_id == bindparam("of"), is_queued, deliveries.c.not_before <= bindparam("now"))
    .order_by(deliveries.c.not_before, deliveries.c.chat_id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(of=deliveries, skip_locked=True)
)
_TAKE = (
    update(deliveries)
    .where(deliveries.c.message_id == bindparam("of"), deliveries.c.chat_id.in_(bindparam("who", expanding=True)))
    .where(is_queued)
    .values(state=DeliveryState.SENDING, sender_id=bindparam("mine"), changed_at=bindparam("now"))
)


async def _skip(db: AsyncConnection, outbox_id: OutboxId, who: dict[int, str], now: float) -> None:
    if not who:
        return
    statement = update(deliveries).where(deliveries.c.message_id == outbox_id, deliveries.c.chat_id == bindparam("who"))
    rows = [{"who": chat_id, "why": reason} for chat_id, reason in who.items()]
    await db.execute(statement.values(state=DeliveryState.SKIPPED, reason=bindparam("why"), changed_at=now), rows)


async def settle(db: AsyncConnection, sender_id: int, results: Sequence[Settled], now: float) -> None:
    """Write down what became of deliveries that this sender claimed.

    One whose lease was taken for over finds its rows uncertain; it knows better. Where an admin has meanwhile sent
    such a one again, it is another's.
    """
    over = await _over(db, {one.outbox_id for one in results if one.state is DeliveryState.QUEUED})
    sent = [one for one in results if one.state is DeliveryState.SENT and not one.more_ids]
    if sent:
        rows = [{"of": one.outbox_id, "who": one.chat_id, "to_id": one.telegram_id} for one in sent]
        await db.execute(_SENT, [{**row, "mine": sender_id, "at": now} for row in rows])
    others = [one for one in results if one.state is not DeliveryState.SENT or one.more_ids]
    if others:
        await db.execute(_OTHER, [_values(one, over) | {"mine": sender_id, "at": now} for one in others])


async def requeue_unknown(
    db: AsyncConnection, sender_id: int, known: Collection[tuple[OutboxId, int]], now: float
) -> None:
    """What this sender has claimed without knowing it (`known` is the rest: message, chat) never left: it is queued."""
    mine = (deliveries.c.message_id, deliveries.c.chat_id, deliveries.c.telegram_id, deliveries.c.more_ids)
    rows = (await db.execute(select(*mine).where(is_sending, deliveries.c.sender_id == sender_id))).all()
    again = [
        Settled(
            row.message_id, row.chat_id, DeliveryState.QUEUED, None, None, row.telegram_id, tuple(row.more_ids or ())
        )
        for row in rows
        if (row.message_id, row.chat_id) not in known
    ]
    await settle(db, sender_id, again, now)


async def _over(db: AsyncConnection, ids: set[OutboxId]) -> set[OutboxId]:
    """Which of these messages a person stopped. They are locked: who stops one now waits until we have written.

    Not a lock that two can share: both may go on to pause the message, and each would wait for the other.
    """
    if not ids:
        return set()
    query = select(messages.c.id, messages.c.state).where(messages.c.id.in_(ids)).order_by(messages.c.id)
    rows = await db.execute(query.with_for_update(key_share=True))
    return {row.id for row in rows if row.state == MessageState.CANCELLED}


def _values(one: Settled, over: set[OutboxId]) -> dict[str, object]:
    stopped = one.state is DeliveryState.QUEUED and one.outbox_id in over
    return {
        "of": one.outbox_id,
        "who": one.chat_id,
        "to_state": DeliveryState.SKIPPED if stopped else one.state,
        "to_reason": Reason.CANCELLED if stopped else one.reason,
        "to_detail": one.detail,
        "to_id": one.telegram_id,
        "to_more": list(one.more_ids) or None,
        "to_not_before": one.not_before,
    }


def _settling(given_up: ColumnElement[bool], **values: object) -> Update:
    ours = (deliveries.c.message_id == bindparam("of")) & (deliveries.c.chat_id == bindparam("who"))
    mine = deliveries.c.sender_id == bindparam("mine")
    values |= {"telegram_id": bindparam("to_id"), "changed_at": bindparam("at")}
    return update(deliveries).where(ours, mine, or_(is_sending, given_up)).values(**values)


_SENT = _settling(is_uncertain, state=DeliveryState.SENT, reason=None, detail=None)
_OTHER = _settling(
    and_(is_uncertain, bindparam("to_state") != DeliveryState.QUEUED),  # its message may be finished by now
    state=bindparam("to_state"),
    reason=bindparam("to_reason"),
    detail=bindparam("to_detail"),
    more_ids=bindparam("to_more", type_=deliveries.c.more_ids.type),
    not_before=bindparam("to_not_before"),
)


async def has_only_rejected(db: AsyncConnection, outbox_id: OutboxId) -> bool:
    """Whether it runs and nobody is queued but those for whom it was wrong before."""
    others = exists().where(_of_message, is_queued, deliveries.c.not_before != BEHIND)
    query = select(messages.c.id).where(messages.c.id == outbox_id, is_running, not_(others))
    return (await db.execute(query)).first() is not None


async def requeue_rejected(db: AsyncConnection, outbox_id: OutboxId) -> None:
    """What failed because the message itself is wrong is queued again, behind the rest: it may be sent after all.

    Nothing is queued of what is over by now; who stops it now waits until we have written.
    """
    query = select(messages.c.id).where(messages.c.id == outbox_id, _is_open).with_for_update(key_share=True)
    if (await db.execute(query)).first() is None:
        return
    failed = (deliveries.c.state == DeliveryState.FAILED) & (deliveries.c.reason == Reason.TEMPLATE)
    values: dict[str, object] = {"state": DeliveryState.QUEUED, "reason": None, "detail": None, "sender_id": None}
    values["not_before"] = BEHIND
    await db.execute(update(deliveries).where(deliveries.c.message_id == outbox_id, failed).values(**values))
