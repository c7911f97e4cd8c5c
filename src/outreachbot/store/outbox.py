"""Messages and their deliveries: what is to be said, to whom, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, exists, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery import MessageState, Reason, State
from outreachbot.store import audience, bodies
from outreachbot.store.audience import Audience
from outreachbot.store.bodies import Bodies
from outreachbot.store.insert import insert
from outreachbot.store.tables import chats, deliveries, is_queued, is_running, is_sending, messages

REMINDER = "reminder"
_SETTLED = ("state", "reason", "detail", "telegram_id", "not_before")
BROADCAST = "broadcast"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours to send, written down as `sending`."""

    message_id: int
    chat_id: int
    language: str
    topic_id: int | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a claimed delivery."""

    message_id: int
    chat_id: int
    state: State
    reason: Reason | None = None
    detail: str | None = None
    telegram_id: int | None = None
    not_before: float = 0.0  # where it is queued again: when it may be claimed


async def write(
    db: AsyncConnection,
    kind: str,
    content: Bodies,
    now: float,
    *,
    key: str | None = None,
    expires_at: float | None = None,
) -> int | None:
    """Write a message down: a reminder runs at once, a broadcast is a draft. None when the key is there already."""
    state = MessageState.RUNNING if kind == REMINDER else MessageState.DRAFT
    statement = insert(db, messages).values(
        kind=kind,
        key=key,
        state=state,
        body=bodies.dump(content),
        created_at=now,
        started_at=now if state is MessageState.RUNNING else None,
        expires_at=expires_at,
    )
    statement = statement.on_conflict_do_nothing(index_elements=[messages.c.key])
    message_id: int | None = (await db.execute(statement.returning(messages.c.id))).scalar_one_or_none()
    return message_id


async def known(db: AsyncConnection, keys: Sequence[str]) -> set[str]:
    """Which of these keys are written down already."""
    rows = await db.execute(select(messages.c.key).where(messages.c.key.in_(keys)))
    return {key for (key,) in rows if key is not None}


async def body(db: AsyncConnection, message_id: int) -> Bodies:
    return bodies.load((await db.execute(select(messages.c.body).where(messages.c.id == message_id))).scalar_one())


async def is_running_any(db: AsyncConnection) -> bool:
    """Whether a message runs: then something may be due, or it has only to be finished."""
    return (await db.execute(select(messages.c.id).where(is_running).limit(1))).first() is not None


async def claim(db: AsyncConnection, limit: int, now: float) -> list[Claimed]:
    """Take up to `limit` due deliveries and write them down as `sending`: reminders first, then the oldest message.

    Chats that left or went away since they were queued are skipped on the way. Two senders never get the same row:
    SQLite has one writer, PostgreSQL locks the rows and the other sender passes over them.
    """
    claimed: list[Claimed] = []
    for message_id, expires_at in await _running(db):
        if expires_at is not None and expires_at <= now:
            await _skip_rest(db, message_id, Reason.LATE, now)
        elif len(claimed) < limit:
            claimed += await _claim_of(db, message_id, limit - len(claimed), now)
    return claimed


async def _running(db: AsyncConnection) -> list[tuple[int, float | None]]:
    order = (messages.c.kind == BROADCAST, messages.c.id)
    rows = await db.execute(select(messages.c.id, messages.c.expires_at).where(is_running).order_by(*order))
    return [(row.id, row.expires_at) for row in rows]


async def _claim_of(db: AsyncConnection, message_id: int, limit: int, now: float) -> list[Claimed]:
    """Up to `limit` of one message; where chats have left, the ones after them."""
    claimed: list[Claimed] = []
    while len(claimed) < limit:
        rows = await _due(db, message_id, limit - len(claimed), now)
        if not rows:
            break
        leaving = [row for row in rows if row.gone_at is not None or row.subscribed_at is None]
        await _skip(db, message_id, [(row.chat_id, row.gone_reason or Reason.UNSUBSCRIBED) for row in leaving], now)
        going = [row for row in rows if row.gone_at is None and row.subscribed_at is not None]
        ours = (deliveries.c.message_id == message_id) & deliveries.c.chat_id.in_([row.chat_id for row in going])
        values: dict[str, object] = {"state": State.SENDING, "changed_at": now}
        await db.execute(update(deliveries).where(ours, is_queued).values(**values))
        claimed += [Claimed(message_id, row.chat_id, row.language, row.topic_id) for row in going]
    return claimed


async def _due(db: AsyncConnection, message_id: int, limit: int, now: float) -> Sequence[Row[Any]]:
    query = (
        select(deliveries.c.chat_id, chats.c.language, chats.c.topic_id)
        .add_columns(chats.c.subscribed_at, chats.c.gone_at, chats.c.gone_reason)
        .select_from(deliveries.outerjoin(chats, chats.c.id == deliveries.c.chat_id))
        .where(deliveries.c.message_id == message_id, is_queued, deliveries.c.not_before <= now)
        .order_by(deliveries.c.not_before, deliveries.c.chat_id)
        .limit(limit)
        .with_for_update(of=deliveries, skip_locked=True)
    )
    return (await db.execute(query)).all()


async def _skip(db: AsyncConnection, message_id: int, who: Sequence[tuple[int, str]], now: float) -> None:
    if not who:
        return
    statement = update(deliveries).where(
        deliveries.c.message_id == message_id, deliveries.c.chat_id == bindparam("who")
    )
    rows = [{"who": chat_id, "why": reason} for chat_id, reason in who]
    await db.execute(statement.values(state=State.SKIPPED, reason=bindparam("why"), changed_at=now), rows)


async def _skip_rest(db: AsyncConnection, message_id: int, why: Reason, now: float) -> None:
    of_message = deliveries.c.message_id == message_id
    values = {"state": State.SKIPPED, "reason": why, "changed_at": now}
    await db.execute(update(deliveries).where(of_message, is_queued).values(**values))


async def settle(db: AsyncConnection, results: Sequence[Settled], now: float) -> None:
    """Write down what became of claimed deliveries. Only a row that is still `sending` changes."""
    if not results:
        return
    statement = update(deliveries).where(
        deliveries.c.message_id == bindparam("of"), deliveries.c.chat_id == bindparam("who"), is_sending
    )
    values: dict[str, object] = {name: bindparam(f"to_{name}") for name in _SETTLED}
    rows = [
        {
            "of": one.message_id,
            "who": one.chat_id,
            "to_state": one.state,
            "to_reason": one.reason,
            "to_detail": one.detail,
            "to_telegram_id": one.telegram_id,
            "to_not_before": one.not_before,
        }
        for one in results
    ]
    await db.execute(statement.values(**values, changed_at=now), rows)
    for message_id in {one.message_id for one in results if one.state is State.QUEUED}:
        if await _is_cancelled(db, message_id):
            await _skip_rest(db, message_id, Reason.CANCELLED, now)


async def _is_cancelled(db: AsyncConnection, message_id: int) -> bool:
    state = (await db.execute(select(messages.c.state).where(messages.c.id == message_id))).scalar_one()
    return bool(state == MessageState.CANCELLED)


async def finish(db: AsyncConnection, now: float) -> list[int]:
    """Running messages with nothing queued or sending are finished; which ones."""
    of_message = deliveries.c.message_id == messages.c.id
    statement = (
        update(messages)
        .where(is_running, not_(exists().where(of_message, is_queued)), not_(exists().where(of_message, is_sending)))
        .values(state=MessageState.FINISHED, finished_at=now)
        .returning(messages.c.id)
    )
    return list((await db.execute(statement)).scalars())


async def recover(db: AsyncConnection, now: float) -> int:
    """After a crash: what was `sending` may have arrived, so it becomes uncertain; how many."""
    values = {"state": State.UNCERTAIN, "reason": Reason.STOPPED, "changed_at": now}
    return (await db.execute(update(deliveries).where(is_sending).values(**values))).rowcount


async def move(db: AsyncConnection, message_id: int, to: MessageState, *, only_from: Sequence[MessageState]) -> bool:
    """Change a message's state if it is one of `only_from`: of two people who press at once, one moves it."""
    statement = update(messages).where(messages.c.id == message_id, messages.c.state.in_(only_from))
    return (await db.execute(statement.values(state=to, state_reason=None))).rowcount > 0


