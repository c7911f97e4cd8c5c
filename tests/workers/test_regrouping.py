"""The content puts chats into another group on a day of remembrance: all are told once, and nobody is forgotten."""

import asyncio
import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import select, update

from outreachbot.domain.content import Notice
from outreachbot.domain.schedule import Group
from outreachbot.store import connect, contents, tables
from outreachbot.workers import planner
from outreachbot.workers.planner import Planner

BAKU = dt.timezone(dt.timedelta(hours=4))


def at(hour, minute=0, day=26):
    return dt.datetime(2026, 2, day, hour, minute, tzinfo=BAKU).astimezone(dt.UTC)


@pytest.fixture(scope="session")
def content(content):
    """The shipped content, telling each day on the day itself, at nine."""
    return content.model_copy(update={"notices": (Notice.DAY,), "early": 0, "hour": 9, "zone": "Asia/Baku"})


@pytest.fixture
async def three(db, subscribe):
    """Chats that chose nothing (1), their hour (2), their zone (3)."""
    await subscribe(1, 2, 3)
    async with connect.writing(db) as transaction:
        for chat_id, own in {2: {"hour": 11}, 3: {"zone": "Asia/Tbilisi"}}.items():
            await transaction.execute(update(tables.chats).where(tables.chats.c.id == chat_id).values(**own))


async def told(db):
    """How often each chat is told, once all is queued."""
    while await planner.queue(db, "Asia/Baku", asyncio.Event()):
        pass
    async with connect.reading(db) as connection:
        return Counter((await connection.execute(select(tables.deliveries.c.chat_id))).scalars())


async def look(db, planning, content, now):
    await planner.step(planning, db, content, now)
    return await told(db)


@pytest.mark.parametrize("other", [{"hour": 18}, {"hour": 10}, {"zone": "Europe/Berlin"}, {"hour": 8}])
async def test_who_was_told_at_the_old_hour_is_not_told_again(db, content, three, other):
    planning = Planner(25.0, at(7))
    assert await look(db, planning, content, at(9, 30)) == {1: 1, 3: 1}
    for hour in range(10, 24):
        await planner.step(planning, db, content.model_copy(update=other), at(hour))

    assert await told(db) == {1: 1, 2: 1, 3: 1}


async def test_whose_new_hour_has_passed_already_is_told_at_once(db, content, three):
    late = content.model_copy(update={"hour": 18})
    planning = Planner(25.0, at(7))
    assert await look(db, planning, late, at(12)) == {2: 1}
    assert await look(db, planning, content, at(12, 1)) == {1: 1, 2: 1, 3: 1}
    assert await look(db, planning, late, at(18)) == {1: 1, 2: 1, 3: 1}


async def test_a_start_with_another_hour_tells_nobody_twice_and_forgets_nobody(db, content, three):
    late = content.model_copy(update={"hour": 18})
    await live(db, late, at(7))
    planning = Planner(25.0, at(7))
    assert await look(db, planning, late, at(12)) == {2: 1}
    await planner.note(planning, db)
    await live(db, content, at(13))
    planning = await planner.resume(db, content, 25.0, at(13))

    assert await look(db, planning, content, at(13)) == {1: 1, 2: 1, 3: 1}
    planning = await planner.resume(db, content, 25.0, at(14))
    assert await look(db, planning, content, at(14)) == {1: 1, 2: 1, 3: 1}


async def test_an_hour_that_changed_long_ago_is_looked_up_no_more(db, content, three):
    await live(db, content.model_copy(update={"hour": 18}), at(7, day=1))
    await live(db, content, at(7, day=2))
    planning = await planner.resume(db, content, 25.0, at(8))
    await planner.step(planning, db, content, at(8))

    assert planning.regrouping.at is None


async def live(db, content, now):
    async with connect.writing(db) as transaction:
        await contents.add(transaction, b"", "", Group(content.zone, content.hour), now.timestamp())
