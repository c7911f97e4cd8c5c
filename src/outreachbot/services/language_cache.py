"""The languages that chats chose, kept in memory: every request needs its chat's before it can be answered."""

from outreachbot.bot.context import House
from outreachbot.store import chats
from outreachbot.store.database import connect


async def load(house: House) -> None:
    """At the start: of all chats that chose one."""
    async with connect.reading(house.db) as db:
        house.chosen.update(await chats.chosen_languages(db))


async def reload(house: House, *chat_ids: int) -> None:
    """Of these chats, after something changed."""
    async with connect.reading(house.db) as db:
        found = await chats.chosen_languages(db, chat_ids)
    for chat_id in chat_ids:
        house.chosen.pop(chat_id, None)
    house.chosen.update(found)
