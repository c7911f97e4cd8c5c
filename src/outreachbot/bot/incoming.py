"""Reads what an admin composed: text and formatting, media, and the buttons in its last lines."""

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
    """A text, picture, film or file with its formatting and buttons, sent anew; anything else is copied.

    Raises ButtonError when the last lines hold a button that leads nowhere.
    """
    if message.text is not None:
        html, buttons = _parted(message, message.text, message.entities)
        return Message(html, buttons)
    media = read_media(message)
    if media is None:
        return Message(copy=Copy(message.chat.id, message.message_id))
    html, buttons = _parted(message, message.caption or "", message.caption_entities)
    return Message(html, buttons, media=(media,))


def read_media(message: TelegramMessage) -> Media | None:
    """The file in a message, by its id; None for kinds that are copied."""
    if message.photo:
        return Media(MediaKind.PHOTO, message.photo[-1].file_id)
    if message.video:
        return Media(MediaKind.VIDEO, message.video.file_id)
    if message.document and not message.animation:
        return Media(MediaKind.DOCUMENT, message.document.file_id)
    return None


def read_text(message: TelegramMessage) -> str:
    """The text as HTML of Telegram's subset."""
    return _html(message, message.text or "", message.entities)


def read_caption(message: TelegramMessage) -> str:
    """The caption as HTML of Telegram's subset."""
    return _html(message, message.caption or "", message.caption_entities)


def _parted(message: TelegramMessage, text: str, entities: Sequence[MessageEntity]) -> tuple[str, Rows]:
    """The text as HTML, and the buttons of its last lines, a row each."""
    lines = text.split("\n")
    rows: list[tuple[Button, ...]] = []
    while lines and (found := _BUTTON.match(lines[-1])):
        rows.insert(0, (_button(found["label"].strip(), found["inner"] or found["url"]),))
        lines.pop()
    left = "\n".join(lines).rstrip() if rows else text
    return _html(message, left, entities), tuple(rows)


def _button(label: str, url: str) -> Button:
    if urls.find_url_problem(url):
        raise InvalidButton(label)
    return Button(label, url=url)


def _html(message: TelegramMessage, text: str, entities: Sequence[MessageEntity]) -> str:
    """PTB's HTML for the part of a text that is left. Entities are counted in UTF-16 code units.

    PTB puts an address into the HTML as it is, where Telegram would read `&lt=` in it as a sign.
    """
    end = text_length(text)
    kept = [
        MessageEntity(one.type, one.offset, min(one.length, end - one.offset), one.url and escape(one.url), one.user,
                      one.language, one.custom_emoji_id)
        for one in entities
        if one.offset < end
    ]  # fmt: skip
    clipped = TelegramMessage(message.message_id, message.date, message.chat, text=text, entities=kept)
    return clipped.text_html if text else ""
