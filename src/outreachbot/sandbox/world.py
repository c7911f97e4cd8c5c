"""The state of the pretended Telegram, in memory: users, chats, messages, the bot and the updates that wait for it."""

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from outreachbot.errors import WrongUse
from outreachbot.sandbox.chat import Chat, Json, Kind, User
from outreachbot.sandbox.faults import Faults
from outreachbot.sandbox.files import Shelf
from outreachbot.sandbox.signal import Signal
from outreachbot.sandbox.tally import Tally

TOKEN = "4200000001:sandbox"  # noqa: S105  (opens nothing: only this server knows it)
ANONYMOUS_ADMIN = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})  # Bot API, getUpdates
FIRST_UPDATE = 100_000_001
KEPT_MESSAGES = 200  # of each chat
KEPT_ANSWERS = 200  # of callback queries
KEPT_WHEN_BRIEF = 2000  # of all chats together


@dataclass(slots=True)
class Query:
    """A press on a button which the bot has not yet answered."""

    user_id: int
    chat_id: int
    message_id: int
    data: str


@dataclass
class World:
    """All there is. `tokens` are those the server accepts; None is any of the right form, and the first gives the id.

    `keep` is the number of messages kept of each chat; with 0 only the last ids and the counts (`brief`).
    """

    clock: Callable[[], datetime]
    tokens: frozenset[str] | None = frozenset({TOKEN})
    username: str = "outreach_demo_bot"
    name: str = "Outreach demo"
    keep: int = KEPT_MESSAGES
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)  # lower-case @username of a chat -> its id
    queries: dict[str, Query] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=dict)  # chat id -> the last message sent with force_reply
    answers: dict[str, Json] = field(default_factory=dict)  # query id -> what the bot answered, the last ones
    menus: dict[tuple[str, str], list[Json]] = field(default_factory=dict)  # (scope, language) -> commands
    profile: dict[tuple[str, str], str] = field(default_factory=dict)  # (name|description|short_description, language)
    updates: deque[tuple[int, Any]] = field(default_factory=deque)
    next_update: int = FIRST_UPDATE
    allowed: frozenset[str] = frozenset()  # empty: all but NOT_BY_DEFAULT
    poll: object = None  # the long poll that waits now
    shelf: Shelf = field(default_factory=Shelf)
    faults: Faults = field(default_factory=Faults)
    closed: bool = False  # the server stops: whoever waits goes home

    def __post_init__(self) -> None:
        token = next(iter(self.tokens)) if self.tokens else TOKEN
        self.adopted = self.tokens is not None
        self.bot: Json = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": self.name}
        self.bot["username"] = self.username
        self.recent: deque[tuple[Chat, int]] = deque()
        self.numbers = itertools.count(1)  # ids of queries, albums and polls
        self.tally = Tally(brief=not self.keep)
        self.changes = Signal()  # anything a page shows
        self.arrivals = Signal()  # updates for the bot
        self.departures = Signal()  # pollers who went away
        self.ending = Signal()

    @property
    def brief(self) -> bool:
        """Whether no message is kept."""
        return self.keep == 0

    @property
    def version(self) -> int:
        """Grows with every change a page could show."""
        return self.changes.version

    async def changed(self, since: int, seconds: float | None = None) -> int:
        """Wait for a change after version `since`, or that many seconds, or the server's end; the version then."""
        return await self.changes.past(since, seconds)

    async def pause(self, seconds: float) -> None:
        """Sleep, unless the server stops first."""
        if not self.closed:
            await self.ending.past(self.ending.version, seconds)

    def close(self) -> None:
        """Send everybody home who waits: the server stops."""
        self.closed = True
        for signal in (self.ending, self.arrivals, self.changes):
            signal.ring()

    def now(self) -> int:
        """The time as Telegram writes it: seconds since 1970."""
        return int(self.clock().timestamp())


def user_of(world: World, user_id: int) -> User:
    """A known person."""
    try:
        return world.users[user_id]
    except KeyError:
        raise WrongUse(f"The sandbox has no user {user_id}.") from None


def chat_of(world: World, chat_id: int) -> Chat:
    """A known chat, followed to its supergroup if it became one."""
    try:
        chat = world.chats[chat_id]
    except KeyError:
        raise WrongUse(f"The sandbox has no chat {chat_id}.") from None
    return world.chats[chat.moved_to] if chat.moved_to else chat


def chat_json(world: World, chat: Chat) -> Json:
    """Telegram's Chat object, as it stands in messages."""
    if chat.kind is Kind.PRIVATE:
        user = world.users[chat.id].json()
        return {"id": chat.id, "type": "private"} | {
            key: user[key] for key in ("first_name", "last_name", "username") if key in user
        }
    made: Json = {"id": chat.id, "type": chat.kind.value, "title": chat.title}
    if chat.username:
        made["username"] = chat.username
    if chat.is_forum:
        made["is_forum"] = True
    return made


def store(world: World, chat: Chat, message: Json) -> Json:
    """Give a message its id and its place in the chat. The oldest ones beyond `keep` are forgotten.

    With `brief` only what people wrote last, anywhere, is kept: there may be something to copy or to forward.
    """
    chat.last_id += 1
    message = Json(message_id=chat.last_id) | message
    if world.keep or message.get("from") != world.bot:
        if chat.messages is None:
            chat.messages = {}
        chat.messages[chat.last_id] = message
        if world.brief:
            _forget_oldest(world, chat)
        elif len(chat.messages) > world.keep:
            del chat.messages[next(iter(chat.messages))]
    world.changes.ring()
    return message


def _forget_oldest(world: World, chat: Chat) -> None:
    world.recent.append((chat, chat.last_id))
    if len(world.recent) > KEPT_WHEN_BRIEF:
        old, message_id = world.recent.popleft()
        (old.messages or {}).pop(message_id, None)


def found(chat: Chat, message_id: int) -> Json | None:
    """A message of the chat, also the root of a topic."""
    if chat.messages and message_id in chat.messages:
        return chat.messages[message_id]
    if chat.topics and message_id in chat.topics:
        return chat.topics[message_id].root
    return None


def push(world: World, kind: str, payload: Json) -> None:
    """Put an update in the queue, if the bot asked for that kind."""
    if (kind in world.allowed) if world.allowed else (kind not in NOT_BY_DEFAULT):
        world.updates.append((world.next_update, {"update_id": world.next_update, kind: payload}))
        world.next_update += 1
        world.arrivals.ring()
