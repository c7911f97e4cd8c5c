"""What is said to a chat: a text, buttons, perhaps a picture; and the limits Telegram sets to it."""

import re
from dataclasses import dataclass
from enum import StrEnum
from html import escape as _escape
from html import unescape

from outreachbot.domain.messages.pictures import Drawn

MAX_TEXT = 4096  # UTF-16 code units after parsing (Bot API, sendMessage.text)
MAX_CAPTION = 1024  # UTF-16 code units after parsing (Bot API, sendPhoto.caption)
MAX_ENTITIES = 100  # links, bold, …: Telegram shows no more (Bot API, MessageEntity)
MAX_BUTTONS = 100  # of one message; more are refused (tdlib/telegram-bot-api)
MAX_CALLBACK_BYTES = 64  # Bot API, InlineKeyboardButton.callback_data
MAX_ALBUM = 10  # media (Bot API, sendMediaGroup)
MAX_CALLBACK_ANSWER = 200  # Bot API, answerCallbackQuery.text


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: exactly one of `data` (comes back to the bot, 1-64 bytes) and `url` (http or https)."""

    label: str
    data: str = ""
    url: str = ""


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """Any message, as it stands in another chat of the bot, to be copied from there."""

    chat_id: int
    message_id: int


class MediaKind(StrEnum):
    """What can be sent by its file id, with a caption. The names are the Bot API's."""

    PHOTO = "photo"
    VIDEO = "video"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Media:
    """A file that Telegram has already, by its id for this bot; or a picture, by its name.

    Nothing is uploaded twice: the first to be sent is, and from then on its id is known.
    """

    kind: MediaKind
    file_id: str = ""
    name: str = ""  # of a file beside the content file, or of what is drawn; exactly one of name and id is given
    drawn: Drawn | None = None  # what the picture shows, where it is no file; never kept in the outbox


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to say. `text` is HTML of Telegram's subset; it is the caption where there are `media`.

    Two media or more are an album, which can have no buttons (Bot API, sendMediaGroup). With `copy`, text and media
    are empty and what stands there is sent.
    """

    text: str = ""
    buttons: Rows = ()
    media: tuple[Media, ...] = ()
    copy: Copy | None = None
    asks: bool = False  # open the reply field (ForceReply); for a message without buttons


def escape(text: str) -> str:
    """Text as it is, safe inside HTML of Telegram's subset."""
    return _escape(text, quote=True)


_TAG = re.compile(r"<[^>]*>")


def shown_length(text: str) -> int:
    """Length of HTML of Telegram's subset once it is parsed: what the limits count."""
    return text_length(unescape(_TAG.sub("", text)))


def text_length(text: str) -> int:
    """Length in UTF-16 code units, which is how Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shorten(text: str, most: int, *, whole_words: bool = False) -> str:
    """Cut plain text to at most `most` characters (1 or more), of which the last is an ellipsis if it was cut.

    Characters are Unicode code points. With `whole_words` the cut is at a space, if there is one.
    """
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rsplit(" ", 1)[0] if whole_words else cut) + "…"