async def pause(db: AsyncConnection, message_id: int, why: str) -> bool:
    """The program pauses a running message; a person has to look. False when it does not run."""
    statement = update(messages).where(messages.c.id == message_id, is_running)
    return (await db.execute(statement.values(state=MessageState.PAUSED, state_reason=why))).rowcount > 0


async def stop(db: AsyncConnection, message_id: int, now: float) -> bool:
    """Nothing more of it is sent: what waits is skipped, what is in the air lands. False when it does not go on."""
    going = (MessageState.RUNNING, MessageState.PAUSED)
    if not await move(db, message_id, MessageState.CANCELLED, only_from=going):
        return False
    await _skip_rest(db, message_id, Reason.CANCELLED, now)
    return True


async def rewrite(db: AsyncConnection, message_id: int, content: Bodies) -> None:
    """Change what a draft says."""
    is_draft = messages.c.state == MessageState.DRAFT
    await db.execute(update(messages).where(messages.c.id == message_id, is_draft).values(body=bodies.dump(content)))


async def start(db: AsyncConnection, message_id: int, now: float) -> int | None:
    """A draft is confirmed: its audience is queued and it runs; how many chats. None when it is no draft any more."""
    if not await move(db, message_id, MessageState.RUNNING, only_from=[MessageState.DRAFT]):
        return None
    await db.execute(update(messages).where(messages.c.id == message_id).values(started_at=now))
    return await audience.address(db, message_id, Audience())
