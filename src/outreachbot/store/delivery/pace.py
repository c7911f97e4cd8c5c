"""The pace as a row: every sender on every machine takes its slots from it, and a restart does not reset it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, bindparam, case, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from outreachbot.domain.delivery.pace import CUT, LEAST_SHARE, RECOVERY
from outreachbot.store.tables import pace

BULK = "bulk"
SKEW = 5.0
"""Clocks of machines differ by less than this. Who is behind by less takes the others' time for the slots; only a
clock that is behind by more was set back."""

_row = pace.c.name == BULK
Now = float | ColumnElement[float]


@dataclass(frozen=True, slots=True)
class Slots:
    """Moments at which messages may leave: the first (seconds since the epoch), and how many a second follow it."""

    first: float
    per_second: float


async def take_slots(
    db: AsyncConnection, count: int, per_second: float, now: float, lead: float | None = None
) -> Slots | None:
    """Take `count` slots. See domain/pace for the rule.

    With a `lead` (seconds): None, and nothing taken, where the first slot is further away than that.
    """
    values = {"now": now, "seconds": count / per_second}
    statement, more = (_TAKE, {}) if lead is None else (_TAKE_SOON, {"lead": lead})
    row = (await db.execute(statement, values | more)).one_or_none()
    if row is None:
        return None
    actual = per_second * row.now_share
    ours_is_behind = row.updated_at - now
    return Slots(row.next_slot - ours_is_behind - count / actual, actual)


async def hold_sending(db: AsyncConnection, seconds: float, now: float) -> None:
    """Nothing leaves for so long: Telegram asked for it."""
    until, ahead = _time(now) + seconds, _ahead(now)
    later = case((ahead > until, ahead), else_=until)
    await db.execute(update(pace).where(_row).values(next_slot=later, **_noticed(now)))


async def slow_down(db: AsyncConnection, now: float) -> None:
    """Telegram has said that it was too fast."""
    lower = _share(now) * CUT
    lowest = case((lower < LEAST_SHARE, LEAST_SHARE), else_=lower)
    await db.execute(
        update(pace).where(_row).values(next_slot=_ahead(now), share=lowest, cut_at=_time(now), updated_at=_time(now))
    )


async def seconds_to_next_slot(db: AsyncConnection, now: float) -> float:
    """How many seconds away the next slot is. That a clock was set back is remembered, else it is so at every look."""
    set_back = update(pace).where(_row, pace.c.updated_at > now + SKEW)
    await db.execute(set_back.values(next_slot=_ahead(now), **_noticed(now)))
    row = (await db.execute(select(pace.c.next_slot, pace.c.updated_at).where(_row))).one()
    return float(max(0.0, row.next_slot - max(now, row.updated_at)))


def _share(now: Now) -> ColumnElement[float]:
    """How much of the allowed pace is used now: it grows from what the last 429 left of it."""
    grown = pace.c.share + (_time(now) - _follow(pace.c.cut_at, now)) * RECOVERY
    return case((grown > 1.0, 1.0), else_=grown)


def _ahead(now: Now) -> ColumnElement[float]:
    """The next slot."""
    return _follow(pace.c.next_slot, now)


def _noticed(now: Now) -> dict[str, object]:
    """What is written whenever the clock was looked at."""
    return {"cut_at": _follow(pace.c.cut_at, now), "updated_at": _time(now)}


def _time(now: Now) -> ColumnElement[float]:
    """What time it is for all senders: that of the clock which is ahead, where none was set back."""
    is_behind = (pace.c.updated_at > now) & (pace.c.updated_at <= now + SKEW)
    return case((is_behind, pace.c.updated_at), else_=literal(now) if isinstance(now, float) else now)


def _follow(moment: ColumnElement[float], now: Now) -> ColumnElement[float]:
    """A clock that was set back must not make us wait for the time it lost: the row's moments move back as well."""
    return case((pace.c.updated_at > now + SKEW, moment - (pace.c.updated_at - now)), else_=moment)


def _taking(*conditions: ColumnElement[bool]) -> ReturningUpdate[*tuple[Any, ...]]:
    """Built once: a claim takes slots each time, and building this takes longer than running it."""
    now = bindparam("now", type_=Float)
    ahead, share = _ahead(now), _share(now)
    span = bindparam("seconds", type_=Float) / share
    time = _time(now)
    values = {"next_slot": case((ahead > time, ahead), else_=time) + span, **_noticed(now)}
    statement = update(pace).where(_row, *conditions).values(**values)
    return statement.returning(pace.c.next_slot, pace.c.updated_at, share.label("now_share"))


_TAKE = _taking()
_bound = bindparam("now", type_=Float)
_TAKE_SOON = _taking(_ahead(_bound) <= _time(_bound) + bindparam("lead", type_=Float))
