"""The in-memory state of the local Telegram: users, chats, messages, the bot and its pending updates."""

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from outreachbot.errors import WrongUse
from outreachbot.sandbox.chat import ChatKind, Json, TelegramChat, User
from outreachbot.sandbox.faults import Faults
from outreachbot.sandbox.files import FileStore
from outreachbot.sandbox.notifier import Notifier
from outreachbot.sandbox.tally import TrafficTally

TOKEN = "4200000001:sandbox"  # noqa: S105  (opens nothing: only this server knows it)
ANONYMOUS_ADMIN = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})  # Bot API, getUpdates
FIRST_UPDATE = 100_000_001
KEPT_MESSAGES = 200  # of each chat
KEPT_ANSWERS = 200  # of callback queries
KEPT_WHEN_COUNTING = 2000  # of all chats together, if only counts are kept


@dataclass(slots=True)
class Query:
    """A button press that the bot has not answered yet."""

    user_id: int
    chat_id: int
    message_id: int
    data: str


@dataclass
class World:
    """The whole state.

    `tokens` are the bot tokens the server accepts; with None it accepts any well-formed one, and the first one used
    determines the bot's id. `keep` is the number of messages kept for each chat; with 0, only the last ids and the
    counts are kept (`counts_only`).
    """

    clock: Callable[[], datetime]
    tokens: frozenset[str] | None = frozenset({TOKEN})
    username: str = "outreach_demo_bot"
    name: str = "Outreach demo"
    keep: int = KEPT_MESSAGES
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, TelegramChat] = field(default_factory=dict)
    usernames: dict[str, int] = field(default_factory=dict)  # lower-case username of a chat, without @ -> its id
    queries: dict[str, Query] = field(default_factory=dict)
    reply_prompts: dict[int, int] = field(default_factory=dict)  # chat id -> last message sent with force_reply
    answers: dict[str, Json] = field(default_factory=dict)  # query id -> the bot's answer; the latest ones
    menus: dict[tuple[str, str], list[Json]] = field(default_factory=dict)  # (scope, language) -> commands
    profile: dict[tuple[str, str], str] = field(default_factory=dict)  # (name|description|short_description, language)
    updates: deque[tuple[int, Any]] = field(default_factory=deque)
    next_update_id: int = FIRST_UPDATE
    allowed_updates: frozenset[str] = frozenset()  # empty: all except NOT_BY_DEFAULT
    current_poll: object = None  # identifies the running long poll
    files: FileStore = field(default_factory=FileStore)
    faults: Faults = field(default_factory=Faults)
    closed: bool = False  # the server is stopping: all waits end

    def __post_init__(self) -> None:
        token = next(iter(self.tokens)) if self.tokens else TOKEN
        self.token_adopted = self.tokens is not None
        self.bot: Json = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": self.name}
        self.bot["username"] = self.username
        self.recent: deque[tuple[TelegramChat, int]] = deque()
        self.numbers = itertools.count(1)  # ids of queries, albums and polls
        self.tally = TrafficTally(counts_only=not self.keep)
        self.changes = Notifier()  # anything a page shows
        self.arrivals = Notifier()  # updates for the bot
        self.disconnects = Notifier()  # long polls ended by their client
        self.stopping = Notifier()

    @property
    def counts_only(self) -> bool:
        """Whether the bot's messages are counted but not kept."""
        return self.keep == 0

    @property
    def version(self) -> int:
        """Increases with every change a page may show."""
        return self.changes.version

    async def wait_for_change(self, since: int, seconds: float | None = None) -> int:
        """Wait until the version exceeds `since`, `seconds` have passed or the server stops; return the version."""
        return await self.changes.wait_past(since, seconds)

    async def pause(self, seconds: float) -> None:
        """Sleep, unless the server stops first."""
        if not self.closed:
            await self.stopping.wait_past(self.stopping.version, seconds)

    def close(self) -> None:
        """End all waits, because the server is stopping."""
        self.closed = True
        for notifier in (self.stopping, self.arrivals, self.changes):
            notifier.notify()

    def now(self) -> int:
        """The current time in seconds since the epoch, as in Telegram's objects."""
        return int(self.clock().timestamp())


def get_user(world: World, user_id: int) -> User:
    """The user with this id. Raises WrongUse if there is none."""
    try:
        return world.users[user_id]
    except KeyError:
        raise WrongUse(f"The sandbox has no user {user_id}.") from None


def get_chat(world: World, chat_id: int) -> TelegramChat:
    """The chat with this id, or the supergroup it was upgraded to. Raises WrongUse if there is none."""
    try:
        chat = world.chats[chat_id]
    except KeyError:
        raise WrongUse(f"The sandbox has no chat {chat_id}.") from None
    return world.chats[chat.migrated_to] if chat.migrated_to else chat


def chat_json(world: World, chat: TelegramChat) -> Json:
    """Telegram's Chat object, as included in messages."""
    if chat.kind is ChatKind.PRIVATE:
        user = world.users[chat.id].json()
        return {"id": chat.id, "type": "private"} | {
            key: user[key] for key in ("first_name", "last_name", "username") if key in user
        }
    fields: Json = {"id": chat.id, "type": chat.kind.value, "title": chat.title}
    if chat.username:
        fields["username"] = chat.username
    if chat.is_forum:
        fields["is_forum"] = True
    return fields


def store_message(world: World, chat: TelegramChat, message: Json) -> Json:
    """Assign a message its id and store it in the chat; drops the chat's oldest message beyond `keep`.

    If only counts are kept, just the latest messages of people are stored, so that the bot can copy or forward them.
    """
    chat.last_message_id += 1
    message = Json(message_id=chat.last_message_id) | message
    if world.keep or message.get("from") != world.bot:
        if chat.messages is None:
            chat.messages = {}
        chat.messages[chat.last_message_id] = message
        if world.counts_only:
            _drop_oldest(world, chat)
        elif len(chat.messages) > world.keep:
            del chat.messages[next(iter(chat.messages))]
    world.changes.notify()
    return message


def _drop_oldest(world: World, chat: TelegramChat) -> None:
    world.recent.append((chat, chat.last_message_id))
    if len(world.recent) > KEPT_WHEN_COUNTING:
        old, message_id = world.recent.popleft()
        (old.messages or {}).pop(message_id, None)


def find_message(chat: TelegramChat, message_id: int) -> Json | None:
    """A message of the chat, including the root of a topic; None if it is not stored."""
    if chat.messages and message_id in chat.messages:
        return chat.messages[message_id]
    if chat.topics and message_id in chat.topics:
        return chat.topics[message_id].root
    return None


def push_update(world: World, kind: str, payload: Json) -> None:
    """Queue an update, unless the bot's allowed_updates exclude its kind (Bot API, getUpdates)."""
    if (kind in world.allowed_updates) if world.allowed_updates else (kind not in NOT_BY_DEFAULT):
        world.updates.append((world.next_update_id, {"update_id": world.next_update_id, kind: payload}))
        world.next_update_id += 1
        world.arrivals.notify()


def reply_json(replied: Json) -> Json:
    """The `reply_to_message` field for a reply to this message; it never nests (Bot API, Message)."""
    return {"reply_to_message": {key: value for key, value in replied.items() if key != "reply_to_message"}}


def next_album_id(world: World) -> str:
    return str(13_000_000_000_000_000 + next(world.numbers))
