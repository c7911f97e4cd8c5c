"""Whom a group's reminder is for, also on the day on which the content puts many chats into another group."""

import datetime as dt
from dataclasses import dataclass

from outreachbot.domain.audience import Audience, Wish
from outreachbot.domain.content import Content
from outreachbot.domain.schedule import Due, Group
from outreachbot.store import contents, wishes
from outreachbot.store.connect import Connection

LATELY = dt.timedelta(seconds=wishes.LATELY)


@dataclass(slots=True)
class Regrouping:
    """The group of chats that chose neither zone nor hour, and since when it is that one."""

    default: Group | None = None  # as it was at the last look
    at: dt.datetime | None = None  # None: for long


async def resume(db: Connection, content: Content) -> Regrouping:
    """As it was written down when the content went live."""
    at = await contents.regrouped_at(db)
    return Regrouping(Group(content.zone, content.hour), None if at is None else dt.datetime.fromtimestamp(at, dt.UTC))


def look(regrouping: Regrouping, content: Content, now: dt.datetime) -> bool:
    """Whether the content's zone or hour has just become another: then the group's hour may have passed today."""
    default = Group(content.zone, content.hour)
    is_new = regrouping.default not in {None, default}
    regrouping.default = default
    if is_new:
        regrouping.at = now
    elif regrouping.at is not None and now - regrouping.at > LATELY:
        regrouping.at = None
    return is_new


def audience(content: Content, due: Due, regrouped_at: dt.datetime | None = None) -> Audience:
    """The group's chats that had subscribed when the moment came; who subscribes later that day gets no push.

    Where the group is another one lately, those who had subscribed by then: they waited for the hour of the old one.
    """
    return Audience(
        subscribed_until=max(due.at, regrouped_at or due.at).timestamp(),
        group=due.group,
        default=Group(content.zone, content.hour),
        regrouped=regrouped_at is not None,
        wishes=tuple(Wish.of(item, content) for item in due.items),
    )
