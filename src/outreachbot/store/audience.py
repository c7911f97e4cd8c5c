"""Finds and counts the chats in an audience."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.delivery.audience import Audience
from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.reminders.audience import ReminderAudience
from outreachbot.domain.reminders.schedule import Group
from outreachbot.store.conditions import is_subscribed
from outreachbot.store.reminders import eligibility
from outreachbot.store.tables import chats, choices, deliveries

MAX_START_CODES = 30  # how many an admin can choose from


@dataclass(frozen=True, slots=True)
class ChatCount:
    """The number of chats of one kind that read one language."""

    kind: str
    language: str
    chats: int


async def count_chats(db: AsyncConnection, audience: Audience) -> list[ChatCount]:
    """The number of chats in this audience, by kind and language."""
    query = select(chats.c.kind, chats.c.language, func.count().label("n")).where(is_in_audience(audience))
    rows = await db.execute(query.group_by(chats.c.kind, chats.c.language))
    return [ChatCount(row.kind, row.language, row.n) for row in rows]


async def count_by_zone(db: AsyncConnection, audience: Audience, default: str) -> dict[str, int]:
    """The number of chats in each zone; `default` is the zone of chats that chose none."""
    zone = func.coalesce(chats.c.zone, default).label("zone")
    query = select(zone, func.count().label("n")).where(is_in_audience(audience)).group_by(zone)
    return {row.zone: row.n for row in await db.execute(query)}


async def list_zones(db: AsyncConnection, default: str) -> list[str]:
    """The zones of subscribed chats, sorted; `default` is the zone of chats that chose none.

    It steps through the index from zone to zone, so the cost grows with the zones, not with the chats.
    """
    zones = set((await db.execute(_ALL_ZONES)).scalars())
    if (await db.execute(select(exists().where(is_subscribed, chats.c.zone.is_(None))))).scalar_one():
        zones.add(default)
    return sorted(zones)


_lowest_zone = select(func.min(chats.c.zone).label("zone")).where(is_subscribed).cte("walk", recursive=True)
_next_zone = select(func.min(chats.c.zone)).where(is_subscribed, chats.c.zone > _lowest_zone.c.zone).scalar_subquery()
ZONES = _lowest_zone.union_all(select(_next_zone).where(_lowest_zone.c.zone.is_not(None)))
"""A recursive CTE: the zones that subscribed chats chose, followed by NULL."""

_ALL_ZONES = select(ZONES.c.zone).where(ZONES.c.zone.is_not(None))


async def list_combinations(db: AsyncConnection, audience: ReminderAudience) -> list[tuple[bool, ...]]:
    """Every combination of the audience's criteria that some chat in it meets, each as flags in their order."""
    query = select(*eligibility.notice_flags(audience)).where(is_in_audience(audience)).distinct()
    return sorted(tuple(map(bool, row)) for row in await db.execute(query))


async def count_by_group(db: AsyncConnection, audience: Audience, default: Group) -> list[tuple[Group, int]]:
    """The number of chats in each zone and hour; `default` has the zone and hour of chats that chose none."""
    zone = func.coalesce(chats.c.zone, default.zone).label("zone")
    hour = func.coalesce(chats.c.hour, default.hour).label("hour")
    query = select(zone, hour, func.count().label("n")).where(is_in_audience(audience)).group_by(zone, hour)
    return [(Group(row.zone, row.hour), row.n) for row in await db.execute(query)]


async def list_start_codes(db: AsyncConnection) -> list[str]:
    """The most frequent start codes of subscribed chats. The number is limited because anybody can invent a code."""
    query = select(chats.c.joined).where(is_subscribed, chats.c.joined.is_not(None)).group_by(chats.c.joined)
    query = query.order_by(func.count().desc(), chats.c.joined).limit(MAX_START_CODES)
    return [code for code in (await db.execute(query)).scalars() if code]


async def count_copies(db: AsyncConnection, outbox_id: OutboxId) -> int:
    """The number of chats that have a copy of this broadcast."""
    query = select(func.count()).where(has_copy(outbox_id))
    return int((await db.execute(query)).scalar_one())


def has_copy(outbox_id: OutboxId) -> ColumnElement[bool]:
    """Whether a delivery left a copy of this broadcast that can be edited or deleted."""
    return (
        (deliveries.c.message_id == outbox_id)
        & (deliveries.c.state == DeliveryState.SENT)
        & (deliveries.c.telegram_id > 0)
    )


def is_in_audience(audience: Audience, *bounds: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a chat is in the audience; `bounds` are further conditions that keep the search small."""
    if isinstance(audience, ReminderAudience):
        return and_(is_subscribed, *bounds, *_reminder_filters(audience, bounds))
    return and_(is_subscribed, *bounds, *_broadcast_filters(audience))


def _reminder_filters(
    audience: ReminderAudience, bounds: Sequence[ColumnElement[bool]]
) -> Iterator[ColumnElement[bool]]:
    if audience.subscribed_until is not None:
        yield chats.c.subscribed_at <= audience.subscribed_until
    if audience.group is not None:
        yield _is_in_group(audience.group, audience.default or audience.group, bounds)
    if audience.criteria:
        yield eligibility.wants_notices(audience)


def _broadcast_filters(audience: BroadcastAudience) -> Iterator[ColumnElement[bool]]:
    if audience.languages:
        yield chats.c.language.in_(audience.languages)
    if audience.kinds:
        yield chats.c.kind.in_(audience.kinds)
    if audience.joined:
        yield chats.c.joined == audience.joined
    if audience.anniversary:
        yield _is_reminded_of(audience)


def _is_in_group(group: Group, default: Group, bounds: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """One query per condition: for an OR of the conditions SQLite would scan all chats."""
    conditions = group_conditions(group, default)
    members = [select(chats.c.id).where(condition, *bounds).correlate(None) for condition in conditions]
    return chats.c.id.in_(union_all(*members))


def group_conditions(group: Group, default: Group) -> list[ColumnElement[bool]]:
    """A condition for each way to be in a group: zone and hour chosen or by default. Each can use the index on both."""
    zones: Sequence[str | None] = (group.zone, None) if group.zone == default.zone else (group.zone,)
    hours: Sequence[int | None] = (group.hour, None) if group.hour == default.hour else (group.hour,)
    return [and_(is_subscribed, chats.c.zone == zone, chats.c.hour == hour) for zone in zones for hour in hours]


def _is_reminded_of(audience: BroadcastAudience) -> ColumnElement[bool]:
    choice = exists().where(choices.c.chat_id == chats.c.id, choices.c.anniversary_id == audience.anniversary)
    wanted, unwanted = choice.where(choices.c.wanted), choice.where(~choices.c.wanted)
    is_wanted = ~unwanted if audience.by_default else wanted
    return and_(chats.c.reminders, is_wanted, *([] if audience.big else [~chats.c.big_only]))
