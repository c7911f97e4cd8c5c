"""Keeps the languages that chats have set in memory: every request needs its chat's language to be answered."""

from outreachbot.services.context import Context
from outreachbot.store import chats
from outreachbot.store.database import connect


async def load_languages(context: Context) -> None:
    """Load the languages of all chats, at the start."""
    async with connect.reading(context.db) as db:
        context.chat_languages.update(await chats.list_chosen_languages(db))


async def refresh_languages(context: Context, *chat_ids: int) -> None:
    """Load the languages of these chats again, after a change."""
    async with connect.reading(context.db) as db:
        languages = await chats.list_chosen_languages(db, chat_ids)
    for chat_id in chat_ids:
        context.chat_languages.pop(chat_id, None)
    context.chat_languages.update(languages)
