"""What a handler receives: the context and the request. PTB's Optionals end here."""

from dataclasses import dataclass

from telegram import Bot, CallbackQuery, Chat, Message, Update, User

from outreachbot.domain.content.model import Content
from outreachbot.domain.ids import OutboxId, TelegramMessageId
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


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a person: a command, a message or a pressed button."""

    chat_id: int
    kind: str  # private, group, supergroup, channel
    topic_id: int | None  # the forum topic it came from
    user_id: int | None  # None: an anonymous admin of the group, or a channel
    language: str  # one of the content's
    words: str  # what follows the command, or the button's data after its name
    message: Message | None  # what was sent, or what holds the button where Telegram still has it
    telegram_message_id: TelegramMessageId  # of what was sent, or of what holds the button
    press_id: str | None = None  # of the pressed button
    button: str = ""  # its data, without the +
    below: bool = False  # the answer goes below the message that holds the button, not in its place
    locale: str = ""  # of the person's Telegram, perhaps with a region (pt-br), whatever the content has; "": unknown

    @property
    def chat(self) -> ChatRef:
        return ChatRef(self.chat_id, self.kind, self.language, self.topic_id)

    @property
    def in_private(self) -> bool:
        return self.kind == Chat.PRIVATE


def arguments(request: Request) -> tuple[int, str]:
    """Of a button `name:verb:id:more` the id and what follows; 0 where it is none of ours."""
    _verb, _, rest = request.words.partition(":")
    written, _, more = rest.partition(":")
    return number(written), more


def outbox_argument(request: Request) -> OutboxId:
    """The id of the outbox message that a button names."""
    return OutboxId(arguments(request)[0])


def number(written: str) -> int:
    """A number of a button's data; 0 where it is none of ours."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 16 else 0


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
    data = press.data.removeprefix("+")
    return Request(
        chat_id=press.message.chat.id,
        kind=str(press.message.chat.type),
        topic_id=_topic(message) if message else None,
        user_id=press.from_user.id,
        language=pick_language(press.from_user, content),
        words=data.partition(":")[2],
        message=message,
        telegram_message_id=TelegramMessageId(press.message.message_id),
        press_id=press.id,
        button=data,
        below=press.data.startswith("+"),
        locale=_locale(press.from_user),
    )


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
