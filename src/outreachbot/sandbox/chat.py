"""What a chat and a person are, and how one stands in the other."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Kind(StrEnum):
    """What a chat is, in Telegram's words."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class Standing(StrEnum):
    """How a user or the bot stands in a chat. In a private chat the bot's: LEFT is never started, KICKED blocked."""

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    LEFT = "left"
    KICKED = "kicked"

    @property
    def inside(self) -> bool:
        """Whether this one is in the chat."""
        return self not in (Standing.LEFT, Standing.KICKED)

    @property
    def rules(self) -> bool:
        """Whether this one is an administrator."""
        return self in (Standing.CREATOR, Standing.ADMINISTRATOR)


@dataclass(slots=True)
class User:
    """A person."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    deleted: bool = False

    def json(self) -> Json:
        """Telegram's User object."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        for key in ("last_name", "username", "language_code"):
            if value := getattr(self, key):
                user[key] = value
        return user


@dataclass(slots=True)
class Topic:
    """A topic of a forum; its id is that of the service message which opened it."""

    name: str
    root: Json
    closed: bool = False


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the user's), group, supergroup or channel. What may be empty 200,000 times is None."""

    id: int
    kind: Kind
    title: str = ""
    username: str = ""
    bot: Standing = Standing.LEFT
    muted: bool = False  # ordinary members may not write
    is_forum: bool = False
    gone: bool = False  # deleted by its owner
    moved_to: int = 0  # the supergroup which this group became
    last_id: int = 0  # message ids are counted in each chat
    members: dict[int, Standing] | None = None
    topics: dict[int, Topic] | None = None
    messages: dict[int, Json] | None = None
