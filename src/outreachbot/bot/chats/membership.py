"""Records whether the bot may write to a chat (blocked, added, removed), and groups that move to a new id."""

from telegram import Chat, ChatMember, Update
from telegram.ext import filters

from outreachbot.bot.context import BotContext
from outreachbot.bot.routing import membership_change, service_message
from outreachbot.domain.delivery.states import Reason
from outreachbot.services import language_cache
from outreachbot.store import chats
from outreachbot.store.database import connect

_OUTSIDE = {ChatMember.BANNED, ChatMember.LEFT}


async def record_membership(context: BotContext, update: Update) -> None:
    """Record whether the bot may write to the chat: `my_chat_member` is authoritative (Bot API, Update)."""
    change = update.my_chat_member
    assert change is not None  # the handler takes no other update
    is_outside = change.new_chat_member.status in _OUTSIDE
    async with connect.writing(context.db) as db:
        if is_outside:
            reason = Reason.BLOCKED if change.chat.type == Chat.PRIVATE else Reason.KICKED
            await chats.mark_gone(db, change.chat.id, reason, context.timestamp())
        else:
            await chats.mark_reachable(db, change.chat.id)


async def record_migration(context: BotContext, update: Update) -> None:
    """The old group and the new supergroup each get a service message; either is enough."""
    message = update.message
    assert message is not None  # the handler takes no other update
    old_id = message.migrate_from_chat_id or message.chat.id
    new_id = message.migrate_to_chat_id or message.chat.id
    async with connect.writing(context.db) as db:
        await chats.migrate(db, old_id, new_id)
        await chats.mark_reachable(db, new_id)  # the old group may have reported that the bot was removed
    await language_cache.refresh_languages(context, old_id, new_id)


HANDLERS = [membership_change(record_membership), service_message(record_migration, filters.StatusUpdate.MIGRATE)]
