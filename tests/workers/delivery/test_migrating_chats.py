"""New content moves chats to another group on the day of a reminder: each gets it once, and no chat is forgotten."""

import asyncio
import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import select, update

from outreachbot.domain.content.model import Notice
from outreachbot.errors import StoreFailed
from outreachbot.store import tables
from outreachbot.store.database import connect
from outreachbot.workers.delivery import queueing
from outreachbot.workers.reminders import resume

BAKU = dt.timezone(dt.timedelta(hours=4))


def at(hour, minute=0, day=26):
    return dt.datetime(2026, 2, day, hour, minute, tzinfo=BAKU).astimezone(dt.UTC)


@pytest.fixture
def nine(content):
    """The shipped content, with reminders on the day itself at nine."""
    return content.model_copy(update={"notices": (Notice.DAY,), "early": 0, "hour": 9, "zone": "Asia/Baku"})


@pytest.fixture
def eighteen(nine):
    return nine.model_copy(update={"hour": 18})


@pytest.fixture
async def three(db, subscribe):
    """Chats that have chosen nothing (1), an hour (2) and a zone (3)."""
    await subscribe(1, 2, 3)
    async with connect.writing(db) as transaction:
        for chat_id, own in {2: {"hour": 11}, 3: {"zone": "Asia/Tbilisi"}}.items():
            await transaction.execute(update(tables.chats).where(tables.chats.c.id == chat_id).values(**own))


async def look(db, planning, content, now):
    """Run the planner; how many reminders each chat gets once all are queued."""
    await resume.plan_live_content(planning, db, content, now)
    while await queueing.queue_audience(db, content.zone, asyncio.Event()):
        pass
    async with connect.reading(db) as connection:
        return Counter((await connection.execute(select(tables.deliveries.c.chat_id))).scalars())


@pytest.mark.parametrize("other", [{"hour": 18}, {"hour": 10}, {"zone": "Europe/Berlin"}, {"hour": 8}])
async def test_chats_reminded_at_the_old_hour_are_not_reminded_again(db, nine, three, other):
    planning = await resume.resume_planner(db, nine, 25.0, at(7))
    assert await look(db, planning, nine, at(9, 30)) == {1: 1, 3: 1}
    changed = nine.model_copy(update=other)
    for hour in range(10, 24):
        told = await look(db, planning, changed, at(hour))

    assert told == {1: 1, 2: 1, 3: 1}


async def test_chats_whose_new_hour_has_passed_are_reminded_at_once(db, nine, eighteen, three):
    planning = await resume.resume_planner(db, eighteen, 25.0, at(7))
    assert await look(db, planning, eighteen, at(12)) == {2: 1}
    assert await look(db, planning, nine, at(12, 1)) == {1: 1, 2: 1, 3: 1}
    assert await look(db, planning, eighteen, at(18)) == {1: 1, 2: 1, 3: 1}


@pytest.mark.parametrize("restarts", [False, True])
async def test_chats_that_subscribed_between_the_new_and_the_old_hour_are_reminded(
    db, nine, eighteen, subscribe, restarts
):
    planning = await resume.resume_planner(db, eighteen, 25.0, at(7))
    await subscribe(1, now=at(11).timestamp())
    assert await look(db, planning, eighteen, at(12)) == {}
    if restarts:
        planning = await resume.resume_planner(db, nine, 25.0, at(12, 1))

    assert await look(db, planning, nine, at(12, 1)) == {1: 1}


async def test_a_crash_after_the_change_forgets_nobody(db, nine, eighteen, three):
    await resume.record_progress(await resume.resume_planner(db, eighteen, 25.0, at(12)), db)
    await resume.adopt_defaults(db, nine, at(12, 1))  # and the program dies before it plans
    planning = await resume.resume_planner(db, nine, 25.0, at(12, 2))

    assert await look(db, planning, nine, at(12, 2)) == {1: 1, 2: 1, 3: 1}


async def test_a_database_that_fails_meanwhile_forgets_nobody(db, nine, eighteen, three, failing):
    planning = await resume.resume_planner(db, eighteen, 25.0, at(12))
    async with failing("calendar"):
        with pytest.raises(StoreFailed):
            await resume.plan_live_content(planning, db, nine, at(12, 1))

    assert await look(db, planning, nine, at(12, 2)) == {1: 1, 2: 1, 3: 1}


async def test_another_content_with_the_same_hour_looks_no_day_back(db, nine, three):
    planning = await resume.resume_planner(db, nine, 25.0, at(9, 30))

    assert await look(db, planning, nine.model_copy(update={"early": 5}), at(9, 31)) == {}
