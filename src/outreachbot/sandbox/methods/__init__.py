"""The Bot API methods that the sandbox implements."""

from collections.abc import Callable, Coroutine
from typing import Any

from outreachbot.sandbox.methods import albums, chats, editing, menus, sending, updates
from outreachbot.sandbox.params import Params
from outreachbot.sandbox.world import World

Method = Callable[[World, Params], Any]
AsyncMethod = Callable[[World, Params], Coroutine[Any, Any, Any]]

SENDING: dict[str, Method] = {
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendVideo": sending.send_video,
    "sendMediaGroup": albums.send_media_group,
    "copyMessage": albums.copy_message,
    "forwardMessage": albums.forward_message,
}
OTHERS: dict[str, Method] = {
    "getMe": menus.get_me,
    "logOut": menus.do_nothing,
    "close": menus.do_nothing,
    "setWebhook": updates.set_webhook,
    "deleteWebhook": updates.delete_webhook,
    "getWebhookInfo": updates.get_webhook_info,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "answerCallbackQuery": editing.answer_callback_query,
    "setMyCommands": menus.set_my_commands,
    "getMyCommands": menus.get_my_commands,
    "deleteMyCommands": menus.delete_my_commands,
    "setMyName": menus.set_my_name,
    "getMyName": menus.get_my_name,
    "setMyDescription": menus.set_my_description,
    "getMyDescription": menus.get_my_description,
    "setMyShortDescription": menus.set_my_short_description,
    "getMyShortDescription": menus.get_my_short_description,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "getChatAdministrators": chats.get_chat_administrators,
    "getChatMemberCount": chats.get_chat_member_count,
    "sendChatAction": chats.send_chat_action,
    "leaveChat": chats.leave_chat,
    "getFile": chats.get_file,
}
ASYNC: dict[str, AsyncMethod] = {"getUpdates": updates.get_updates}

NAMES = {name.lower(): name for name in (*SENDING, *OTHERS, *ASYNC)}  # Telegram ignores the case of method names


def is_send(method: str) -> bool:
    """Whether this method (in Telegram's spelling) sends messages, and so counts towards the rate limits."""
    return method in SENDING


def call(world: World, method: str, params: Params) -> Any:
    """Call a method by its name in Telegram's spelling; one in ASYNC returns an awaitable. Raises Refused."""
    implementation = SENDING.get(method) or OTHERS.get(method) or ASYNC[method]
    return implementation(world, params)
