"""Methods that send a text or file, and `deliver`, which sends every message of the bot."""

import time
from typing import Any

from outreachbot.domain.messages.message import MAX_CAPTION, MAX_TEXT, text_length
from outreachbot.sandbox import access, files, markup, texts
from outreachbot.sandbox.access import Access
from outreachbot.sandbox.chat import ChatKind, Json, TelegramChat
from outreachbot.sandbox.files import File
from outreachbot.sandbox.params import Params, Upload, get_bool, get_int, get_json, get_text
from outreachbot.sandbox.refused import bad_request
from outreachbot.sandbox.tally import count_delivery
from outreachbot.sandbox.world import World, chat_json, find_message, reply_json, store_message

MAX_PHOTO = 10 * 2**20
PERMISSION_NAMES = {"photo": "photos", "document": "documents", "video": "videos"}


def send_message(world: World, params: Params) -> Any:
    content = read_text(world, params)
    chat = access.find_chat(world, params.get("chat_id"), Access.WRITE)
    check_length(content)
    if preview := get_json(params, "link_preview_options", "link preview options JSON object"):
        content["link_preview_options"] = preview
    return deliver(world, chat, params, content, "text messages")


def send_photo(world: World, params: Params) -> Any:
    """Send a photo by upload, file id or URL; the URL is not fetched."""
    return _send_file(world, params, "photo")


def send_document(world: World, params: Params) -> Any:
    return _send_file(world, params, "document")


def send_video(world: World, params: Params) -> Any:
    """Send a video; its dimensions and duration are made up."""
    return _send_file(world, params, "video")


def _send_file(world: World, params: Params, kind: str) -> Any:
    source = params.get(kind)
    if not source:
        raise bad_request(f"there is no {kind} in the request")
    caption = read_caption(world, params)
    chat = access.find_chat(world, params.get("chat_id"), Access.WRITE)
    check_length(caption)
    return deliver(world, chat, params, file_fields(world, params, kind, source) | caption, PERMISSION_NAMES[kind])


def read_text(world: World, params: Params) -> Json:
    """Text and entities of a request. Raises Refused if the text is empty after parsing."""
    if not get_text(params, "text"):
        raise bad_request("message text is empty")
    content = _read_formatted(world, params, "text", "entities")
    if not content:
        raise bad_request("text must be non-empty")
    return content


def read_caption(world: World, params: Params) -> Json:
    """Caption and entities of a request; empty if there is no caption."""
    return _read_formatted(world, params, "caption", "caption_entities")


def _read_formatted(world: World, params: Params, key: str, entities_key: str) -> Json:
    given = get_json(params, entities_key, "entities JSON object") if entities_key in params else None
    plain, entities = texts.parse(get_text(params, key), get_text(params, "parse_mode"), given)
    resolved = [known for entity in entities if (known := _resolve_mention(world, entity))]
    return ({key: plain} if plain else {}) | ({entities_key: resolved} if resolved else {})


def _resolve_mention(world: World, entity: Json) -> Json | None:
    """A text_mention gets its User object; it is dropped (None) if the bot does not know the person."""
    if entity["type"] != "text_mention":
        return entity
    user = world.users.get(entity["user"]["id"])
    return entity | {"user": user.json()} if user else None


def check_length(content: Json) -> None:
    """Raise Refused if the text or caption is too long for Telegram."""
    if _is_longer(content.get("text", ""), MAX_TEXT):
        raise bad_request("message is too long")
    if _is_longer(content.get("caption", ""), MAX_CAPTION):
        raise bad_request("message caption is too long")


def _is_longer(plain: str, most: int) -> bool:
    return len(plain) > most // 2 and text_length(plain) > most  # counting UTF-16 units is slow and rarely needed


def file_fields(world: World, params: Params, kind: str, source: object) -> Json:
    """The field of the Message object for a file of this kind."""
    if isinstance(source, str) and source.startswith("attach://"):
        source = params.get(source.removeprefix("attach://"))
    file = _resolve_file(world, kind, source)
    if kind == "photo":
        return file.photo_json()
    fields = file.json() | {"file_name": file.name or "file", "mime_type": file.mime or "application/octet-stream"}
    return {kind: fields | (files.VIDEO_FIELDS if kind == "video" else {})}


def media_fields(world: World, params: Params, media: Any) -> Json:
    """The fields of the Message object for an InputMedia of a request."""
    if not isinstance(media, dict) or media.get("type") not in ("photo", "document", "video"):
        raise bad_request("can't parse InputMedia: type must be one of photo, document, video")
    if not media.get("media"):
        raise bad_request("can't parse InputMedia: media not found")
    caption = read_caption(world, media)
    check_length(caption)
    return file_fields(world, params, media["type"], media["media"]) | caption


def _resolve_file(world: World, kind: str, source: object) -> File:
    """The file for an upload, a file id or a URL."""
    if isinstance(source, Upload):
        if not source.data:
            raise bad_request("file must be non-empty")
        if kind == "photo" and len(source.data) > MAX_PHOTO:
            raise bad_request(
                f"file of size {len(source.data)} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes"
            )
        if kind == "photo":
            _check_dimensions(source.data)
        return files.add(world.files, kind, source.data, name=source.name, mime=source.mime)
    if isinstance(source, str) and source.startswith(("http://", "https://")):
        return files.add(world.files, kind, None, url=source)
    file = world.files.by_id.get(str(source))
    if file is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad_request(f"can't use file of type {file.kind.capitalize()} as {kind.capitalize()}")
    return file


def _check_dimensions(data: bytes) -> None:
    """Raise Refused unless it is an image with dimensions that Telegram accepts (Bot API, sendPhoto)."""
    dimensions = files.read_dimensions(data)
    if dimensions is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(dimensions) > 10_000 or max(dimensions) > 20 * min(dimensions):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def deliver(world: World, chat: TelegramChat, params: Params, content: Json, what: str) -> Json:
    """Check that the bot may send `what` to the chat, store and count the message; return the Message object."""
    topic = get_int(params, "message_thread_id")
    access.check_may_send(chat, what, topic)
    keyboard = markup.parse(params.get("reply_markup"))
    message: Json = {"from": world.bot, "chat": chat_json(world, chat), "date": world.now()}
    if chat.kind is ChatKind.CHANNEL:
        message = {"sender_chat": message["chat"], "chat": message["chat"], "date": message["date"]}
    if topic:
        message |= {"message_thread_id": topic, "is_topic_message": True}
    message |= _reply_fields(world, chat, params)
    message |= content
    message |= markup.message_fields(keyboard)
    if get_bool(params, "protect_content"):
        message["has_protected_content"] = True
    text = content.get("text") or content.get("caption") or what
    count_delivery(world.tally, chat.id, text, int(time.monotonic()))
    message = store_message(world, chat, message)
    if keyboard and keyboard.get("force_reply"):
        world.reply_prompts[chat.id] = message["message_id"]
    return message


def _reply_fields(world: World, chat: TelegramChat, params: Params) -> Json:
    """The message replied to; empty if the request names none."""
    parameters = get_json(params, "reply_parameters", "reply parameters JSON object") or {}
    message_id = int(parameters.get("message_id") or get_int(params, "reply_to_message_id"))
    if not message_id:
        return {}
    replied = find_message(chat, message_id)
    if replied is not None:
        return reply_json(replied)
    if (
        parameters.get("allow_sending_without_reply")
        or get_bool(params, "allow_sending_without_reply")
        or world.counts_only
    ):
        return {}
    raise bad_request("message to be replied not found")
