"""Records what the outcome of a reply says about a chat."""

from outreachbot.domain.delivery.outcomes import Failed, Migrated, Outcome
from outreachbot.domain.delivery.states import GONE
from outreachbot.services import language_cache
from outreachbot.services.context import Context
from outreachbot.store import chats
from outreachbot.store.database import connect


async def record_chat_outcome(context: Context, chat_id: int, outcome: Outcome) -> None:
    """Mark the chat as gone, or move it to its new id, if the outcome says so."""
    match outcome:
        case Failed(reason, _) if reason in GONE:
            async with connect.writing(context.db) as db:
                await chats.mark_gone(db, chat_id, reason, context.timestamp())
        case Migrated(new_chat_id):
            async with connect.writing(context.db) as db:
                await chats.migrate(db, chat_id, new_chat_id)
            await language_cache.refresh_languages(context, chat_id, new_chat_id)
