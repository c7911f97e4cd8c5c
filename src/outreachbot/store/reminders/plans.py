"""What is planned: the groups (zone and hour) whose reminders of a local day are queued or sent."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, delete, exists, literal, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.delivery.states import DeliveryState, Reason
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.reminders.schedule import Due, Group
from outreachbot.store import audience
from outreachbot.store.conditions import is_queued, is_subscribed
from outreachbot.store.database.insert import insert, upsert
from outreachbot.store.tables import calendar, chats, deliveries, notices, plans

PLANNING_LOCK = 6_702_000_003  # an arbitrary number that no other program locks in this database

REMINDERS = "reminders"  # the name of the calendar's only row

Planned = set[tuple[str, str, int]]
"""Local day (2027-02-26), zone and hour of each plan."""


async def lock_planning(db: AsyncConnection) -> None:
    """Keep others from planning, queueing and changing chats' settings until this transaction ends.

    Otherwise a chat could leave a group that is about to be reminded for one that has just been, and miss the reminder.
    SQLite has one writer anyway.
    """
    if db.dialect.name != "sqlite":
        await db.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PLANNING_LOCK})


async def list_planned(db: AsyncConnection, dues: Iterable[Due]) -> Planned:
    """All plans for the days of these dues."""
    days = {due.day.isoformat() for due in dues}
    if not days:
        return set()
    rows = await db.execute(select(plans.c.day, plans.c.zone, plans.c.hour).where(plans.c.day.in_(days)))
    return {(row.day, row.zone, row.hour) for row in rows}


def is_planned(planned: Planned, due: Due) -> bool:
    return (due.day.isoformat(), due.group.zone, due.group.hour) in planned


async def add_plans(db: AsyncConnection, dues: Sequence[Due], now: float) -> list[Due]:
    """Store these dues as planned; returns those that were not planned already."""
    rows = [{"day": due.day.isoformat(), "zone": due.group.zone, "hour": due.group.hour} for due in dues]
    statement = insert(db, plans).values([{**row, "planned_at": now} for row in rows]).on_conflict_do_nothing()
    added = await db.execute(statement.returning(plans.c.day, plans.c.zone, plans.c.hour))
    new = {(row.day, row.zone, row.hour) for row in added}
    return [due for due in dues if is_planned(new, due)]


async def record_notices(db: AsyncConnection, items: Mapping[OutboxId, Sequence[str]]) -> None:
    """Store which items reminders contain: outbox id -> the keys of its items (domain.reminders.schedule.Item.key)."""
    if items:
        rows = [{"item": key, "message_id": outbox_id} for outbox_id, keys in items.items() for key in keys]
        await db.execute(insert(db, notices), rows)


async def load_planned_until(db: AsyncConnection) -> float | None:
    """The moment (seconds since the epoch) before which everything due is planned; None if nothing ever was."""
    return (await db.execute(select(calendar.c.planned_until))).scalar_one_or_none()


async def set_planned_until(db: AsyncConnection, moment: float) -> None:
    await upsert(db, calendar, {"name": REMINDERS}, {"planned_until": moment})


async def load_default_group(db: AsyncConnection) -> Group | None:
    """The zone and hour last stored for chats that chose none; None if never stored."""
    row = (await db.execute(select(calendar.c.zone, calendar.c.hour))).one_or_none()
    return None if row is None or row.zone is None else Group(row.zone, row.hour)


async def set_default_group(db: AsyncConnection, group: Group, now: float) -> None:
    values = {"zone": group.zone, "hour": group.hour}
    statement = insert(db, calendar).values(name=REMINDERS, planned_until=now, **values)
    await db.execute(statement.on_conflict_do_update(index_elements=[calendar.c.name], set_=values))


async def replan_group(db: AsyncConnection, group: Group, days: Collection[dt.date], now: float) -> None:
    """Plan these days again for all groups with this zone or hour, as chats that chose none of their own join them.

    All chats in these groups are marked as changed, so that none is sent a notice twice.
    """
    may_join = or_(
        chats.c.zone.is_(None), chats.c.hour.is_(None), chats.c.zone == group.zone, chats.c.hour == group.hour
    )
    await db.execute(update(chats).where(is_subscribed, may_join).values(changed_at=now))
    of_groups = or_(plans.c.zone == group.zone, plans.c.hour == group.hour)
    await db.execute(delete(plans).where(of_groups, plans.c.day.in_([day.isoformat() for day in days])))


async def list_waiting(db: AsyncConnection, chat_id: int) -> dict[OutboxId, list[str]]:
    """The reminders that are queued for the chat: outbox id -> the keys of its items."""
    of_chat = (deliveries.c.chat_id == chat_id) & is_queued & (deliveries.c.message_id == notices.c.message_id)
    items: dict[OutboxId, list[str]] = {}
    for row in await db.execute(select(notices.c.message_id, notices.c.item).where(of_chat)):
        items.setdefault(row.message_id, []).append(row.item)
    return items


async def withdraw(db: AsyncConnection, chat_id: int, outbox_ids: Collection[OutboxId], now: float) -> None:
    """Skip these messages, as far as they are still queued for the chat: it no longer wants them."""
    values = {"state": DeliveryState.SKIPPED, "reason": Reason.UNSUBSCRIBED, "changed_at": now}
    is_withdrawn = (deliveries.c.chat_id == chat_id) & deliveries.c.message_id.in_(outbox_ids) & is_queued
    await db.execute(update(deliveries).where(is_withdrawn).values(**values))


async def list_groups(db: AsyncConnection, default: Group) -> set[Group]:
    """The groups of subscribed chats; `default` has the zone and hour of chats that chose none.

    It looks up each zone with each hour in the index, so the cost grows with the zones, not with the chats.
    """
    groups = {Group(row.zone, row.hour) for row in await db.execute(_BOTH)}
    groups |= {Group(zone, default.hour) for zone in (await db.execute(_ZONE_ONLY)).scalars()}
    groups |= {Group(default.zone, hour) for hour in (await db.execute(_HOUR_ONLY)).scalars()}
    return groups | ({default} if (await db.execute(_NEITHER)).scalar_one() else set())


def _has_chat(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(is_subscribed, *conditions)


_of_zone, _no_zone, _no_hour = chats.c.zone == audience.ZONES.c.zone, chats.c.zone.is_(None), chats.c.hour.is_(None)
_midnight = select(literal(0).label("hour")).cte("hours", recursive=True)
_hours = _midnight.union_all(select(_midnight.c.hour + 1).where(_midnight.c.hour < 23))
_pairs = select(audience.ZONES.c.zone, _hours.c.hour).select_from(audience.ZONES.join(_hours, true()))
_BOTH = _pairs.where(audience.ZONES.c.zone.is_not(None), _has_chat(_of_zone, chats.c.hour == _hours.c.hour))
_ZONE_ONLY = select(audience.ZONES.c.zone).where(audience.ZONES.c.zone.is_not(None), _has_chat(_of_zone, _no_hour))
_HOUR_ONLY = select(_hours.c.hour).where(_has_chat(_no_zone, chats.c.hour == _hours.c.hour))
_NEITHER = select(_has_chat(_no_zone, _no_hour))
