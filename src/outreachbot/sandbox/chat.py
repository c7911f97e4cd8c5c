"""The data model: chats, users, forum topics and the status of a member in a chat."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class ChatKind(StrEnum):
    """Type of a chat (Bot API, Chat.type)."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class MemberStatus(StrEnum):
    """Status of a user or the bot in a chat (Bot API, ChatMember.status).

    For the bot in a private chat, LEFT means never started and KICKED means blocked.
    """

    CREATOR = "creator"
    ADMINISTRATOR = "administrator"
    MEMBER = "member"
    LEFT = "left"
    KICKED = "kicked"

    @property
    def is_inside(self) -> bool:
        return self not in (MemberStatus.LEFT, MemberStatus.KICKED)

    @property
    def is_admin(self) -> bool:
        return self in (MemberStatus.CREATOR, MemberStatus.ADMINISTRATOR)


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
class ForumTopic:
    """A topic of a forum; its id is the id of `root`, the service message that opened it."""

    name: str
    root: Json
    closed: bool = False


@dataclass(slots=True)
class TelegramChat:
    """A private chat (with the user's id), group, supergroup or channel.

    Containers start as None: there may be 200,000 chats, most of them empty.
    """

    id: int
    kind: ChatKind
    title: str = ""
    username: str = ""
    bot_status: MemberStatus = MemberStatus.LEFT
    muted: bool = False  # only administrators may write
    is_forum: bool = False
    deleted: bool = False  # by its owner
    migrated_to: int = 0  # id of the supergroup that replaced this group
    last_message_id: int = 0  # each chat has its own sequence
    members: dict[int, MemberStatus] | None = None
    topics: dict[int, ForumTopic] | None = None
    messages: dict[int, Json] | None = None

    def status_of(self, user_id: int) -> MemberStatus:
        return (self.members or {}).get(user_id, MemberStatus.LEFT)

    def count_members(self) -> int:
        """Number of people in the chat, plus the bot if it is in there."""
        return sum(status.is_inside for status in (self.members or {}).values()) + self.bot_status.is_inside
