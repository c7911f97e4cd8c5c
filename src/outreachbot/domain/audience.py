"""Who a message is for: all subscribed chats, or those that share something."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from outreachbot.domain.schedule import Group


@dataclass(frozen=True, slots=True)
class Audience:
    """Which subscribed chats; what is empty does not narrow them down."""

    subscribed_until: float | None = None  # only those that had subscribed by then
    group: Group | None = None  # only those of this zone and hour …
    default: Group | None = None  # … which chats have that chose neither
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()  # private, group, supergroup, channel
    anniversary: str = ""  # only those that are reminded of it …
    by_default: bool = True  # … which chats are that chose nothing
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
    return Audience(**{**stored, **lists, **groups})


_ALL = Audience()
