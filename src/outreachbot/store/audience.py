"""Who gets a message: a delivery is queued for each chat, by one statement."""

from dataclasses import dataclass

from sqlalchemy import Select, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.schedule import Group
from outreachbot.store.insert import insert
from outreachbot.store.tables import chats, deliveries, is_subscribed


@dataclass(frozen=True, slots=True)
class Audience:
    """Which subscribed chats: all, or those of a group; `default` is the group of chats that chose neither."""

    subscribed_until: float | None = None  # only those that had subscribed by then
    group: Group | None = None
    default: Group | None = None


async def address(db: AsyncConnection, message_id: int, audience: Audience) -> int:
    """Queue the message for every chat of the audience, by one statement; how many. Doing it again adds nobody."""
    statement = insert(db, deliveries).from_select(["message_id", "chat_id"], _who(message_id, audience))
    return (await db.execute(statement.on_conflict_do_nothing())).rowcount


def _who(message_id: int, audience: Audience) -> Select[tuple[int, int]]:
    who = select(literal(message_id), chats.c.id).where(is_subscribed)
    if audience.subscribed_until is not None:
        who = who.where(chats.c.subscribed_at <= audience.subscribed_until)
    if audience.group is not None:
        default = audience.default or audience.group
        who = who.where(func.coalesce(chats.c.zone, default.zone) == audience.group.zone)
        who = who.where(func.coalesce(chats.c.hour, default.hour) == audience.group.hour)
    return who
