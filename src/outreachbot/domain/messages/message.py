"""A message to a chat (text, buttons, media) and the limits that Telegram sets."""

import re
from dataclasses import dataclass
from enum import StrEnum
from html import escape as _escape
from html import unescape

from outreachbot.domain.messages.pictures import Drawn

MAX_TEXT = 4096  # UTF-16 code units after parsing (Bot API, sendMessage.text)
MAX_CAPTION = 1024  # UTF-16 code units after parsing (Bot API, sendPhoto.caption)
MAX_ENTITIES = 100  # links, bold, …: Telegram shows no more (Bot API, MessageEntity)
MAX_BUTTONS = 100  # per message; Telegram rejects more (tdlib/telegram-bot-api)
MAX_CALLBACK_BYTES = 64  # Bot API, InlineKeyboardButton.callback_data
MAX_ALBUM = 10  # media (Bot API, sendMediaGroup)
MAX_CALLBACK_ANSWER = 200  # Bot API, answerCallbackQuery.text


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message, with exactly one of `data` (sent back to the bot, 1-64 bytes) and `url` (http(s))."""

    label: str
    data: str = ""
    url: str = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """A message of any kind in another chat of the bot, to be copied from there (Bot API, copyMessage)."""

    chat_id: int
    message_id: int


class MediaKind(StrEnum):
    """A kind of media that can be sent by file id, with a caption. The values are the Bot API's names."""

    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Media:
    """A file already on Telegram's servers, given by file id; or a picture, given by name.

    A named picture is uploaded when it is first sent; after that its file id is known.
    """

    kind: MediaKind
    file_id: str = ""  # exactly one of file_id and name is given
    name: str = ""  # a file in the content file's folder, or a drawn picture
    drawn: Drawn | None = None  # what a drawn picture shows; never stored in the outbox


@dataclass(frozen=True, slots=True)
class Message:
    """A message to send. `text` is HTML of Telegram's subset; with `media` it is their caption.

    Two or more media are an album, which can't have buttons (Bot API, sendMediaGroup). With `copy`, text and media
    are empty and the message that it refers to is sent.
    """

    text: str = ""
    buttons: Rows = ()
    media: tuple[Media, ...] = ()
    copy: Copy | None = None
    asks: bool = False  # open the reply field (Bot API, ForceReply); only for a message without buttons


def escape(text: str) -> str:
    """Escape plain text for HTML of Telegram's subset."""
    return _escape(text, quote=True)


_TAG = re.compile(r"<[^>]*>")


def shown_length(text: str) -> int:
    """The length of HTML of Telegram's subset after parsing, in UTF-16 code units: what the limits refer to."""
    return text_length(unescape(_TAG.sub("", text)))


def text_length(text: str) -> int:
    """The length of plain text in UTF-16 code units, which Telegram counts in."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, most: int, *, whole_words: bool = False) -> str:
    """Cut plain text to at most `most` characters (1 or more), of which the last is an ellipsis if it was cut.

    Characters are Unicode code points. With `whole_words` the cut is at a space, if there is one.
    """
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rsplit(" ", 1)[0] if whole_words else cut) + "…"
