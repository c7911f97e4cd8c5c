"""Builds requests to the Bot API: the method that sends or edits a message, and its parameters."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from outreachbot.domain.messages.message import Button, Media, Message
from outreachbot.gateway.transport import encode_json

NO_LINK_PREVIEW = {"is_disabled": True}

Flags = tuple[str, ...]
"""Names of boolean parameters to set to true."""


def build_send(message: Message, topic_id: int | None, flags: Sequence[str] = ()) -> tuple[str, dict[str, Any]]:
    """The method that sends this message, and its parameters except for the chat."""
    params: dict[str, Any] = dict.fromkeys(flags, True)
    if topic_id is not None:
        params["message_thread_id"] = topic_id
    if len(message.media) > 1:
        return "sendMediaGroup", params | {"media": _build_album(message)}
    if message.buttons:
        params["reply_markup"] = {"inline_keyboard": _build_keyboard(message)}
    elif message.asks:
        params["reply_markup"] = {"force_reply": True, "selective": True}
    if message.copy is not None:
        return "copyMessage", params | {"from_chat_id": message.copy.chat_id, "message_id": message.copy.message_id}
    if message.media:
        (media,) = message.media
        file = {media.kind.value: media.file_id, "caption": message.text, "parse_mode": "HTML"}
        return f"send{media.kind.capitalize()}", params | file
    text = {"text": message.text, "parse_mode": "HTML", "link_preview_options": NO_LINK_PREVIEW}
    return "sendMessage", params | text


@lru_cache(maxsize=64)  # a broadcast sends the same to thousands of chats
def encode_send(message: Message, topic_id: int | None, flags: Flags) -> tuple[str, bytes]:
    """The same as JSON, without its opening brace: the caller puts `{"chat_id":…,` in front."""
    method, params = build_send(message, topic_id, flags)
    return method, encode_json(params)[1:]


def build_edit(message: Message, chat_id: int, message_id: int) -> tuple[str, dict[str, Any]]:
    """The method that replaces the text (or caption) and buttons of a message, and its parameters."""
    params: dict[str, Any] = {"chat_id": chat_id, "message_id": message_id, "parse_mode": "HTML"}
    if len(message.media) < 2:
        params["reply_markup"] = {"inline_keyboard": _build_keyboard(message)}
    if message.media:
        return "editMessageCaption", params | {"caption": message.text}
    return "editMessageText", params | {"text": message.text, "link_preview_options": NO_LINK_PREVIEW}


def build_edit_media(message: Message, chat_id: int, message_id: int, file: str) -> tuple[str, dict[str, Any]]:
    """The same for a message with a picture; `file` is a file id, or `attach://` and the field name of an upload."""
    (media,) = message.media
    media_item = {"type": media.kind.value, "media": file, "caption": message.text, "parse_mode": "HTML"}
    keyboard = {"inline_keyboard": _build_keyboard(message)}
    params = {"chat_id": chat_id, "message_id": message_id, "reply_markup": keyboard, "media": media_item}
    return "editMessageMedia", params


def _build_album(message: Message) -> list[dict[str, str]]:
    """Telegram shows the caption of the first item as that of the whole album."""
    first = {"caption": message.text, "parse_mode": "HTML"} if message.text else {}
    return [_build_album_item(media) | (first if number == 0 else {}) for number, media in enumerate(message.media)]


def _build_album_item(media: Media) -> dict[str, str]:
    return {"type": media.kind, "media": media.file_id}


def _build_keyboard(message: Message) -> list[list[dict[str, str]]]:
    return [[_build_button(button) for button in row] for row in message.buttons]


def _build_button(button: Button) -> dict[str, str]:
    return {"text": button.label, **({"url": button.url} if button.url else {"callback_data": button.data})}
