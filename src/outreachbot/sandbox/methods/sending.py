"""Methods that write a message: text, picture, file; and `deliver`, through which all messages of the bot go."""

import time
from typing import Any

from outreachbot.domain.messages.message import MAX_CAPTION, MAX_TEXT, text_length
from outreachbot.sandbox import access, files, markup, texts
from outreachbot.sandbox.access import Need
from outreachbot.sandbox.chat import Chat, Json, Kind
from outreachbot.sandbox.files import File
from outreachbot.sandbox.params import Params, Upload, flag, number, structure, text
from outreachbot.sandbox.refused import bad
from outreachbot.sandbox.tally import delivered
from outreachbot.sandbox.world import World, chat_json, found, store

MAX_PHOTO = 10 * 2**20
WORDS = {"photo": "photos", "document": "documents", "video": "videos"}


def send_message(world: World, params: Params) -> Any:
    """A text."""
    content = written(world, params)
    chat = access.chat(world, params.get("chat_id"), Need.WRITE)
    measured(content)
    if preview := structure(params, "link_preview_options", "link preview options JSON object"):
        content["link_preview_options"] = preview
    return deliver(world, chat, params, content, "text messages")


def send_photo(world: World, params: Params) -> Any:
    """A picture: uploaded, by file id, or by an address, which is not fetched."""
    return _send_file(world, params, "photo")


def send_document(world: World, params: Params) -> Any:
    """A file."""
    return _send_file(world, params, "document")


def send_video(world: World, params: Params) -> Any:
    """A film; its size and length are made up."""
    return _send_file(world, params, "video")


def _send_file(world: World, params: Params, kind: str) -> Any:
    source = params.get(kind)
    if not source:
        raise bad(f"there is no {kind} in the request")
    caption = captioned(world, params)
    chat = access.chat(world, params.get("chat_id"), Need.WRITE)
    measured(caption)
    return deliver(world, chat, params, filed(world, params, kind, source) | caption, WORDS[kind])


def written(world: World, params: Params) -> Json:
    """Text and entities of a request; Refused if nothing is left of the text."""
    if not text(params, "text"):
        raise bad("message text is empty")
    content = _formatted(world, params, "text", "entities")
    if not content:
        raise bad("text must be non-empty")
    return content


def captioned(world: World, params: Params) -> Json:
    """Caption and its entities of a request; nothing without one."""
    return _formatted(world, params, "caption", "caption_entities")


def _formatted(world: World, params: Params, key: str, entities_key: str) -> Json:
    given = structure(params, entities_key, "entities JSON object") if entities_key in params else None
    plain, entities = texts.read(text(params, key), text(params, "parse_mode"), given)
    named = [known for entity in entities if (known := _named(world, entity))]
    return ({key: plain} if plain else {}) | ({entities_key: named} if named else {})


def _named(world: World, entity: Json) -> Json | None:
    """A mention of a person carries the User object, and is dropped for one the bot has not met."""
    if entity["type"] != "text_mention":
        return entity
    user = world.users.get(entity["user"]["id"])
    return entity | {"user": user.json()} if user else None


def measured(content: Json) -> None:
    """Whether text or caption has a length Telegram takes."""
    if _longer(content.get("text", ""), MAX_TEXT):
        raise bad("message is too long")
    if _longer(content.get("caption", ""), MAX_CAPTION):
        raise bad("message caption is too long")


def _longer(plain: str, most: int) -> bool:
    return len(plain) > most // 2 and text_length(plain) > most  # the count costs time and is rarely needed


def filed(world: World, params: Params, kind: str, source: object) -> Json:
    """The part of the Message object which describes a file of this kind."""
    if isinstance(source, str) and source.startswith("attach://"):
        source = params.get(source.removeprefix("attach://"))
    file = _taken(world, kind, source)
    described: Json = {"file_id": file.file_id, "file_unique_id": file.unique_id, "file_size": file.size}
    if kind == "photo":
        width, height = files.sizes(file.data) or files.UNKNOWN_SIZE
        return {"photo": [described | {"width": width, "height": height}]}
    described |= {"file_name": file.name or "file", "mime_type": file.mime or "application/octet-stream"}
    return {kind: described | ({"width": 1280, "height": 720, "duration": 1} if kind == "video" else {})}


def item(world: World, params: Params, media: Any) -> Json:
    """What an InputMedia of a request becomes in the Message object."""
    if not isinstance(media, dict) or media.get("type") not in ("photo", "document", "video"):
        raise bad("can't parse InputMedia: type must be one of photo, document, video")
    if not media.get("media"):
        raise bad("can't parse InputMedia: media not found")
    caption = captioned(world, media)
    measured(caption)
    return filed(world, params, media["type"], media["media"]) | caption


def _taken(world: World, kind: str, source: object) -> File:
    """The file of an upload, a file id or an address."""
    if isinstance(source, Upload):
        if not source.data:
            raise bad("file must be non-empty")
        if kind == "photo" and len(source.data) > MAX_PHOTO:
            raise bad(
                f"file of size {len(source.data)} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes"
            )
        if kind == "photo":
            _seen(source.data)
        return files.add(world.shelf, kind, source.data, name=source.name, mime=source.mime)
    if isinstance(source, str) and source.startswith(("http://", "https://")):
        return files.add(world.shelf, kind, None, url=source)
    file = world.shelf.files.get(str(source))
    if file is None:
        raise bad("wrong file identifier/HTTP URL specified")
    if file.kind != kind:
        raise bad(f"can't use file of type {file.kind.capitalize()} as {kind.capitalize()}")
    return file


def _seen(data: bytes) -> None:
    """Whether it is a picture of measures Telegram takes (Bot API, sendPhoto.photo)."""
    sizes = files.sizes(data)
    if sizes is None:
        raise bad("IMAGE_PROCESS_FAILED")
    if sum(sizes) > 10_000 or max(sizes) > 20 * min(sizes):
        raise bad("PHOTO_INVALID_DIMENSIONS")


def deliver(world: World, chat: Chat, params: Params, content: Json, what: str) -> Json:
    """Write the bot's message in the chat, after the checks that belong to the chat; the Message object."""
    topic = number(params, "message_thread_id")
    access.may_send(chat, what, topic)
    keyboard = markup.read(params.get("reply_markup"))
    message: Json = {"from": world.bot, "chat": chat_json(world, chat), "date": world.now()}
    if chat.kind is Kind.CHANNEL:
        message = {"sender_chat": message["chat"], "chat": message["chat"], "date": message["date"]}
    if topic:
        message |= {"message_thread_id": topic, "is_topic_message": True}
    message |= _reply(world, chat, params)
    message |= content
    message |= markup.visible(keyboard)
    if flag(params, "protect_content"):
        message["has_protected_content"] = True
    said = content.get("text") or content.get("caption") or what
    delivered(world.tally, chat.id, said, int(time.monotonic()))
    message = store(world, chat, message)
    if keyboard and keyboard.get("force_reply"):
        world.asked[chat.id] = message["message_id"]
    return message


def _reply(world: World, chat: Chat, params: Params) -> Json:
    """The message replied to, without the one that it replied to itself."""
    wish = structure(params, "reply_parameters", "reply parameters JSON object") or {}
    message_id = int(wish.get("message_id") or number(params, "reply_to_message_id"))
    if not message_id:
        return {}
    replied = found(chat, message_id)
    if replied is not None:
        return {"reply_to_message": {key: value for key, value in replied.items() if key != "reply_to_message"}}
    if wish.get("allow_sending_without_reply") or flag(params, "allow_sending_without_reply") or world.brief:
        return {}
    raise bad("message to be replied not found")
