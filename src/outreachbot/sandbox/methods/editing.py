"""Methods that change or remove a message, and the answer to a press on a button."""

from typing import Any

from outreachbot.domain.messages.message import MAX_CALLBACK_ANSWER, MAX_TEXT, text_length
from outreachbot.sandbox import access, markup
from outreachbot.sandbox.access import Need
from outreachbot.sandbox.chat import Chat, Json, Kind
from outreachbot.sandbox.methods.sending import captioned, item, measured, written
from outreachbot.sandbox.params import Params, flag, number, structure, text
from outreachbot.sandbox.refused import bad
from outreachbot.sandbox.world import KEPT_ANSWERS, World, chat_json, found

DELETABLE_FOR = 48 * 3600  # Bot API, deleteMessage
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def edit_message_text(world: World, params: Params) -> Any:
    """Another text and keyboard; without reply_markup the keyboard goes."""
    content = written(world, params)
    chat, message = _own(world, params)
    if "text" not in message:
        raise bad("there is no text in the message to edit")
    if text_length(content["text"]) > MAX_TEXT:
        raise bad("MESSAGE_TOO_LONG")
    if preview := structure(params, "link_preview_options", "link preview options JSON object"):
        content["link_preview_options"] = preview
    return _changed(world, chat, message, params, ("text", "entities", "link_preview_options"), content)


def edit_message_caption(world: World, params: Params) -> Any:
    """Another caption and keyboard."""
    content = captioned(world, params)
    chat, message = _own(world, params)
    if "text" in message and not world.brief:
        raise bad("there is no caption in the message to edit")
    measured(content)
    return _changed(world, chat, message, params, ("caption", "caption_entities"), content)


def edit_message_media(world: World, params: Params) -> Any:
    """Another picture, film or file, with its caption and keyboard; a text can become one."""
    content = item(world, params, structure(params, "media", "InputMedia JSON object"))
    chat, message = _own(world, params)
    replaced = ("text", "entities", "link_preview_options", "photo", "document", "video", "caption", "caption_entities")
    return _changed(world, chat, message, params, replaced, content)


def edit_message_reply_markup(world: World, params: Params) -> Any:
    """Another keyboard."""
    chat, message = _own(world, params)
    return _changed(world, chat, message, params, (), {})


def _own(world: World, params: Params) -> tuple[Chat, Json]:
    """The bot's own message that is to be edited."""
    message_id = number(params, "message_id")
    if not message_id:
        raise bad("message identifier is not specified")
    chat = access.chat(world, params.get("chat_id"), Need.EDIT)
    message = found(chat, message_id)
    if message is None and world.brief and 0 < message_id <= chat.last_id:
        message = {"message_id": message_id, "from": world.bot, "chat": chat_json(world, chat), "date": 0, "text": ""}
    if message is None:
        raise bad("message to edit not found")
    posted = chat.kind is Kind.CHANNEL and chat.bot.rules
    if not posted and message.get("from", {}).get("id") != world.bot["id"]:
        raise bad("message can't be edited")
    return chat, message


def _changed(world: World, chat: Chat, old: Json, params: Params, replaced: tuple[str, ...], content: Json) -> Json:
    keyboard = markup.read(params.get("reply_markup"), inline_only=True)
    dropped = (*replaced, "reply_markup", "edit_date")
    kept = {key: value for key, value in old.items() if key not in dropped}
    edited = kept | content | markup.visible(keyboard)
    if edited == {key: value for key, value in old.items() if key != "edit_date"}:
        raise bad(NOT_MODIFIED)
    edited["edit_date"] = world.now()
    if chat.messages and old["message_id"] in chat.messages:
        chat.messages[old["message_id"]] = edited
    world.changes.ring()
    return edited


def delete_message(world: World, params: Params) -> Any:
    """Take a message away: the bot's own, any in a private chat, and any where it is an administrator; for 48 hours."""
    message_id = number(params, "message_id")
    chat = access.chat(world, params.get("chat_id"), Need.EDIT)
    message = found(chat, message_id)
    if message is None:
        if world.brief and 0 < message_id <= chat.last_id:
            return True
        raise bad("message to delete not found")
    own = message.get("from", {}).get("id") == world.bot["id"]
    late = world.now() - message["date"] > DELETABLE_FOR and not chat.bot.rules
    if late or not (own or chat.bot.rules or chat.kind is Kind.PRIVATE):
        raise bad("message can't be deleted")
    (chat.messages or {}).pop(message_id, None)
    world.changes.ring()
    return True


def delete_messages(world: World, params: Params) -> Any:
    """Several; those that can't be found are skipped."""
    chat = access.chat(world, params.get("chat_id"), Need.EDIT)
    for message_id in structure(params, "message_ids", "message identifiers JSON array") or ():
        if found(chat, message_id) is not None:
            delete_message(world, {"chat_id": chat.id, "message_id": message_id})
    return True


def answer_callback_query(world: World, params: Params) -> Any:
    """Each press is answered once."""
    said = text(params, "text")
    query_id = text(params, "callback_query_id")
    query = world.queries.get(query_id)
    if query is None:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if text_length(said) > MAX_CALLBACK_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    del world.queries[query_id]
    world.answers[query_id] = {
        "user": query.user_id,
        "chat": query.chat_id,
        "message_id": query.message_id,
        "text": said,
        "show_alert": flag(params, "show_alert"),
        "url": text(params, "url"),
    }
    if len(world.answers) > KEPT_ANSWERS:
        del world.answers[next(iter(world.answers))]
    world.changes.ring()
    return True
