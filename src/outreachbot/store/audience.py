"""Who gets a message: a delivery is queued for each chat, a piece of the audience by one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, false, func, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.broadcasts import timing as timings
from outreachbot.domain.broadcasts.audience import Audience, load
from outreachbot.domain.broadcasts.timing import Timing
from outreachbot.domain.delivery.states import JOBS, Kind, MessageState, Reason, State
from outreachbot.domain.reminders.schedule import Group
from outreachbot.store.conditions import is_subscribed
from outreachbot.store.database.insert import insert
from outreachbot.store.reminders import eligibility
from outreachbot.store.tables import chats, choices, deliveries, messages

START = -(2**62)  # below every chat id of Telegram's
CODES = 30  # start codes that an admin can choose from
PIECE = 5000  # chats queued by one transaction: a reply that waits for it waits some 30 ms

Waves = Mapping[str, float | None]
"""When the chats of each zone get it (seconds since the epoch); None: not at all."""


@dataclass(frozen=True, slots=True)
class Queueing:
    """A message whose audience is being queued, in the order of the chat ids."""

    message_id: int
    kind: Kind
    state: MessageState
    of_id: int | None
    audience: Audience
    timing: Timing
    began: float  # when it was to start, or did: an hour that had passed by then has passed
    queued_to: int


@dataclass(frozen=True, slots=True)
class Count:
    """So many chats of this kind read this language."""

    kind: str
    language: str
    chats: int


async def count(db: AsyncConnection, audience: Audience) -> list[Count]:
    """How many chats a message to this audience would go to."""
    who = select(chats.c.kind, chats.c.language, func.count().label("n")).where(_belongs(audience))
    rows = await db.execute(who.group_by(chats.c.kind, chats.c.language))
    return [Count(row.kind, row.language, row.n) for row in rows]


async def by_zone(db: AsyncConnection, audience: Audience, default: str) -> dict[str, int]:
    """How many of its chats are in each zone; `default` is that of a chat that chose none."""
    zone = func.coalesce(chats.c.zone, default).label("zone")
    query = select(zone, func.count().label("n")).where(_belongs(audience)).group_by(zone)
    return {row.zone: row.n for row in await db.execute(query)}


async def zones(db: AsyncConnection, default: str) -> list[str]:
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


async def combinations(db: AsyncConnection, audience: Audience) -> list[tuple[bool, ...]]:
    """Which of its wishes its chats have together: each combination that occurs, those that want nothing left out."""
    query = select(*eligibility.flags_of(audience)).where(_belongs(audience)).distinct()
    return sorted(tuple(map(bool, row)) for row in await db.execute(query))


async def crowds(db: AsyncConnection, audience: Audience, default: Group) -> list[tuple[Group, int]]:
    """How many of its chats are in each zone and hour; `default` is the group of those that chose neither."""
    zone = func.coalesce(chats.c.zone, default.zone).label("zone")
    hour = func.coalesce(chats.c.hour, default.hour).label("hour")
    query = select(zone, hour, func.count().label("n")).where(_belongs(audience)).group_by(zone, hour)
    return [(Group(row.zone, row.hour), row.n) for row in await db.execute(query)]


async def codes(db: AsyncConnection) -> list[str]:
    """The start codes that most subscribed chats came with; anybody can invent one."""
    query = select(chats.c.joined).where(is_subscribed, chats.c.joined.is_not(None)).group_by(chats.c.joined)
    most = query.order_by(func.count().desc(), chats.c.joined).limit(CODES)
    return [code for code in (await db.execute(most)).scalars() if code]


async def copies(db: AsyncConnection, message_id: int) -> int:
    """How many chats have a copy of this broadcast."""
    query = select(func.count()).where(_has_copy(message_id))
    return int((await db.execute(query)).scalar_one())


async def queueing(db: AsyncConnection, most: int) -> list[Queueing]:
    """The messages whose audience is not wholly queued: the oldest, so many at most."""
    query = select(messages).where(messages.c.queued_to.is_not(None)).order_by(messages.c.id).limit(most)
    return [_queueing(row) for row in await db.execute(query.with_for_update())]


def _queueing(row: Row[*tuple[Any, ...]]) -> Queueing:
    return Queueing(
        row.id,
        Kind(row.kind),
        MessageState(row.state),
        row.of_id,
        load(row.audience),
        timings.load(row.schedule),
        row.starts_at or row.started_at,
        row.queued_to,
    )


async def queue(db: AsyncConnection, one: Queueing, waves: Waves | None = None, zone: str = "") -> int:
    """Queue the next piece of its audience; how many chats. `zone` is that of a chat that chose none.

    Where the piece stands is written in the same transaction, so it goes on where a crash stopped it.
    """
    rest = _id(one) > one.queued_to
    last = (await db.execute(_ordered(one, rest).offset(PIECE - 1).limit(1))).scalar_one_or_none()
    number = await _insert(db, one, rest if last is None else and_(rest, _id(one) <= last), waves, zone)
    await db.execute(update(messages).where(messages.c.id == one.message_id).values(queued_to=last))
    return number


async def queue_one(db: AsyncConnection, message_id: int, chat_id: int) -> None:
    """Queue a message for this chat alone; nobody else is to come."""
    values = {"message_id": message_id, "chat_id": chat_id, "state": State.QUEUED}
    await db.execute(insert(db, deliveries).values(**values).on_conflict_do_nothing())
    await db.execute(update(messages).where(messages.c.id == message_id).values(queued_to=None))


async def follow(db: AsyncConnection, old_id: int, new_id: int) -> None:
    """A chat got another id. Where the audience is half queued, and only its old id was still to come, it is queued."""
    halves = select(messages).where(messages.c.queued_to.is_not(None)).order_by(messages.c.id)
    for row in (await db.execute(halves.with_for_update())).all():  # a piece that is being queued now is waited for
        one = _queueing(row)
        if new_id <= one.queued_to < old_id:
            await _insert(db, one, _id(one) == new_id, None, "")


async def _insert(
    db: AsyncConnection, one: Queueing, which: ColumnElement[bool], waves: Waves | None, zone: str
) -> int:
    names = ["message_id", "chat_id", "state", "reason", "not_before", "telegram_id", "more_ids"]
    values = [literal(one.message_id), _id(one), *_standing(one, waves, zone), *_copy(one)]
    query = _source(one, which).with_only_columns(*values)
    return (await db.execute(insert(db, deliveries).from_select(names, query).on_conflict_do_nothing())).rowcount


def _standing(one: Queueing, waves: Waves | None, zone: str) -> list[ColumnElement[Any]]:
    """State, reason and not_before of a new delivery. Who is left out has a row too: the sum is the audience."""
    if one.state is MessageState.CANCELLED:
        return [literal(State.SKIPPED), literal(Reason.CANCELLED), literal(0.0)]
    if not waves:
        return [literal(State.QUEUED), literal(None), literal(0.0)]
    own = func.coalesce(chats.c.zone, zone)
    moments = {name: moment for name, moment in waves.items() if moment is not None}
    at = case(moments, value=own, else_=0.0) if moments else literal(0.0)
    left_out = [name for name, moment in waves.items() if moment is None]
    is_left_out = own.in_(left_out) if left_out else false()
    state = case((is_left_out, State.SKIPPED), else_=State.QUEUED)
    return [state, case((is_left_out, Reason.LATE), else_=None), at]


def _copy(one: Queueing) -> list[ColumnElement[Any]]:
    """For a job: which message it is to change."""
    return [deliveries.c.telegram_id, deliveries.c.more_ids] if one.kind in JOBS else [literal(None), literal(None)]


def _id(one: Queueing) -> ColumnElement[int]:
    return deliveries.c.chat_id if one.kind in JOBS else chats.c.id


def _ordered(one: Queueing, rest: ColumnElement[bool]) -> Select[tuple[int]]:
    """The ids in their order. Of a group all members, whatever they wish: a piece of each way to be in it is enough."""
    if one.audience.group is None:
        return _source(one, rest).order_by(_id(one))
    ways = _ways(one.audience.group, one.audience.default or one.audience.group)
    firsts = [select(chats.c.id).where(way, rest).order_by(chats.c.id).limit(PIECE).subquery() for way in ways]
    members = union_all(*(select(first.c.id) for first in firsts)).subquery()
    return select(members.c.id).order_by(members.c.id)


def _source(one: Queueing, which: ColumnElement[bool]) -> Select[tuple[int]]:
    if one.kind in JOBS:
        assert one.of_id is not None
        return select(deliveries.c.chat_id).where(_has_copy(one.of_id), which)
    return select(chats.c.id).where(_belongs(one.audience, which))


def _has_copy(message_id: int) -> ColumnElement[bool]:
    return (deliveries.c.message_id == message_id) & (deliveries.c.state == State.SENT) & (deliveries.c.telegram_id > 0)


def _belongs(audience: Audience, *bounds: ColumnElement[bool]) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [is_subscribed, *bounds]
    if audience.subscribed_until is not None:
        conditions.append(chats.c.subscribed_at <= audience.subscribed_until)
    if audience.group is not None:
        conditions.append(_in_group(audience.group, audience.default or audience.group, bounds))
    if audience.wishes:
        conditions.append(eligibility.fulfilled(audience))
    if audience.languages:
        conditions.append(chats.c.language.in_(audience.languages))
    if audience.kinds:
        conditions.append(chats.c.kind.in_(audience.kinds))
    if audience.joined:
        conditions.append(chats.c.joined == audience.joined)
    if audience.anniversary:
        conditions.append(_reminded_of(audience))
    return and_(*conditions)


def _in_group(group: Group, default: Group, bounds: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """The chats of a group: a query for each way to be in it, as for an OR of them SQLite would look at all chats."""
    ways = [select(chats.c.id).where(way, *bounds).correlate(None) for way in _ways(group, default)]
    return chats.c.id.in_(union_all(*ways))


def _ways(group: Group, default: Group) -> list[ColumnElement[bool]]:
    """The ways to be in a group: by choice or by default. The index on zone and hour serves each."""
    zones: Sequence[str | None] = (group.zone, None) if group.zone == default.zone else (group.zone,)
    hours: Sequence[int | None] = (group.hour, None) if group.hour == default.hour else (group.hour,)
    return [and_(is_subscribed, chats.c.zone == zone, chats.c.hour == hour) for zone in zones for hour in hours]


def _reminded_of(audience: Audience) -> ColumnElement[bool]:
    of_chat = exists().where(choices.c.chat_id == chats.c.id, choices.c.anniversary_id == audience.anniversary)
    wanted, unwanted = of_chat.where(choices.c.wanted), of_chat.where(~choices.c.wanted)
    chosen = ~unwanted if audience.by_default else wanted
    return and_(chats.c.reminders, chosen, *([] if audience.big else [~chats.c.big_only]))
