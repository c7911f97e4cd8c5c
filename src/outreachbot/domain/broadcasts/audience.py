"""Who a message is for: all subscribed chats, or those that share something."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from outreachbot.domain.content.model import Content, Notice
from outreachbot.domain.reminders.schedule import Group, Item


@dataclass(frozen=True, slots=True)
class Wish:
    """A notice that a chat may want, and what holds for a chat that chose nothing about it."""

    item: str  # domain.schedule.Item.key
    anniversary: str
    year: int  # of the occurrence
    notice: Notice
    anniversary_by_default: bool
    notice_by_default: bool
    big: bool

    @classmethod
    def of(cls, item: Item, content: Content) -> Self:
        one = item.occurrence.anniversary
        by_default = one.default, item.notice in content.notices
        return cls(item.key, one.id, item.occurrence.date.year, item.notice, *by_default, one.big)


@dataclass(frozen=True, slots=True)
class Audience:
    """Which subscribed chats; what is empty does not narrow them down."""

    subscribed_until: float | None = None  # only those that had subscribed by then
    group: Group | None = None  # only those of this zone and hour …
    default: Group | None = None  # … which chats have that chose neither
    wishes: tuple[Wish, ...] = ()  # only those that want some of these and were not told of them …
    wanted: tuple[bool, ...] = ()  # … exactly these, where it is given
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()  # private, group, supergroup, channel
    anniversary: str = ""  # only those that are reminded of it …
    by_default: bool = True  # … which chats are that chose nothing
    big: bool = True  # … and those that want only the big days
    joined: str = ""  # only those that came through this start code

    @property
    def everybody(self) -> bool:
        return self == Audience()


def dump(audience: Audience) -> dict[str, Any]:
    """For the store: only what narrows it down."""
    return {name: value for name, value in asdict(audience).items() if value != getattr(_ALL, name)}


def load(stored: Mapping[str, Any]) -> Audience:
    lists = {name: tuple(value) for name, value in stored.items() if isinstance(value, list)}
    groups = {name: Group(**value) for name, value in stored.items() if isinstance(value, dict)}
    wishes = {"wishes": tuple(Wish(**{**wish, "notice": Notice(wish["notice"])}) for wish in stored.get("wishes", ()))}
    return Audience(**{**stored, **lists, **groups, **wishes})


_ALL = Audience()
