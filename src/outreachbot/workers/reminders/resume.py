"""Where the planner goes on after a stop, and after a change of the content's own zone and hour."""

import datetime as dt

from outreachbot.domain.content.model import Content
from outreachbot.domain.reminders.schedule import ONE_DAY, Group
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.reminders import plans
from outreachbot.workers.reminders import planner
from outreachbot.workers.reminders.planner import Planner

LONGEST_STOP = dt.timedelta(days=40)  # what came due in a longer one is not counted


async def resume_planner(db: Database, content: Content, per_second: float, now: dt.datetime) -> Planner:
    """A planner that looks from where the last one stood.

    What came due since and whose local day is over by now is written down here, to be counted as late. What can still
    be told today is planned by its first step.
    """
    async with connect.reading(db) as connection:
        until = await plans.load_planned_until(connection)
    since = now if until is None else min(now, dt.datetime.fromtimestamp(until, dt.UTC))
    moved = await adopt_defaults(db, content, now)
    await planner.plan_overdue(db, content, max(since, now - LONGEST_STOP), now)
    return Planner(per_second, now - ONE_DAY if moved else since, now if moved else None, content)


async def plan_live_content(one: Planner, db: Database, content: Content, now: dt.datetime) -> bool:
    """The planner's step, by the content that is live now; True when something came due."""
    if content is not one.content:
        if await adopt_defaults(db, content, now):
            one.since, one.moved_at = now - ONE_DAY, now
        one.content, one.sizes = content, {}
    return await planner.plan_due(one, db, content, now)


async def adopt_defaults(db: Database, content: Content, now: dt.datetime) -> bool:
    """Write down the zone and hour of chats that chose none. True where they were others: look through the day again.

    Those chats are in another group from now on, and may have been told of the day in the old one.
    """
    default = Group(content.zone, content.hour)
    async with connect.writing(db) as transaction:
        await plans.lock_planning(transaction)
        before = await plans.load_default_group(transaction)
        if before == default:
            return False
        await plans.set_default_group(transaction, default, now.timestamp())
        if before is None:
            return False
        await plans.set_planned_until(transaction, (now - ONE_DAY).timestamp())
        days = [now.date() + number * ONE_DAY for number in (-1, 0, 1)]  # that may run now, in any zone
        await plans.replan_group(transaction, default, days, now.timestamp())
    return True


async def record_progress(one: Planner, db: Database) -> bool:
    """Write down how far the calendar was looked through, for `resume`."""
    async with connect.writing(db) as transaction:
        await plans.set_planned_until(transaction, one.since.timestamp())
    return False
