"""Methods that copy or forward messages, or send several as an album."""

from typing import Any

from outreachbot.sandbox import access
from outreachbot.sandbox.access import Access
from outreachbot.sandbox.chat import ChatKind, Json, TelegramChat
from outreachbot.sandbox.methods.sending import check_length, deliver, media_fields, read_caption
from outreachbot.sandbox.params import Params, get_int, get_json
from outreachbot.sandbox.refused import bad_request
from outreachbot.sandbox.world import World, find_message, next_album_id

MAX_ALBUM = 10
CONTENT = ("text", "entities", "link_preview_options", "caption", "caption_entities", "show_caption_above_media")
MEDIA = (
    "photo", "document", "video", "animation", "audio", "voice", "video_note", "sticker",
    "location", "venue", "contact", "poll", "dice",
)  # fmt: skip
PERMISSION_NAMES = {
    "text": "text messages",
    "photo": "photos",
    "document": "documents",
    "video": "videos",
    "poll": "polls",
}


def send_media_group(world: World, params: Params) -> Any:
    """Send up to ten photos, videos or documents as an album."""
    media = get_json(params, "media", "media JSON object")
    if not isinstance(media, list):
        raise bad_request("expected an Array of InputMedia")
    if not media:
        raise bad_request("there are no messages to send")
    if len(media) > MAX_ALBUM:
        raise bad_request("too many messages to send as an album")
    chat = access.find_chat(world, params.get("chat_id"), Access.WRITE)
    contents = [media_fields(world, params, item) for item in media]
    group = {"media_group_id": next_album_id(world)} if len(media) > 1 else {}
    options = {key: value for key, value in params.items() if key != "reply_markup"}
    return [deliver(world, chat, options, group | content, "photos") for content in contents]


def copy_message(world: World, params: Params) -> Any:
    """Send a copy of a message as the bot's own; the answer only has its id."""
    chat, original = _find_original(world, params, "copy")
    content = _select_content(original)
    if not any(key in content for key in ("text", *MEDIA)):
        raise bad_request("message can't be copied")
    if "caption" in params and "text" not in content:
        without_caption = {key: value for key, value in content.items() if not key.startswith("caption")}
        content = without_caption | read_caption(world, params)
        check_length(content)
    return {"message_id": deliver(world, chat, params, content, _permission_name(content))["message_id"]}


def forward_message(world: World, params: Params) -> Any:
    """Send a message with its origin."""
    chat, original = _find_original(world, params, "forward")
    content = _select_content(original)
    if not content or original.get("has_protected_content"):
        raise bad_request("message can't be forwarded")
    content["forward_origin"] = original.get("forward_origin") or _origin_json(original)
    options = {key: value for key, value in params.items() if key not in ("reply_markup", "reply_parameters")}
    return deliver(world, chat, options, content, _permission_name(content))


def _find_original(world: World, params: Params, verb: str) -> tuple[TelegramChat, Json]:
    """The chat to write to, and the message to copy or forward from a chat the bot can read."""
    chat = access.find_chat(world, params.get("chat_id"), Access.WRITE)
    source = access.find_chat(world, params.get("from_chat_id"), Access.READ)
    original = find_message(source, get_int(params, "message_id"))
    if original is None:
        raise bad_request(f"message to {verb} not found")
    return chat, original


def _select_content(original: Json) -> Json:
    return {key: original[key] for key in (*MEDIA, *CONTENT) if key in original}


def _origin_json(original: Json) -> Json:
    date = original["date"]
    if original["chat"]["type"] == ChatKind.CHANNEL:
        return {"type": "channel", "chat": original["chat"], "message_id": original["message_id"], "date": date}
    if "sender_chat" in original:
        return {"type": "chat", "sender_chat": original["sender_chat"], "date": date}
    return {"type": "user", "sender_user": original["from"], "date": date}


def _permission_name(content: Json) -> str:
    return next((word for key, word in PERMISSION_NAMES.items() if key in content), "messages")
