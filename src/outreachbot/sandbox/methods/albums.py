"""Methods that send what is there already or several at once: copies, forwards, albums."""

from typing import Any

from outreachbot.sandbox import access
from outreachbot.sandbox.access import Need
from outreachbot.sandbox.chat import Chat, Json, Kind
from outreachbot.sandbox.methods.sending import captioned, deliver, item, measured
from outreachbot.sandbox.params import Params, number, structure
from outreachbot.sandbox.refused import bad
from outreachbot.sandbox.world import World, found

MAX_ALBUM = 10
CONTENT = ("text", "entities", "link_preview_options", "caption", "caption_entities", "show_caption_above_media")
MEDIA = (
    "photo", "document", "video", "animation", "audio", "voice", "video_note", "sticker",
    "location", "venue", "contact", "poll", "dice",
)  # fmt: skip
WORDS = {"text": "text messages", "photo": "photos", "document": "documents", "video": "videos", "poll": "polls"}


def send_media_group(world: World, params: Params) -> Any:
    """Up to ten pictures, films or files as one album."""
    media = structure(params, "media", "media JSON object")
    if not isinstance(media, list):
        raise bad("expected an Array of InputMedia")
    if not media:
        raise bad("there are no messages to send")
    if len(media) > MAX_ALBUM:
        raise bad("too many messages to send as an album")
    chat = access.chat(world, params.get("chat_id"), Need.WRITE)
    contents = [item(world, params, one) for one in media]
    group = {"media_group_id": str(13_000_000_000_000_000 + next(world.numbers))} if len(media) > 1 else {}
    plain = {key: value for key, value in params.items() if key != "reply_markup"}
    return [deliver(world, chat, plain, group | content, "photos") for content in contents]


def copy_message(world: World, params: Params) -> Any:
    """The content of a message again, as the bot's own; only its id is answered."""
    chat, original = _original(world, params, "copy")
    content = {key: original[key] for key in (*MEDIA, *CONTENT) if key in original}
    if not any(key in content for key in ("text", *MEDIA)):
        raise bad("message can't be copied")
    if "caption" in params and "text" not in content:
        kept = {key: value for key, value in content.items() if not key.startswith("caption")}
        content = kept | captioned(world, params)
        measured(content)
    return {"message_id": deliver(world, chat, params, content, _word(content))["message_id"]}


def forward_message(world: World, params: Params) -> Any:
    """A message with its origin."""
    chat, original = _original(world, params, "forward")
    content = {key: original[key] for key in (*MEDIA, *CONTENT) if key in original}
    if not content or original.get("has_protected_content"):
        raise bad("message can't be forwarded")
    content["forward_origin"] = original.get("forward_origin") or _origin(original)
    plain = {key: value for key, value in params.items() if key not in ("reply_markup", "reply_parameters")}
    return deliver(world, chat, plain, content, _word(content))


def _original(world: World, params: Params, verb: str) -> tuple[Chat, Json]:
    """The chat to write to and the message to take, which must be in a chat the bot sees."""
    chat = access.chat(world, params.get("chat_id"), Need.WRITE)
    source = access.chat(world, params.get("from_chat_id"), Need.READ)
    original = found(source, number(params, "message_id"))
    if original is None:
        raise bad(f"message to {verb} not found")
    return chat, original


def _origin(original: Json) -> Json:
    date = original["date"]
    if original["chat"]["type"] == Kind.CHANNEL:
        return {"type": "channel", "chat": original["chat"], "message_id": original["message_id"], "date": date}
    if "sender_chat" in original:
        return {"type": "chat", "sender_chat": original["sender_chat"], "date": date}
    return {"type": "user", "sender_user": original["from"], "date": date}


def _word(content: Json) -> str:
    return next((word for key, word in WORDS.items() if key in content), "messages")
