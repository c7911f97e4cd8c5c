"""SQL conditions for the chats that want a notice: the rule of domain.reminders.settings, for many chats at once."""

from functools import lru_cache

from sqlalchemy import ColumnElement, and_, exists, func, literal, not_, or_, select

from outreachbot.domain.reminders.audience import NoticeCriteria, ReminderAudience
from outreachbot.store.tables import chats, choices, deliveries, notices, skipped

RECENT_SECONDS = 3 * 86_400.0
"""Only a chat that changed a setting within this time may have had a notice already, under its former settings.

A local day lasts 50 hours over all zones; a notice that was sent before is not sent again anyway.
"""


def wants_notices(audience: ReminderAudience) -> ColumnElement[bool]:
    """Whether a chat meets any of the audience's criteria; or, if `wanted` is given, exactly those."""
    flags = notice_flags(audience)
    if not audience.wanted:
        return or_(*flags)
    return and_(*(flag if wanted else not_(flag) for flag, wanted in zip(flags, audience.wanted, strict=True)))


def notice_flags(audience: ReminderAudience) -> list[ColumnElement[bool]]:
    """For each of the criteria, whether a chat wants the notice and was not sent it."""
    return [_wants_notice(criteria, audience.subscribed_until or 0.0) for criteria in audience.criteria]


@lru_cache(maxsize=64)  # hundreds of groups share a moment, and building the condition takes longer than running it
def _wants_notice(criteria: NoticeCriteria, moment: float) -> ColumnElement[bool]:
    of_chat = choices.c.chat_id == chats.c.id
    choice = select(choices.c.wanted).where(of_chat, choices.c.anniversary_id == criteria.anniversary).scalar_subquery()
    is_skipped = exists().where(
        skipped.c.chat_id == chats.c.id,
        skipped.c.anniversary_id == criteria.anniversary,
        skipped.c.year == criteria.year,
    )
    conditions = [
        chats.c.reminders,
        func.coalesce(chats.c[criteria.notice], literal(criteria.notice_by_default)),
        func.coalesce(choice, literal(criteria.anniversary_by_default)),
        not_(is_skipped),
        not_(_has_notice(criteria.item, moment)),
    ]
    return and_(*conditions if criteria.big else [*conditions, not_(chats.c.big_only)])


def _has_notice(item: str, now: float) -> ColumnElement[bool]:
    has_delivery = exists().where(
        deliveries.c.chat_id == chats.c.id,
        notices.c.message_id == deliveries.c.message_id,
        notices.c.item == item,
    )
    return and_(func.coalesce(chats.c.changed_at, 0.0) > now - RECENT_SECONDS, has_delivery)
