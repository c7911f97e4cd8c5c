"""The languages that chats chose, kept in memory: every request needs its chat's before it can be answered."""

from outreachbot.services.context import Context
from outreachbot.store import chats
from outreachbot.store.database import connect


async def load_languages(context: Context) -> None:
    """At the start: of all chats that chose one."""
    async with connect.reading(context.db) as db:
        context.chat_languages.update(await chats.list_chosen_languages(db))


async def refresh_languages(context: Context, *chat_ids: int) -> None:
    """Of these chats, after something changed."""
    async with connect.reading(context.db) as db:
        found = await chats.list_chosen_languages(db, chat_ids)
    for chat_id in chat_ids:
        context.chat_languages.pop(chat_id, None)
    context.chat_languages.update(found)
