"""The chats that asked for something: who subscribed, who is gone, who moved."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.states import DeliveryState, Reason
from outreachbot.store.conditions import is_sending
from outreachbot.store.database.insert import insert
from outreachbot.store.delivery import queueing
from outreachbot.store.tables import broadcasts, chats, choices, deliveries, skipped


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat as it is remembered."""

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
    """The chat wants reminders and broadcasts, in this language and forum topic. False when it already did."""
    before = await find(db, chat_id)
    values: dict[str, object] = {
        "kind": kind,
        "language": language,
        "topic_id": topic_id,
        "gone_at": None,
        "gone_reason": None,
    }
    if before is None or not before.subscribed:
        values |= {"subscribed_at": now, "changed_at": now}
    statement = insert(db, chats).values(id=chat_id, **values)
    await db.execute(statement.on_conflict_do_update(index_elements=[chats.c.id], set_=values))
    return before is None or not before.subscribed


async def unsubscribe(db: AsyncConnection, chat_id: int) -> bool:
    """The chat wants nothing any more; what is queued for it will be skipped. False when it wanted nothing before."""
    statement = update(chats).where(chats.c.id == chat_id, chats.c.subscribed_at.is_not(None))
    return (await db.execute(statement.values(subscribed_at=None))).rowcount > 0


async def mark_gone(db: AsyncConnection, chat_id: int, reason: Reason, now: float) -> None:
    """The chat can't be written to. Its subscription is kept for the day it comes back."""
    await db.execute(
        update(chats).where(chats.c.id == chat_id, chats.c.gone_at.is_(None)).values(gone_at=now, gone_reason=reason)
    )


async def mark_reachable(db: AsyncConnection, chat_id: int) -> None:
    """The chat can be written to again."""
    await db.execute(
        update(chats).where(chats.c.id == chat_id, chats.c.gone_at.is_not(None)).values(gone_at=None, gone_reason=None)
    )


async def forget_topic(db: AsyncConnection, chat_id: int, topic_id: int) -> None:
    """This forum topic was deleted: where it had subscribed, the group itself is written to from now on."""
    of_topic = (chats.c.id == chat_id) & (chats.c.topic_id == topic_id)
    await db.execute(update(chats).where(of_topic).values(topic_id=None))


async def record_start_code(db: AsyncConnection, chat_id: int, code: str, *, language: str) -> None:
    """A private chat began with this start code; the first one counts, and it subscribes nobody."""
    statement = insert(db, chats).values(id=chat_id, kind="private", language=language, joined=code)
    unset = chats.c.joined.is_(None)
    await db.execute(statement.on_conflict_do_update(index_elements=[chats.c.id], set_={"joined": code}, where=unset))


async def migrate(db: AsyncConnection, old_id: int, new_id: int) -> None:
    """A group became a supergroup: its id changes everywhere, in the caller's transaction.

    Where the new id is known already (Telegram tells it twice: by error and by service message), the two become one:
    a subscription of either holds, and what was delivered to one counts for both. What is in the air stays with the
    old id, under which it will be settled; where Telegram then says again that the chat moved, it follows.
    """
    if old_id == new_id:
        return
    old, new = await find(db, old_id), await find(db, new_id)
    await _move_deliveries(db, old_id, new_id)
    await db.execute(update(broadcasts).where(broadcasts.c.chat_id == old_id).values(chat_id=new_id))
    if old is not None:
        await _become_one(db, old, new, new_id)
    await queueing.queue_migrated_chat(db, old_id, new_id)


_OF_ITS_ID = {"id", "kind", "topic_id", "gone_at", "gone_reason"}  # what is not taken over from a chat's old id


async def _become_one(db: AsyncConnection, old: Chat, new: Chat | None, new_id: int) -> None:
    if new is None:
        await db.execute(update(chats).where(chats.c.id == old.id).values(id=new_id, kind="supergroup"))
        return
    if old.subscribed and not new.subscribed:
        chosen = (await db.execute(select(chats).where(chats.c.id == old.id))).mappings().one()
        kept = {name: value for name, value in chosen.items() if name not in _OF_ITS_ID}
        await db.execute(update(chats).where(chats.c.id == new_id).values(**kept))
        for table in (choices, skipped):
            await db.execute(delete(table).where(table.c.chat_id == new_id))
            await db.execute(update(table).where(table.c.chat_id == old.id).values(chat_id=new_id))
    await db.execute(delete(chats).where(chats.c.id == old.id))


async def _move_deliveries(db: AsyncConnection, old_id: int, new_id: int) -> None:
    """A message that both ids were to get keeps the row that more likely arrived, or else the new id's."""
    other = deliveries.alias()
    same = (other.c.message_id == deliveries.c.message_id) & (other.c.chat_id == old_id)
    behind = exists().where(same, _arrival(other.c.state) > _arrival(deliveries.c.state))
    known = select(other.c.message_id).where(other.c.chat_id == new_id)
    settled = (deliveries.c.chat_id == old_id) & ~is_sending
    await db.execute(delete(deliveries).where(deliveries.c.chat_id == new_id, behind))
    await db.execute(delete(deliveries).where(settled, deliveries.c.message_id.in_(known)))
    await db.execute(update(deliveries).where(settled).values(chat_id=new_id))


def _arrival(state: ColumnElement[str]) -> ColumnElement[int]:
    """How likely a delivery in this state has arrived: 2 surely, 1 perhaps, 0 not."""
    return case(
        (state == DeliveryState.SENT, 2), (state.in_([DeliveryState.SENDING, DeliveryState.UNCERTAIN]), 1), else_=0
    )


async def choose_language(db: AsyncConnection, chat_id: int, *, kind: str, language: str) -> None:
    """From now on everything is said to the chat in this language."""
    chosen = {"language": language, "language_chosen": True}
    statement = insert(db, chats).values(id=chat_id, kind=kind, **chosen)
    await db.execute(statement.on_conflict_do_update(index_elements=[chats.c.id], set_=chosen))


async def list_chosen_languages(db: AsyncConnection, chat_ids: Sequence[int] | None = None) -> dict[int, str]:
    """The language of every chat, or of each of these, for which one was chosen."""
    query = select(chats.c.id, chats.c.language).where(chats.c.language_chosen)
    if chat_ids is not None:
        query = query.where(chats.c.id.in_(chat_ids))
    return {row.id: sys.intern(row.language) for row in await db.execute(query)}


async def ensure_known(db: AsyncConnection, chat_id: int, *, kind: str, language: str) -> None:
    """Remember a chat that chooses something before it subscribes."""
    statement = insert(db, chats).values(id=chat_id, kind=kind, language=language)
    await db.execute(statement.on_conflict_do_nothing())
