"""What the planner has done: which groups were told of a day. Planning again writes nothing."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, delete, exists, literal, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.states import DeliveryState, Reason
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.reminders.schedule import Due, Group
from outreachbot.store import audience
from outreachbot.store.conditions import is_queued, is_subscribed
from outreachbot.store.database.insert import insert
from outreachbot.store.tables import calendar, chats, deliveries, notices, plans

PLANNING_LOCK = 6_702_000_003  # any number that no other program locks in this database

REMINDERS = "reminders"

Planned = set[tuple[str, str, int]]
"""Local day, zone and hour of each."""


async def lock_planning(db: AsyncConnection) -> None:
    """Until this transaction ends nobody else plans, queues or changes a chat's settings. SQLite has one writer anyway.

    Without it a chat could leave a group just before it is told, for one that was told just before.
    """
    if db.dialect.name != "sqlite":
        await db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PLANNING_LOCK})


async def list_planned(db: AsyncConnection, dues: Iterable[Due]) -> Planned:
    """The groups that were told of one of these days."""
    days = {due.day.isoformat() for due in dues}
    if not days:
        return set()
    rows = await db.execute(select(plans.c.day, plans.c.zone, plans.c.hour).where(plans.c.day.in_(days)))
    return {(row.day, row.zone, row.hour) for row in rows}


def is_planned(planned: Planned, due: Due) -> bool:
    return (due.day.isoformat(), due.group.zone, due.group.hour) in planned


async def add_plans(db: AsyncConnection, dues: Sequence[Due], now: float) -> list[Due]:
    """These groups are being told of their day: those of them that were not already."""
    rows = [{"day": one.day.isoformat(), "zone": one.group.zone, "hour": one.group.hour} for one in dues]
    statement = insert(db, plans).values([{**row, "planned_at": now} for row in rows]).on_conflict_do_nothing()
    added = await db.execute(statement.returning(plans.c.day, plans.c.zone, plans.c.hour))
    new = {(row.day, row.zone, row.hour) for row in added}
    return [one for one in dues if is_planned(new, one)]


async def record_notices(db: AsyncConnection, told: Mapping[OutboxId, Sequence[str]]) -> None:
    """Write down what reminders tell: the keys of the items of each message, by its id."""
    if told:
        rows = [{"item": item, "message_id": outbox_id} for outbox_id, items in told.items() for item in items]
        await db.execute(insert(db, notices), rows)


async def load_planned_until(db: AsyncConnection) -> float | None:
    """The moment until which everything that came due was planned; None where nothing ever was."""
    return (await db.execute(select(calendar.c.planned_until))).scalar_one_or_none()


async def set_planned_until(db: AsyncConnection, moment: float) -> None:
    statement = insert(db, calendar).values(name=REMINDERS, planned_until=moment)
    await db.execute(statement.on_conflict_do_update(index_elements=[calendar.c.name], set_={"planned_until": moment}))


async def load_default_group(db: AsyncConnection) -> Group | None:
    """The zone and hour that chats had which chose none; None where that was never written down."""
    row = (await db.execute(select(calendar.c.zone, calendar.c.hour))).one_or_none()
    return None if row is None or row.zone is None else Group(row.zone, row.hour)


async def set_default_group(db: AsyncConnection, group: Group, now: float) -> None:
    values = {"zone": group.zone, "hour": group.hour}
    statement = insert(db, calendar).values(name=REMINDERS, planned_until=now, **values)
    await db.execute(statement.on_conflict_do_update(index_elements=[calendar.c.name], set_=values))


async def replan_group(db: AsyncConnection, group: Group, days: Collection[dt.date], now: float) -> None:
    """The chats that left zone or hour to the content are in these groups now: they are planned anew on these days.

    Every chat of them counts as one that changed something, so that nobody is told twice.
    """
    joined = or_(chats.c.zone.is_(None), chats.c.hour.is_(None), chats.c.zone == group.zone, chats.c.hour == group.hour)
    await db.execute(update(chats).where(is_subscribed, joined).values(changed_at=now))
    theirs = or_(plans.c.zone == group.zone, plans.c.hour == group.hour)
    await db.execute(delete(plans).where(theirs, plans.c.day.in_([day.isoformat() for day in days])))


async def list_waiting(db: AsyncConnection, chat_id: int) -> dict[OutboxId, list[str]]:
    """The reminders that are queued for the chat: message -> the keys of what it tells."""
    of_chat = (deliveries.c.chat_id == chat_id) & is_queued & (deliveries.c.message_id == notices.c.message_id)
    found: dict[OutboxId, list[str]] = {}
    for row in await db.execute(select(notices.c.message_id, notices.c.item).where(of_chat)):
        found.setdefault(row.message_id, []).append(row.item)
    return found


async def withdraw(db: AsyncConnection, chat_id: int, outbox_ids: Collection[OutboxId], now: float) -> None:
    """The chat does not want these any more that are queued for it."""
    values = {"state": DeliveryState.SKIPPED, "reason": Reason.UNSUBSCRIBED, "changed_at": now}
    these = (deliveries.c.chat_id == chat_id) & deliveries.c.message_id.in_(outbox_ids) & is_queued
    await db.execute(update(deliveries).where(these).values(**values))


async def list_groups(db: AsyncConnection, default: Group) -> set[Group]:
    """The groups that subscribed chats are in; `default` is that of a chat that chose neither zone nor hour.

    Each zone there is with each hour is looked up in the index: that costs by the zones, not by the chats.
    """
    found = {Group(row.zone, row.hour) for row in await db.execute(_BOTH)}
    found |= {Group(zone, default.hour) for zone in (await db.execute(_ZONE_ONLY)).scalars()}
    found |= {Group(default.zone, hour) for hour in (await db.execute(_HOUR_ONLY)).scalars()}
    return found | ({default} if (await db.execute(_NEITHER)).scalar_one() else set())


def _some(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(is_subscribed, *conditions)


_of_zone, _no_zone, _no_hour = chats.c.zone == audience.ZONES.c.zone, chats.c.zone.is_(None), chats.c.hour.is_(None)
_first = select(literal(0).label("hour")).cte("hours", recursive=True)
_hours = _first.union_all(select(_first.c.hour + 1).where(_first.c.hour < 23))
_pairs = select(audience.ZONES.c.zone, _hours.c.hour).select_from(audience.ZONES.join(_hours, true()))
_BOTH = _pairs.where(audience.ZONES.c.zone.is_not(None), _some(_of_zone, chats.c.hour == _hours.c.hour))
_ZONE_ONLY = select(audience.ZONES.c.zone).where(audience.ZONES.c.zone.is_not(None), _some(_of_zone, _no_hour))
_HOUR_ONLY = select(_hours.c.hour).where(_some(_no_zone, chats.c.hour == _hours.c.hour))
_NEITHER = select(_some(_no_zone, _no_hour))
