"""The subscribed chats that a reminder goes to."""

from dataclasses import dataclass
from typing import Self

from outreachbot.domain.content.model import Content, Notice
from outreachbot.domain.reminders.schedule import Group, Item


@dataclass(frozen=True, slots=True)
class NoticeCriteria:
    """A notice, and whether chats that have not chosen want it."""

    item: str  # domain.reminders.schedule.Item.key
    anniversary: str
    year: int  # of the occurrence
    notice: Notice
    anniversary_by_default: bool
    notice_by_default: bool
    big: bool

    @classmethod
    def of(cls, item: Item, content: Content) -> Self:
        anniversary, date = item.occurrence.anniversary, item.occurrence.date
        by_default = anniversary.default, item.notice in content.notices
        return cls(item.key, anniversary.id, date.year, item.notice, *by_default, anniversary.big)


@dataclass(frozen=True, slots=True)
class ReminderAudience:
    """Filters on the subscribed chats; an empty filter matches every chat."""

    subscribed_until: float | None = None  # only chats that had subscribed by then (seconds since the epoch)
    group: Group | None = None  # only chats of this zone and hour …
    default: Group | None = None  # … which is the group of chats that have chosen neither
    criteria: tuple[NoticeCriteria, ...] = ()  # only chats that want any of these and were not sent it …
    wanted: tuple[bool, ...] = ()  # … or, if given, exactly these
