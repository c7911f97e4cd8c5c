"""Who may do what. A guard stands at the registration of a handler and answers those who may not."""

from telegram.error import TelegramError

from outreachbot.bot.context import BotContext, CallbackAnswer, Request
from outreachbot.bot.routing import Reply
from outreachbot.domain.messages.message import Message
from outreachbot.views.pages import info


async def require_bot_admin(context: BotContext, request: Request) -> Reply:
    """Everybody else gets the ordinary help, as for a command that does not exist; in a group, silence."""
    if request.user_id in context.admins and request.in_private:
        return None
    if request.press_id is not None:
        return CallbackAnswer(info.unknown_button(request.language))
    return info.help_text(context.content, request.language) if request.in_private else CallbackAnswer("")


async def require_chat_admin(context: BotContext, request: Request) -> Reply:
    """In a private chat: everybody. In a group: its admins, also the anonymous ones. In a channel: its admins."""
    if request.in_private:
        return None
    try:
        refusal = None if await _decides(context, request) else info.group_admins_only(request.language)
    except TelegramError:
        refusal = info.admins_unknown(request.language)
    if refusal is None:
        return None
    return CallbackAnswer(refusal) if request.press_id is not None else Message(refusal)


async def _decides(context: BotContext, request: Request) -> bool:
    if request.user_id is None:
        # An anonymous admin writes in the group's own name; a linked channel or another chat does not decide here.
        sender = request.message.sender_chat if request.message else None
        return sender is not None and sender.id == request.chat_id
    # Not getChatMember: for other members Telegram answers it surely only where the bot is an admin itself.
    return request.user_id in {admin.user.id for admin in await context.bot.get_chat_administrators(request.chat_id)}
