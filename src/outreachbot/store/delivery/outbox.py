"""The deliveries in the outbox: senders claim them, send them and settle them."""

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

BEHIND = 1.0  # a `not_before` that is due and sorts after the usual 0
_of_message = deliveries.c.message_id == messages.c.id
_is_open = messages.c.state.in_(ACTIVE)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery in state `sending` that its sender has to send and settle."""

    outbox_id: OutboxId
    chat_id: int
    language: str = ""
    topic_id: int | None = None
    kind: MessageKind = MessageKind.BROADCAST
    copy_ids: tuple[TelegramMessageId, ...] = ()  # of the copy that a job is to change
    silent: bool = False  # without a notification sound
    revision: int = 0  # of the message's content, which may be corrected while it is sent


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
    not_before: float = 0.0  # if it is queued again: the earliest moment to claim it (seconds since the epoch)


async def has_work(db: AsyncConnection, now: float) -> bool:
    """Whether there is a delivery to claim, or a message to expire or to finish."""
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
    """Claim up to `limit` due deliveries, which become `sending`: of reminders first, then of the oldest message.

    Chats that have unsubscribed or become unreachable since they were queued are skipped. Two senders never claim the
    same row: SQLite has one writer, and on PostgreSQL each sender locks its rows and ignores locked ones.
    """
    claimed: list[Claimed] = []
    for message in (await db.execute(_OPEN)).all():
        if message.expires_at is not None and message.expires_at <= now:
            await skip_rest(db, message.id, Reason.LATE, now)
        elif message.state == MessageState.RUNNING and len(claimed) < limit:
            claimed += await _claim_from(db, sender_id, message, limit - len(claimed), now)
    return claimed


async def _claim_from(
    db: AsyncConnection, sender_id: int, message: Row[*tuple[Any, ...]], limit: int, now: float
) -> list[Claimed]:
    """Claim up to `limit` deliveries of one message, not counting those that are skipped."""
    claimed: list[Claimed] = []
    kind = MessageKind(message.kind)
    while len(claimed) < limit:
        rows = (await db.execute(_DUE, {"outbox_id": message.id, "now": now, "limit": limit - len(claimed)})).all()
        if not rows:
            break
        skipped = {row.chat_id: reason for row in rows if (reason := _find_skip_reason(row, kind))}
        await _skip(db, message.id, skipped, now)
        taken = [row for row in rows if row.chat_id not in skipped]
        if taken:
            ids = [row.chat_id for row in taken]
            await db.execute(_TAKE, {"outbox_id": message.id, "chats": ids, "sender": sender_id, "now": now})
        claimed += [_read_claimed(message, row, now) for row in taken]
    return claimed


def _read_claimed(message: Row[*tuple[Any, ...]], row: Row[*tuple[Any, ...]], now: float) -> Claimed:
    chat = row.chat_id, row.language or "", row.topic_id
    return Claimed(message.id, *chat, MessageKind(message.kind), _copy_ids(row), _is_silent(row, now), message.revision)


def _find_skip_reason(row: Row[*tuple[Any, ...]], kind: MessageKind) -> str | None:
    """Why the chat is skipped, if it is. An unknown chat has migrated: Telegram will answer with its new id."""
    if row.known_id is None:
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


# These statements are built once, as building them takes longer than running them.
_DUE = (
    select(deliveries.c.chat_id, deliveries.c.telegram_id, deliveries.c.more_ids)
    .add_columns(chats.c.id.label("known_id"), chats.c.language, chats.c.topic_id)
    .add_columns(chats.c.subscribed_at, chats.c.gone_at, chats.c.gone_reason)
    .add_columns(chats.c.silent, chats.c.quiet_from, chats.c.quiet_to)
    .add_columns(func.coalesce(chats.c.zone, select(calendar.c.zone).scalar_subquery()).label("zone"))
    .select_from(deliveries.outerjoin(chats, chats.c.id == deliveries.c.chat_id))
    .where(deliveries.c.message_id == bindparam("outbox_id"), is_queued, deliveries.c.not_before <= bindparam("now"))
    .order_by(deliveries.c.not_before, deliveries.c.chat_id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(of=deliveries, skip_locked=True)
)
_TAKE = (
    update(deliveries)
    .where(deliveries.c.message_id == bindparam("outbox_id"))
    .where(deliveries.c.chat_id.in_(bindparam("chats", expanding=True)), is_queued)
    .values(state=DeliveryState.SENDING, sender_id=bindparam("sender"), changed_at=bindparam("now"))
)


async def _skip(db: AsyncConnection, outbox_id: OutboxId, reasons: dict[int, str], now: float) -> None:
    if not reasons:
        return
    is_skipped = (deliveries.c.message_id == outbox_id) & (deliveries.c.chat_id == bindparam("chat"))
    values = {"state": DeliveryState.SKIPPED, "reason": bindparam("why"), "changed_at": now}
    statement = update(deliveries).where(is_skipped).values(**values)
    await db.execute(statement, [{"chat": chat_id, "why": reason} for chat_id, reason in reasons.items()])


async def settle(db: AsyncConnection, sender_id: int, results: Sequence[Settled], now: float) -> None:
    """Record what became of deliveries that this sender claimed.

    If its lease was thought to have expired, its rows are uncertain by now: its results still apply to them. Rows that
    an admin has queued again in the meantime are no longer this sender's, and stay as they are.
    """
    requeued = {result.outbox_id for result in results if result.state is DeliveryState.QUEUED}
    cancelled = await _lock_cancelled(db, requeued)
    if sent := [_identify(result, sender_id, now) for result in results if _is_plainly_sent(result)]:
        await db.execute(_SETTLE_SENT, sent)
    if others := [result for result in results if not _is_plainly_sent(result)]:
        await db.execute(_SETTLE_OTHER, [_identify(r, sender_id, now) | _new_values(r, cancelled) for r in others])


def _is_plainly_sent(result: Settled) -> bool:
    return result.state is DeliveryState.SENT and not result.more_ids


async def requeue_unknown(
    db: AsyncConnection, sender_id: int, known: Collection[tuple[OutboxId, int]], now: float
) -> None:
    """Queue again the claims this sender never learned of and so never sent: all but the `known` (message, chat)."""
    columns = (deliveries.c.message_id, deliveries.c.chat_id, deliveries.c.telegram_id, deliveries.c.more_ids)
    rows = (await db.execute(select(*columns).where(is_sending, deliveries.c.sender_id == sender_id))).all()
    unknown = [
        Settled(
            row.message_id, row.chat_id, DeliveryState.QUEUED, None, None, row.telegram_id, tuple(row.more_ids or ())
        )
        for row in rows
        if (row.message_id, row.chat_id) not in known
    ]
    await settle(db, sender_id, unknown, now)


async def _lock_cancelled(db: AsyncConnection, ids: set[OutboxId]) -> set[OutboxId]:
    """Lock these messages, so that a person who cancels one now waits; returns those that are cancelled."""
    if not ids:
        return set()
    # Not a shared lock: two senders that then pause the same message would wait for each other.
    query = select(messages.c.id, messages.c.state).where(messages.c.id.in_(ids)).order_by(messages.c.id)
    rows = await db.execute(query.with_for_update(key_share=True))
    return {row.id for row in rows if row.state == MessageState.CANCELLED}


def _identify(result: Settled, sender_id: int, now: float) -> dict[str, object]:
    delivery = {"outbox_id": result.outbox_id, "chat": result.chat_id, "sender": sender_id}
    return {**delivery, "new_id": result.telegram_id, "now": now}


def _new_values(result: Settled, cancelled: set[OutboxId]) -> dict[str, object]:
    is_cancelled = result.state is DeliveryState.QUEUED and result.outbox_id in cancelled
    return {
        "new_state": DeliveryState.SKIPPED if is_cancelled else result.state,
        "new_reason": Reason.CANCELLED if is_cancelled else result.reason,
        "new_detail": result.detail,
        "new_more_ids": list(result.more_ids) or None,
        "new_not_before": result.not_before,
    }


def _build_settle(is_given_up: ColumnElement[bool], **values: object) -> Update:
    is_delivery = (deliveries.c.message_id == bindparam("outbox_id")) & (deliveries.c.chat_id == bindparam("chat"))
    is_claimed = deliveries.c.sender_id == bindparam("sender")
    values |= {"telegram_id": bindparam("new_id"), "changed_at": bindparam("now")}
    return update(deliveries).where(is_delivery, is_claimed, or_(is_sending, is_given_up)).values(**values)


_SETTLE_SENT = _build_settle(is_uncertain, state=DeliveryState.SENT, reason=None, detail=None)
_SETTLE_OTHER = _build_settle(
    and_(is_uncertain, bindparam("new_state") != DeliveryState.QUEUED),  # its message may have finished by now
    state=bindparam("new_state"),
    reason=bindparam("new_reason"),
    detail=bindparam("new_detail"),
    more_ids=bindparam("new_more_ids", type_=deliveries.c.more_ids.type),
    not_before=bindparam("new_not_before"),
)


async def has_only_rejected(db: AsyncConnection, outbox_id: OutboxId) -> bool:
    """Whether the message is running and everything still queued was put there by `requeue_rejected`."""
    others = exists().where(_of_message, is_queued, deliveries.c.not_before != BEHIND)
    query = select(messages.c.id).where(messages.c.id == outbox_id, is_running, not_(others))
    return (await db.execute(query)).first() is not None


async def requeue_rejected(db: AsyncConnection, outbox_id: OutboxId) -> None:
    """Queue again, behind the rest, what Telegram refused because of the message itself; nothing if it has ended."""
    # Locked, so that a person who stops it now waits until we have written.
    query = select(messages.c.id).where(messages.c.id == outbox_id, _is_open).with_for_update(key_share=True)
    if (await db.execute(query)).first() is None:
        return
    is_rejected = (deliveries.c.state == DeliveryState.FAILED) & (deliveries.c.reason == Reason.TEMPLATE)
    values: dict[str, object] = {"state": DeliveryState.QUEUED, "reason": None, "detail": None, "sender_id": None}
    values["not_before"] = BEHIND
    await db.execute(update(deliveries).where(deliveries.c.message_id == outbox_id, is_rejected).values(**values))
