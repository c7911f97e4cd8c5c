"""Which chats want a notice, as conditions: the same rule as domain/settings, for many chats at once."""

from functools import lru_cache

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, or_, select

from outreachbot.domain.reminders.audience import NoticeCriteria, ReminderAudience
from outreachbot.store.tables import chats, choices, deliveries, notices, skipped

LATELY = 3 * 86_400.0
"""A chat that changed something so long before may have been told under its earlier zone, hour or choices.

A local day lasts 50 hours over all zones; what was told of it earlier than that is not told of it again anyway.
"""


def wants_notices(audience: ReminderAudience) -> ColumnElement[bool]:
    """The chats that want some of the audience's criteriaes; or exactly those that are given as wanted."""
    flags = notice_flags(audience)
    if not audience.wanted:
        return or_(*flags)
    return and_(*(one if wanted else not_(one) for one, wanted in zip(flags, audience.wanted, strict=True)))


def notice_flags(audience: ReminderAudience) -> list[ColumnElement[bool]]:
    """For each criteria whether the chat wants it and was not told of it."""
    return [_flag(criteria, audience.subscribed_until or 0.0) for criteria in audience.criteria]


@lru_cache(maxsize=64)  # hundreds of groups share a moment, and building takes longer than running
def _flag(criteria: NoticeCriteria, moment: float) -> ColumnElement[bool]:
    of_chat = choices.c.chat_id == chats.c.id
    chosen = select(choices.c.wanted).where(of_chat, choices.c.anniversary_id == criteria.anniversary).scalar_subquery()
    skips = exists().where(
        skipped.c.chat_id == chats.c.id,
        skipped.c.anniversary_id == criteria.anniversary,
        skipped.c.year == criteria.year,
    )
    conditions = [
        chats.c.reminders,
        func.coalesce(chats.c[criteria.notice], literal(criteria.notice_by_default)),
        func.coalesce(chosen, literal(criteria.anniversary_by_default)),
        not_(skips),
        not_(_told_lately(criteria.item, moment)),
    ]
    return and_(*conditions if criteria.big else [*conditions, not_(chats.c.big_only)])


def _told_lately(item: str, now: float) -> ColumnElement[bool]:
    told = exists().where(
        deliveries.c.chat_id == chats.c.id,
        notices.c.message_id == deliveries.c.message_id,
        notices.c.item == item,
    )
    return and_(func.coalesce(chats.c.changed_at, 0.0) > now - LATELY, told)
