"""Who may do what. A guard stands at the registration of a handler and answers those who may not."""

from telegram.error import TelegramError

from outreachbot.bot.context import Ask, House, Note
from outreachbot.bot.routing import Reply
from outreachbot.domain.messages.message import Message
from outreachbot.views.pages import info


async def admins_of_the_bot(house: House, ask: Ask) -> Reply:
    """Everybody else gets the ordinary help, as for a command that does not exist; in a group, silence."""
    if ask.user_id in house.admins and ask.in_private:
        return None
    if ask.press_id is not None:
        return Note(info.pressed_unknown(ask.language))
    return info.help_text(house.content, ask.language) if ask.in_private else Note("")


async def admins_of_the_group(house: House, ask: Ask) -> Reply:
    """In a private chat: everybody. In a group: its admins, also the anonymous ones. In a channel: its admins."""
    if ask.in_private:
        return None
    try:
        refusal = None if await _decides(house, ask) else info.group_admins_only(ask.language)
    except TelegramError:
        refusal = info.admins_unknown(ask.language)
    if refusal is None:
        return None
    return Note(refusal) if ask.press_id is not None else Message(refusal)


async def _decides(house: House, ask: Ask) -> bool:
    if ask.user_id is None:
        # An anonymous admin writes in the group's own name; a linked channel or another chat does not decide here.
        sender = ask.message.sender_chat if ask.message else None
        return sender is not None and sender.id == ask.chat_id
    # Not getChatMember: for other members Telegram answers it surely only where the bot is an admin itself.
    return ask.user_id in {admin.user.id for admin in await house.bot.get_chat_administrators(ask.chat_id)}
