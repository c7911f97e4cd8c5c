"""The chats that the bot knows: which are subscribed, which can't be reached, which changed their id."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.states import DeliveryState, Reason
from outreachbot.store.conditions import is_sending
from outreachbot.store.database.insert import insert, upsert
from outreachbot.store.delivery import queueing
from outreachbot.store.tables import broadcasts, chats, choices, deliveries, skipped


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that the bot knows."""

    id: int
    kind: str
    language: str
    topic_id: int | None
    subscribed_at: float | None

    @property
    def subscribed(self) -> bool:
        return self.subscribed_at is not None


async def find(db: AsyncConnection, chat_id: int) -> Chat | None:
    row = (await db.execute(select(chats).where(chats.c.id == chat_id))).one_or_none()
    if row is None:
        return None
    return Chat(row.id, row.kind, row.language, row.topic_id, row.subscribed_at)


async def subscribe(
    db: AsyncConnection, chat_id: int, *, kind: str, language: str, topic_id: int | None, now: float
) -> bool:
    """Subscribe the chat to reminders and broadcasts, in this language and forum topic. False if it already was."""
    chat = await find(db, chat_id)
    values: dict[str, object] = {
        "kind": kind,
        "language": language,
        "topic_id": topic_id,
        "gone_at": None,
        "gone_reason": None,
    }
    is_new = chat is None or not chat.subscribed
    if is_new:
        values |= {"subscribed_at": now, "changed_at": now}
    await upsert(db, chats, {"id": chat_id}, values)
    return is_new


async def unsubscribe(db: AsyncConnection, chat_id: int) -> bool:
    """Unsubscribe the chat; what is queued for it will be skipped. False if it was not subscribed."""
    statement = update(chats).where(chats.c.id == chat_id, chats.c.subscribed_at.is_not(None))
    return (await db.execute(statement.values(subscribed_at=None))).rowcount > 0


async def mark_gone(db: AsyncConnection, chat_id: int, reason: Reason, now: float) -> None:
    """The chat can't be written to. Its subscription is kept in case it comes back."""
    await db.execute(
        update(chats).where(chats.c.id == chat_id, chats.c.gone_at.is_(None)).values(gone_at=now, gone_reason=reason)
    )


async def mark_reachable(db: AsyncConnection, chat_id: int) -> None:
    """The chat can be written to again."""
    await db.execute(
        update(chats).where(chats.c.id == chat_id, chats.c.gone_at.is_not(None)).values(gone_at=None, gone_reason=None)
    )


async def forget_topic(db: AsyncConnection, chat_id: int, topic_id: int) -> None:
    """A forum topic was deleted: if it was the subscribed one, messages go to the group itself from now on."""
    of_topic = (chats.c.id == chat_id) & (chats.c.topic_id == topic_id)
    await db.execute(update(chats).where(of_topic).values(topic_id=None))


async def record_start_code(db: AsyncConnection, chat_id: int, code: str, *, language: str) -> None:
    """Record the start code a private chat came with. Only its first code is kept; this does not subscribe the chat."""
    statement = insert(db, chats).values(id=chat_id, kind="private", language=language, joined=code)
    unset = chats.c.joined.is_(None)
    await db.execute(statement.on_conflict_do_update(index_elements=[chats.c.id], set_={"joined": code}, where=unset))


async def migrate(db: AsyncConnection, old_id: int, new_id: int) -> None:
    """A group became a supergroup: change its id everywhere, in the caller's transaction.

    If the new id is already known, the two chats are merged: a subscription of either is kept, and a delivery to one
    counts for both. (Telegram announces a new id twice: as `migrate_to_chat_id` of an error and of a service message.)
    A delivery that is being sent keeps the old id, under which it will be settled; if Telegram answers it with the new
    id, it is moved then.
    """
    if old_id == new_id:
        return
    old, new = await find(db, old_id), await find(db, new_id)
    await _move_deliveries(db, old_id, new_id)
    await db.execute(update(broadcasts).where(broadcasts.c.chat_id == old_id).values(chat_id=new_id))
    if old is not None:
        await _merge_chats(db, old, new, new_id)
    await queueing.queue_migrated_chat(db, old_id, new_id)


_NOT_MERGED = {"id", "kind", "topic_id", "gone_at", "gone_reason"}  # columns that keep the values of the new id


async def _merge_chats(db: AsyncConnection, old: Chat, new: Chat | None, new_id: int) -> None:
    if new is None:
        await db.execute(update(chats).where(chats.c.id == old.id).values(id=new_id, kind="supergroup"))
        return
    if old.subscribed and not new.subscribed:
        row = (await db.execute(select(chats).where(chats.c.id == old.id))).mappings().one()
        values = {name: value for name, value in row.items() if name not in _NOT_MERGED}
        await db.execute(update(chats).where(chats.c.id == new_id).values(**values))
        for table in (choices, skipped):
            await db.execute(delete(table).where(table.c.chat_id == new_id))
            await db.execute(update(table).where(table.c.chat_id == old.id).values(chat_id=new_id))
    await db.execute(delete(chats).where(chats.c.id == old.id))


async def _move_deliveries(db: AsyncConnection, old_id: int, new_id: int) -> None:
    """Of two deliveries of the same message the one more likely to have arrived is kept; if equal, the new id's."""
    other = deliveries.alias()
    same_message = (other.c.message_id == deliveries.c.message_id) & (other.c.chat_id == old_id)
    is_less_likely = exists().where(same_message, _arrival_rank(other.c.state) > _arrival_rank(deliveries.c.state))
    in_new_chat = select(other.c.message_id).where(other.c.chat_id == new_id)
    can_move = (deliveries.c.chat_id == old_id) & ~is_sending
    await db.execute(delete(deliveries).where(deliveries.c.chat_id == new_id, is_less_likely))
    await db.execute(delete(deliveries).where(can_move, deliveries.c.message_id.in_(in_new_chat)))
    await db.execute(update(deliveries).where(can_move).values(chat_id=new_id))


def _arrival_rank(state: ColumnElement[str]) -> ColumnElement[int]:
    """Whether a delivery in this state has arrived: 2 certainly, 1 possibly, 0 not."""
    return case(
        (state == DeliveryState.SENT, 2), (state.in_([DeliveryState.SENDING, DeliveryState.UNCERTAIN]), 1), else_=0
    )


async def choose_language(db: AsyncConnection, chat_id: int, *, kind: str, language: str) -> None:
    """Use this language for everything sent to the chat from now on."""
    values = {"language": language, "language_chosen": True}
    statement = insert(db, chats).values(id=chat_id, kind=kind, **values)
    await db.execute(statement.on_conflict_do_update(index_elements=[chats.c.id], set_=values))


async def list_chosen_languages(db: AsyncConnection, chat_ids: Sequence[int] | None = None) -> dict[int, str]:
    """Chat id -> language, for all chats (or these) that chose one."""
    query = select(chats.c.id, chats.c.language).where(chats.c.language_chosen)
    if chat_ids is not None:
        query = query.where(chats.c.id.in_(chat_ids))
    return {row.id: sys.intern(row.language) for row in await db.execute(query)}


async def ensure_known(db: AsyncConnection, chat_id: int, *, kind: str, language: str) -> None:
    """Store a chat that changes a setting before it subscribes."""
    statement = insert(db, chats).values(id=chat_id, kind=kind, language=language)
    await db.execute(statement.on_conflict_do_nothing())
