"""The pace as a row: every sender on every machine takes its slots from it, and a restart does not reset it."""

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.store.tables import pace

BULK = "bulk"
_row = pace.c.name == BULK


async def take(
    db: AsyncConnection, count: int, per_second: float, now: float, lead: float | None = None
) -> float | None:
    """Take `count` slots; the moment of the first. See domain/pace for the rule.

    With a `lead` (seconds): None, and nothing taken, where the first slot is further away than that.
    """
    span, ahead = count / per_second, _ahead(now)
    statement = update(pace).where(_row)
    if lead is not None:
        statement = statement.where(ahead <= now + lead)
    statement = statement.values(next_slot=case((ahead > now, ahead), else_=now) + span, updated_at=now)
    after: float | None = (await db.execute(statement.returning(pace.c.next_slot))).scalar_one_or_none()
    return None if after is None else after - span


async def hold(db: AsyncConnection, seconds: float, now: float) -> None:
    """Nothing leaves for so long: Telegram asked for it, or can't be reached."""
    until, ahead = now + seconds, _ahead(now)
    later = case((ahead > until, ahead), else_=until)
    await db.execute(update(pace).where(_row).values(next_slot=later, updated_at=now))


async def wait(db: AsyncConnection, now: float) -> float:
    """How many seconds away the next slot is. That a clock was set back is remembered, else it is so at every look."""
    set_back = update(pace).where(_row, pace.c.updated_at > now)
    await db.execute(set_back.values(next_slot=_ahead(now), updated_at=now))
    next_slot: float = (await db.execute(select(pace.c.next_slot).where(_row))).scalar_one()
    return max(0.0, next_slot - now)


def _ahead(now: float) -> ColumnElement[float]:
    """The next slot. A clock that was set back must not make us wait for the time it lost: it moves back as well."""
    return case((pace.c.updated_at > now, pace.c.next_slot - (pace.c.updated_at - now)), else_=pace.c.next_slot)
