"""Reads an admin's message as the content of a broadcast: text and formatting, media, buttons in the last lines."""

import re
from collections.abc import Sequence

from telegram import Message as TelegramMessage
from telegram import MessageEntity

from outreachbot.domain import urls
from outreachbot.domain.messages.message import Button, Copy, Media, MediaKind, Message, Rows, escape, text_length
from outreachbot.errors import InvalidButton

# A line such as: [Read more] https://example.org/ or [Read more](https://example.org/)
_BUTTON = re.compile(r"^\s*\[(?P<label>[^\[\]\n]+)\]\s*(?:\((?P<inner>[^\s()]\S*)\)|(?P<url>[^\s()]\S*))\s*$")


def read_broadcast(message: TelegramMessage) -> Message:
    """A text, photo, video or document, to be sent as a new message; anything else becomes a copy of the message.

    Raises InvalidButton if a button in the last lines has no valid address.
    """
    if message.text is not None:
        html, buttons = _split_buttons(message, message.text, message.entities)
        return Message(html, buttons)
    media = read_media(message)
    if media is None:
        return Message(copy=Copy(message.chat.id, message.message_id))
    html, buttons = _split_buttons(message, message.caption or "", message.caption_entities)
    return Message(html, buttons, media=(media,))


def read_media(message: TelegramMessage) -> Media | None:
    """The file in a message, by its file id; None for kinds that are copied."""
    if message.photo:
        return Media(MediaKind.PHOTO, message.photo[-1].file_id)
    if message.video:
        return Media(MediaKind.VIDEO, message.video.file_id)
    if message.document and not message.animation:
        return Media(MediaKind.DOCUMENT, message.document.file_id)
    return None


def read_text(message: TelegramMessage) -> str:
    """The text as HTML of Telegram's subset."""
    return _render_html(message, message.text or "", message.entities)


def read_caption(message: TelegramMessage) -> str:
    """The caption as HTML of Telegram's subset."""
    return _render_html(message, message.caption or "", message.caption_entities)


def _split_buttons(message: TelegramMessage, text: str, entities: Sequence[MessageEntity]) -> tuple[str, Rows]:
    """The text without its button lines, as HTML, and a row for each of these buttons."""
    lines = text.split("\n")
    rows: list[tuple[Button, ...]] = []
    while lines and (match := _BUTTON.match(lines[-1])):
        rows.insert(0, (_create_button(match["label"].strip(), match["inner"] or match["url"]),))
        lines.pop()
    left = "\n".join(lines).rstrip() if rows else text
    return _render_html(message, left, entities), tuple(rows)


def _create_button(label: str, url: str) -> Button:
    if urls.find_url_problem(url):
        raise InvalidButton(label)
    return Button(label, url=url)


def _render_html(message: TelegramMessage, text: str, entities: Sequence[MessageEntity]) -> str:
    """PTB's HTML for the beginning of a text, with the entities in it, which count UTF-16 code units.

    PTB does not escape URLs: Telegram would read `&lt=` in one as a character.
    """
    end = text_length(text)
    kept = [
        MessageEntity(entity.type, entity.offset, min(entity.length, end - entity.offset),
                      entity.url and escape(entity.url), entity.user, entity.language, entity.custom_emoji_id)
        for entity in entities
        if entity.offset < end
    ]  # fmt: skip
    clipped = TelegramMessage(message.message_id, message.date, message.chat, text=text, entities=kept)
    return clipped.text_html if text else ""
