"""Which chats an audience consists of, as conditions and as counts."""

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

CODES = 30  # start codes that an admin can choose from


@dataclass(frozen=True, slots=True)
class ChatCount:
    """So many chats of this kind read this language."""

    kind: str
    language: str
    chats: int


async def count_chats(db: AsyncConnection, audience: Audience) -> list[ChatCount]:
    """How many chats a message to this audience would go to."""
    who = select(chats.c.kind, chats.c.language, func.count().label("n")).where(belongs(audience))
    rows = await db.execute(who.group_by(chats.c.kind, chats.c.language))
    return [ChatCount(row.kind, row.language, row.n) for row in rows]


async def count_by_zone(db: AsyncConnection, audience: Audience, default: str) -> dict[str, int]:
    """How many of its chats are in each zone; `default` is that of a chat that chose none."""
    zone = func.coalesce(chats.c.zone, default).label("zone")
    query = select(zone, func.count().label("n")).where(belongs(audience)).group_by(zone)
    return {row.zone: row.n for row in await db.execute(query)}


async def list_zones(db: AsyncConnection, default: str) -> list[str]:
    """The zones that subscribed chats are in.

    From one to the next along the index: that costs by the zones, not by the chats.
    """
    found = set((await db.execute(_ZONES)).scalars())
    if (await db.execute(select(exists().where(is_subscribed, chats.c.zone.is_(None))))).scalar_one():
        found.add(default)
    return sorted(found)


_first = select(func.min(chats.c.zone).label("zone")).where(is_subscribed).cte("walk", recursive=True)
_next = select(func.min(chats.c.zone)).where(is_subscribed, chats.c.zone > _first.c.zone).scalar_subquery()
ZONES = _first.union_all(select(_next).where(_first.c.zone.is_not(None)))
"""The zones of subscribed chats, and in the end NULL."""

_ZONES = select(ZONES.c.zone).where(ZONES.c.zone.is_not(None))


async def list_combinations(db: AsyncConnection, audience: ReminderAudience) -> list[tuple[bool, ...]]:
    """Which of its wishes its chats have together: each combination that occurs, those that want nothing left out."""
    query = select(*eligibility.notice_flags(audience)).where(belongs(audience)).distinct()
    return sorted(tuple(map(bool, row)) for row in await db.execute(query))


async def count_by_group(db: AsyncConnection, audience: Audience, default: Group) -> list[tuple[Group, int]]:
    """How many of its chats are in each zone and hour; `default` is the group of those that chose neither."""
    zone = func.coalesce(chats.c.zone, default.zone).label("zone")
    hour = func.coalesce(chats.c.hour, default.hour).label("hour")
    query = select(zone, hour, func.count().label("n")).where(belongs(audience)).group_by(zone, hour)
    return [(Group(row.zone, row.hour), row.n) for row in await db.execute(query)]


async def list_start_codes(db: AsyncConnection) -> list[str]:
    """The start codes that most subscribed chats came with; anybody can invent one."""
    query = select(chats.c.joined).where(is_subscribed, chats.c.joined.is_not(None)).group_by(chats.c.joined)
    most = query.order_by(func.count().desc(), chats.c.joined).limit(CODES)
    return [code for code in (await db.execute(most)).scalars() if code]


async def count_copies(db: AsyncConnection, outbox_id: OutboxId) -> int:
    """How many chats have a copy of this broadcast."""
    query = select(func.count()).where(has_copy(outbox_id))
    return int((await db.execute(query)).scalar_one())


def has_copy(outbox_id: OutboxId) -> ColumnElement[bool]:
    return (
        (deliveries.c.message_id == outbox_id)
        & (deliveries.c.state == DeliveryState.SENT)
        & (deliveries.c.telegram_id > 0)
    )


def belongs(audience: Audience, *bounds: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a chat is part of the audience; `bounds` are further conditions that limit what is looked through."""
    filters = _reminder_filters(audience, bounds) if isinstance(audience, ReminderAudience) else _filters(audience)
    return and_(is_subscribed, *bounds, *filters)


def _reminder_filters(
    audience: ReminderAudience, bounds: Sequence[ColumnElement[bool]]
) -> Iterator[ColumnElement[bool]]:
    if audience.subscribed_until is not None:
        yield chats.c.subscribed_at <= audience.subscribed_until
    if audience.group is not None:
        yield _in_group(audience.group, audience.default or audience.group, bounds)
    if audience.criteria:
        yield eligibility.wants_notices(audience)


def _filters(audience: BroadcastAudience) -> Iterator[ColumnElement[bool]]:
    if audience.languages:
        yield chats.c.language.in_(audience.languages)
    if audience.kinds:
        yield chats.c.kind.in_(audience.kinds)
    if audience.joined:
        yield chats.c.joined == audience.joined
    if audience.anniversary:
        yield _reminded_of(audience)


def _in_group(group: Group, default: Group, bounds: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """The chats of a group: a query for each way to be in it, as for an OR of them SQLite would look at all chats."""
    ways = [select(chats.c.id).where(way, *bounds).correlate(None) for way in group_conditions(group, default)]
    return chats.c.id.in_(union_all(*ways))


def group_conditions(group: Group, default: Group) -> list[ColumnElement[bool]]:
    """The ways to be in a group: by choice or by default. The index on zone and hour serves each."""
    zones: Sequence[str | None] = (group.zone, None) if group.zone == default.zone else (group.zone,)
    hours: Sequence[int | None] = (group.hour, None) if group.hour == default.hour else (group.hour,)
    return [and_(is_subscribed, chats.c.zone == zone, chats.c.hour == hour) for zone in zones for hour in hours]


def _reminded_of(audience: BroadcastAudience) -> ColumnElement[bool]:
    of_chat = exists().where(choices.c.chat_id == chats.c.id, choices.c.anniversary_id == audience.anniversary)
    wanted, unwanted = of_chat.where(choices.c.wanted), of_chat.where(~choices.c.wanted)
    chosen = ~unwanted if audience.by_default else wanted
    return and_(chats.c.reminders, chosen, *([] if audience.big else [~chats.c.big_only]))
