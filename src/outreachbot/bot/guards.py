"""Guards: each is given where a handler is registered, and refuses whoever is not allowed to use it."""

from telegram.error import TelegramError

from outreachbot.bot.context import BotContext, CallbackAnswer, Request
from outreachbot.bot.routing import Reply
from outreachbot.domain.messages.message import Message
from outreachbot.views.pages import info


async def require_bot_admin(context: BotContext, request: Request) -> Reply:
    """Only admins of the bot, in private. Others get the usual help, as for an unknown command; groups no answer."""
    if request.user_id in context.admins and request.in_private:
        return None
    if request.press_id is not None:
        return CallbackAnswer(info.unknown_button(request.language))
    return info.help_text(context.content, request.language) if request.in_private else CallbackAnswer("")


async def require_chat_admin(context: BotContext, request: Request) -> Reply:
    """In a private chat, everybody. In a group or channel, its admins, including anonymous admins."""
    if request.in_private:
        return None
    try:
        refusal = None if await _is_chat_admin(context, request) else info.group_admins_only(request.language)
    except TelegramError:
        refusal = info.admins_unknown(request.language)
    if refusal is None:
        return None
    return CallbackAnswer(refusal) if request.press_id is not None else Message(refusal)


async def _is_chat_admin(context: BotContext, request: Request) -> bool:
    if request.user_id is None:
        # An anonymous admin writes as the group itself; a linked channel or any other chat is no admin.
        sender = request.message.sender_chat if request.message else None
        return sender is not None and sender.id == request.chat_id
    # Bot API: getChatMember is only guaranteed to work for other users if the bot is an administrator in the chat.
    return request.user_id in {admin.user.id for admin in await context.bot.get_chat_administrators(request.chat_id)}
