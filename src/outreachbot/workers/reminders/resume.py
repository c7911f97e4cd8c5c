"""Resumes planning after a stop, and after a change of the content's default zone or hour."""

import datetime as dt

from outreachbot.domain.content.model import Content
from outreachbot.domain.reminders.schedule import ONE_DAY, Group
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.reminders import plans
from outreachbot.workers.reminders import planner
from outreachbot.workers.reminders.planner import Planner

MAX_STOP = dt.timedelta(days=40)  # reminders that were due before that are not counted as late


async def resume_planner(db: Database, content: Content, per_second: float, now: dt.datetime) -> Planner:
    """A planner that continues where the last one stopped.

    Reminders that were due since and whose local day is over are planned here, to be counted as late; those that can
    still be sent are planned by its first step.
    """
    async with connect.reading(db) as connection:
        until = await plans.load_planned_until(connection)
    since = now if until is None else min(now, dt.datetime.fromtimestamp(until, dt.UTC))
    is_regrouped = await adopt_defaults(db, content, now)
    await planner.plan_overdue(db, content, max(since, now - MAX_STOP), now)
    return Planner(per_second, now - ONE_DAY if is_regrouped else since, now if is_regrouped else None, content)


async def plan_live_content(state: Planner, db: Database, content: Content, now: dt.datetime) -> bool:
    """The planner's step, with the content that is live now; True if a reminder was due."""
    if content is not state.content:
        if await adopt_defaults(db, content, now):
            state.planned_until, state.regrouped_at = now - ONE_DAY, now
        state.content, state.wave_sizes = content, {}
    return await planner.plan_due(state, db, content, now)


async def adopt_defaults(db: Database, content: Content, now: dt.datetime) -> bool:
    """Store the content's zone and hour as the default of chats; True if it changed: then plan the past day again.

    Chats that have chosen neither are in another group from now on; some were reminded of the day in the old group.
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
        days = [now.date() + number * ONE_DAY for number in (-1, 0, 1)]  # every local date that is possible now
        await plans.replan_group(transaction, default, days, now.timestamp())
    return True


async def record_progress(state: Planner, db: Database) -> bool:
    """Store how far reminders are planned, for `resume_planner`."""
    async with connect.writing(db) as transaction:
        await plans.set_planned_until(transaction, state.planned_until.timestamp())
    return False
