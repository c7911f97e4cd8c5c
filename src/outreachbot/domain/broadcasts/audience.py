"""The subscribed chats that an admin sends a broadcast to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BroadcastAudience:
    """Filters on the subscribed chats; an empty filter matches every chat."""

    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()  # private, group, supergroup, channel
    anniversary: str = ""  # only chats that are reminded of this anniversary …
    by_default: bool = True  # … including those that have not chosen
    big: bool = True  # … and those that want only the big anniversaries
    joined: str = ""  # only chats that came through this start code

    @property
    def is_everybody(self) -> bool:
        return self == EVERYBODY


EVERYBODY = BroadcastAudience()
