"""What a handler receives: the context and the request. PTB's Optionals end here."""

from dataclasses import dataclass, fields
from typing import Generic, TypeVar

from telegram import Bot, CallbackQuery, Chat, Message, Update, User

from outreachbot.domain.callbacks import Callback, decode
from outreachbot.domain.content.model import Content
from outreachbot.domain.ids import TelegramMessageId
from outreachbot.services.context import ChatRef, Context

ANONYMOUS_ADMIN = 1087968824  # Telegram's GroupAnonymousBot: every anonymous admin of every group


@dataclass(frozen=True, slots=True, kw_only=True)
class BotContext(Context):
    """What every handler works with."""

    bot: Bot


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """An answer to a pressed button: a text in a box, or (not `alert`) one that passes by, or an address to open."""

    text: str = ""
    alert: bool = True
    url: str = ""


C = TypeVar("C", bound=Callback)
C_co = TypeVar("C_co", bound=Callback, covariant=True)


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a person: a command, a message or a pressed button."""

    chat_id: int
    kind: str  # private, group, supergroup, channel
    topic_id: int | None  # the forum topic it came from
    user_id: int | None  # None: an anonymous admin of the group, or a channel
    language: str  # one of the content's
    words: str  # what follows the command; empty for a button
    message: Message | None  # what was sent, or what holds the button where Telegram still has it
    telegram_message_id: TelegramMessageId  # of what was sent, or of what holds the button
    press_id: str | None = None  # of the pressed button
    below: bool = False  # the answer goes below the message that holds the button, not in its place
    locale: str = ""  # of the person's Telegram, perhaps with a region (pt-br), whatever the content has; "": unknown

    @property
    def chat(self) -> ChatRef:
        return ChatRef(self.chat_id, self.kind, self.language, self.topic_id)

    @property
    def in_private(self) -> bool:
        return self.kind == Chat.PRIVATE

    def choose(self, callback: C) -> "Choice[C]":
        """The same request for what that callback names."""
        return Choice(**{field.name: getattr(self, field.name) for field in fields(Request)}, callback=callback)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Request, Generic[C_co]):
    """A request that names what it wants by a callback: a pressed button of ours, or a link to the bot."""

    callback: C_co


def read_request(update: Update, content: Content) -> Request | None:
    """The request in an update; None where there is none that could be answered."""
    if update.callback_query is not None:
        return _pressed(update.callback_query, content)
    message = update.message or update.channel_post
    if message is None:
        return None
    return Request(
        chat_id=message.chat.id,
        kind=str(message.chat.type),
        topic_id=_topic(message),
        user_id=_person(message),
        language=pick_language(message.from_user, content),
        words=_after_command(message.text or ""),
        message=message,
        telegram_message_id=TelegramMessageId(message.message_id),
        locale=_locale(message.from_user),
    )


def _pressed(press: CallbackQuery, content: Content) -> Request | None:
    if press.message is None or press.data is None:  # a button of an inline result; we send none
        return None
    message = press.message if isinstance(press.message, Message) else None
    callback, below = decode(press.data) or (None, False)
    request = Request(
        chat_id=press.message.chat.id,
        kind=str(press.message.chat.type),
        topic_id=_topic(message) if message else None,
        user_id=press.from_user.id,
        language=pick_language(press.from_user, content),
        words="",
        message=message,
        telegram_message_id=TelegramMessageId(press.message.message_id),
        press_id=press.id,
        below=below,
        locale=_locale(press.from_user),
    )
    return request if callback is None else request.choose(callback)


def _topic(message: Message) -> int | None:
    """Only a forum's messages have a topic; in other groups the same field is just the thread of a reply."""
    return message.message_thread_id if message.is_topic_message else None


def _person(message: Message) -> int | None:
    if message.from_user is None or message.sender_chat is not None or message.from_user.id == ANONYMOUS_ADMIN:
        return None
    return message.from_user.id


def pick_language(user: User | None, content: Content) -> str:
    """The language of the person's Telegram, where the content has it; else the content's default."""
    code = _locale(user).partition("-")[0].lower()
    return code if code in content.languages else content.default_language


def _locale(user: User | None) -> str:
    return (user.language_code or "") if user else ""


def _after_command(text: str) -> str:
    if not text.startswith("/"):
        return text
    return " ".join(text.split(maxsplit=1)[1:]).strip()
