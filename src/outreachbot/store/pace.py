"""The pace as a row: every sender on every machine takes its slots from it, and a restart does not reset it."""

from sqlalchemy import ColumnElement, case, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.store.insert import insert
from outreachbot.store.tables import pace

BULK = "bulk"


async def take(
    db: AsyncConnection, count: int, per_second: float, now: float, lead: float | None = None
) -> float | None:
    """Take `count` slots; the moment of the first. See domain/pace for the rule.

    With a `lead` (seconds): None, and nothing taken, where the first slot is further away than that.
    """
    await _ready(db, now)
    span = count / per_second
    ahead = _ahead(now)
    statement = update(pace).where(pace.c.name == BULK)
    if lead is not None:
        statement = statement.where(ahead <= now + lead)
    statement = statement.values(next_slot=case((ahead > now, ahead), else_=now) + span, updated_at=now)
    after: float | None = (await db.execute(statement.returning(pace.c.next_slot))).scalar_one_or_none()
    if after is None:  # remember that the clock was set back, else it looks the same at every later try
        set_back = pace.c.updated_at > now
        await db.execute(update(pace).where(pace.c.name == BULK, set_back).values(next_slot=ahead, updated_at=now))
        return None
    return after - span


async def hold(db: AsyncConnection, seconds: float, now: float) -> None:
    """Nothing leaves for so long: Telegram answered 429."""
    await _ready(db, now)
    until, ahead = now + seconds, _ahead(now)
    later = case((ahead > until, ahead), else_=until)
    await db.execute(update(pace).where(pace.c.name == BULK).values(next_slot=later, updated_at=now))


def _ahead(now: float) -> ColumnElement[float]:
    """The next slot. A clock that was set back must not make us wait for the time it lost: it moves back as well."""
    return case((pace.c.updated_at > now, pace.c.next_slot - (pace.c.updated_at - now)), else_=pace.c.next_slot)


async def _ready(db: AsyncConnection, now: float) -> None:
    statement = insert(db, pace).values(name=BULK, next_slot=now, updated_at=now)
    await db.execute(statement.on_conflict_do_nothing(index_elements=[pace.c.name]))
