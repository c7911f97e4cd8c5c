"""The pace, kept in one row: senders on all machines take their slots from it, and a restart does not reset it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Float, bindparam, case, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from outreachbot.domain.delivery.pace import CUT, LEAST_SHARE, RECOVERY
from outreachbot.store.tables import pace

BULK = "bulk"
MAX_SKEW = 5.0
"""How much the clocks of machines may differ, in seconds. A sender whose clock is behind by no more takes its slots in
the time of the clock that is ahead; a clock that is behind by more is assumed to have been set back."""

_row = pace.c.name == BULK
Now = float | ColumnElement[float]


@dataclass(frozen=True, slots=True)
class Slots:
    """Moments to send at: the first (seconds since the epoch by the sender's clock), and how many follow per second."""

    first: float
    per_second: float


async def take_slots(
    db: AsyncConnection, count: int, per_second: float, now: float, lead: float | None = None
) -> Slots | None:
    """Take `count` slots, by the rule in domain.delivery.pace; `per_second` is the allowed pace.

    With a `lead` (seconds), None is returned and nothing taken if the first slot is further away.
    """
    values = {"now": now, "seconds": count / per_second}
    statement, limits = (_TAKE, {}) if lead is None else (_TAKE_SOON, {"lead": lead})
    row = (await db.execute(statement, values | limits)).one_or_none()
    if row is None:
        return None
    actual = per_second * row.now_share
    behind = row.updated_at - now  # of our clock
    return Slots(row.next_slot - behind - count / actual, actual)


async def hold_sending(db: AsyncConnection, seconds: float, now: float) -> None:
    """Send nothing for this many seconds, as Telegram asked (a 429's `retry_after`)."""
    until, next_slot = _shared_time(now) + seconds, _next_slot(now)
    later = case((next_slot > until, next_slot), else_=until)
    await db.execute(update(pace).where(_row).values(next_slot=later, **_clock_values(now)))


async def slow_down(db: AsyncConnection, now: float) -> None:
    """Cut the pace, as Telegram answered 429."""
    time, share = _shared_time(now), _share(now) * CUT
    share = case((share < LEAST_SHARE, LEAST_SHARE), else_=share)
    values = {"next_slot": _next_slot(now), "share": share, "cut_at": time, "updated_at": time}
    await db.execute(update(pace).where(_row).values(**values))


async def seconds_to_next_slot(db: AsyncConnection, now: float) -> float:
    """The seconds until the next slot. If the clock was set back, the row follows it, or the wait would not shrink."""
    set_back = update(pace).where(_row, pace.c.updated_at > now + MAX_SKEW)
    await db.execute(set_back.values(next_slot=_next_slot(now), **_clock_values(now)))
    row = (await db.execute(select(pace.c.next_slot, pace.c.updated_at).where(_row))).one()
    return float(max(0.0, row.next_slot - max(now, row.updated_at)))


def _share(now: Now) -> ColumnElement[float]:
    """The fraction of the allowed pace to use now: it recovers from what the last 429 left."""
    grown = pace.c.share + (_shared_time(now) - _adjust(pace.c.cut_at, now)) * RECOVERY
    return case((grown > 1.0, 1.0), else_=grown)


def _next_slot(now: Now) -> ColumnElement[float]:
    return _adjust(pace.c.next_slot, now)


def _clock_values(now: Now) -> dict[str, object]:
    """What to write whenever the clock was read."""
    return {"cut_at": _adjust(pace.c.cut_at, now), "updated_at": _shared_time(now)}


def _shared_time(now: Now) -> ColumnElement[float]:
    """The time for all senders: that of the clock that is ahead, unless ours was set back."""
    is_behind = (pace.c.updated_at > now) & (pace.c.updated_at <= now + MAX_SKEW)
    return case((is_behind, pace.c.updated_at), else_=literal(now) if isinstance(now, float) else now)


def _adjust(moment: ColumnElement[float], now: Now) -> ColumnElement[float]:
    """A moment of the row; if the clock was set back, moved back as far, or we would wait for the lost time."""
    return case((pace.c.updated_at > now + MAX_SKEW, moment - (pace.c.updated_at - now)), else_=moment)


def _build_take(*conditions: ColumnElement[bool]) -> ReturningUpdate[*tuple[Any, ...]]:
    """Every claim takes slots, and building the statement takes longer than running it, so it is built once."""
    now = bindparam("now", type_=Float)
    next_slot, share = _next_slot(now), _share(now)
    span = bindparam("seconds", type_=Float) / share
    time = _shared_time(now)
    values = {"next_slot": case((next_slot > time, next_slot), else_=time) + span, **_clock_values(now)}
    statement = update(pace).where(_row, *conditions).values(**values)
    return statement.returning(pace.c.next_slot, pace.c.updated_at, share.label("now_share"))


_TAKE = _build_take()
_bound = bindparam("now", type_=Float)
_TAKE_SOON = _build_take(_next_slot(_bound) <= _shared_time(_bound) + bindparam("lead", type_=Float))
