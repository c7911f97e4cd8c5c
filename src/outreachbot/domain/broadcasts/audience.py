"""The subscribed chats that an admin sends a broadcast to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BroadcastAudience:
    """Filters on the subscribed chats; an empty one does not narrow them down."""

    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()  # private, group, supergroup, channel
    anniversary: str = ""  # only chats that are reminded of it …
    by_default: bool = True  # … including those that have chosen nothing about it
    big: bool = True  # … and those that want only the big days
    joined: str = ""  # only chats that came through this start code

    @property
    def is_everybody(self) -> bool:
        return self == EVERYBODY


EVERYBODY = BroadcastAudience()
