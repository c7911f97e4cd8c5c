"""Methods that edit or delete messages, and the answer to a callback query."""

from typing import Any

from outreachbot.domain.messages.message import MAX_CALLBACK_ANSWER, MAX_TEXT, text_length
from outreachbot.sandbox import access, markup
from outreachbot.sandbox.access import Access
from outreachbot.sandbox.chat import ChatKind, Json, TelegramChat
from outreachbot.sandbox.methods.sending import check_length, media_fields, read_caption, read_text
from outreachbot.sandbox.params import Params, get_bool, get_int, get_json, get_text
from outreachbot.sandbox.refused import bad_request
from outreachbot.sandbox.world import KEPT_ANSWERS, World, chat_json, find_message

DELETABLE_FOR = 48 * 3600  # seconds (Bot API, deleteMessage)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def edit_message_text(world: World, params: Params) -> Any:
    """Replace text and keyboard; without reply_markup, the keyboard is removed."""
    content = read_text(world, params)
    chat, message = _find_own_message(world, params)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    if text_length(content["text"]) > MAX_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
    if preview := get_json(params, "link_preview_options", "link preview options JSON object"):
        content["link_preview_options"] = preview
    return _apply_edit(world, chat, message, params, ("text", "entities", "link_preview_options"), content)


def edit_message_caption(world: World, params: Params) -> Any:
    """Replace caption and keyboard."""
    content = read_caption(world, params)
    chat, message = _find_own_message(world, params)
    if "text" in message and not world.counts_only:
        raise bad_request("there is no caption in the message to edit")
    check_length(content)
    return _apply_edit(world, chat, message, params, ("caption", "caption_entities"), content)


def edit_message_media(world: World, params: Params) -> Any:
    """Replace the photo, video or document, its caption and keyboard; also turns a text message into one."""
    content = media_fields(world, params, get_json(params, "media", "InputMedia JSON object"))
    chat, message = _find_own_message(world, params)
    replaced = ("text", "entities", "link_preview_options", "photo", "document", "video", "caption", "caption_entities")
    return _apply_edit(world, chat, message, params, replaced, content)


def edit_message_reply_markup(world: World, params: Params) -> Any:
    """Replace the keyboard."""
    chat, message = _find_own_message(world, params)
    return _apply_edit(world, chat, message, params, (), {})


def _find_own_message(world: World, params: Params) -> tuple[TelegramChat, Json]:
    """The message to edit, which must be the bot's own."""
    message_id = get_int(params, "message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    chat = access.find_chat(world, params.get("chat_id"), Access.EDIT)
    message = find_message(chat, message_id)
    if message is None and world.counts_only and 0 < message_id <= chat.last_message_id:
        message = {"message_id": message_id, "from": world.bot, "chat": chat_json(world, chat), "date": 0, "text": ""}
    if message is None:
        raise bad_request("message to edit not found")
    is_own_post = chat.kind is ChatKind.CHANNEL and chat.bot_status.is_admin
    if not is_own_post and message.get("from", {}).get("id") != world.bot["id"]:
        raise bad_request("message can't be edited")
    return chat, message


def _apply_edit(
    world: World, chat: TelegramChat, old: Json, params: Params, replaced: tuple[str, ...], content: Json
) -> Json:
    keyboard = markup.parse(params.get("reply_markup"), inline_only=True)
    dropped = (*replaced, "reply_markup", "edit_date")
    kept = {key: value for key, value in old.items() if key not in dropped}
    edited = kept | content | markup.message_fields(keyboard)
    if edited == {key: value for key, value in old.items() if key != "edit_date"}:
        raise bad_request(NOT_MODIFIED)
    edited["edit_date"] = world.now()
    if chat.messages and old["message_id"] in chat.messages:
        chat.messages[old["message_id"]] = edited
    world.changes.notify()
    return edited


def delete_message(world: World, params: Params) -> Any:
    """Delete a message (Bot API, deleteMessage): within 48 hours, the bot's own or any in a private chat.

    As an administrator, the bot can delete any message at any time.
    """
    message_id = get_int(params, "message_id")
    chat = access.find_chat(world, params.get("chat_id"), Access.EDIT)
    message = find_message(chat, message_id)
    if message is None:
        if world.counts_only and 0 < message_id <= chat.last_message_id:
            return True
        raise bad_request("message to delete not found")
    own = message.get("from", {}).get("id") == world.bot["id"]
    too_late = world.now() - message["date"] > DELETABLE_FOR and not chat.bot_status.is_admin
    if too_late or not (own or chat.bot_status.is_admin or chat.kind is ChatKind.PRIVATE):
        raise bad_request("message can't be deleted")
    (chat.messages or {}).pop(message_id, None)
    world.changes.notify()
    return True


def delete_messages(world: World, params: Params) -> Any:
    """Delete several messages; ids that are not found are skipped."""
    chat = access.find_chat(world, params.get("chat_id"), Access.EDIT)
    for message_id in get_json(params, "message_ids", "message identifiers JSON array") or ():
        if find_message(chat, message_id) is not None:
            delete_message(world, {"chat_id": chat.id, "message_id": message_id})
    return True


def answer_callback_query(world: World, params: Params) -> Any:
    """Answer a callback query, which is possible only once."""
    answer = get_text(params, "text")
    query_id = get_text(params, "callback_query_id")
    query = world.queries.get(query_id)
    if query is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if text_length(answer) > MAX_CALLBACK_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    del world.queries[query_id]
    world.answers[query_id] = {
        "user": query.user_id,
        "chat": query.chat_id,
        "message_id": query.message_id,
        "text": answer,
        "show_alert": get_bool(params, "show_alert"),
        "url": get_text(params, "url"),
    }
    if len(world.answers) > KEPT_ANSWERS:
        del world.answers[next(iter(world.answers))]
    world.changes.notify()
    return True
