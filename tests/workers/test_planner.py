"""The planner: what has come due is written once, for those it is for, at a cost that does not grow with the chats."""

import asyncio
import datetime as dt
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select, update

from outreachbot.domain.delivery import Kind, MessageState
from outreachbot.store import connect, tables
from outreachbot.workers import planner

BAKU = dt.timezone(dt.timedelta(hours=4))


def on(day, hour=9, month=2, year=2026):
    """A moment in the zone of the shipped content."""
    return dt.datetime(year, month, day, hour, tzinfo=BAKU).astimezone(dt.UTC)


@contextmanager
def counting(db):
    """How many statements the block runs."""
    statements = []

    def executed(_connection, _cursor, statement, *_more):
        statements.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", executed)
    yield statements
    event.remove(db.engine.sync_engine, "before_cursor_execute", executed)


async def choose(db, chat_id, zone=None, hour=None):
    async with connect.writing(db) as transaction:
        await transaction.execute(update(tables.chats).where(tables.chats.c.id == chat_id).values(zone=zone, hour=hour))


async def planned(db):
    """Queue what is written. Key of each message -> who gets it."""
    while await planner.queue(db, "Asia/Baku", asyncio.Event()):
        pass
    query = select(tables.messages.c.key, tables.deliveries.c.chat_id).outerjoin_from(
        tables.messages, tables.deliveries, tables.deliveries.c.message_id == tables.messages.c.id
    )
    found: dict[str, set[int]] = {}
    async with connect.reading(db) as connection:
        for key, chat_id in await connection.execute(query):
            found.setdefault(key, set()).add(chat_id)
    return found


async def test_what_is_due_is_written_for_everybody_and_once(db, content, subscribe):
    await subscribe(1, 2, 3)

    assert await planner.step(db, content, on(26)) is True
    assert await planner.step(db, content, on(26, 10)) is False
    assert await planned(db) == {"reminder:khojaly:2026-02-26:day:Asia/Baku:9": {1, 2, 3}}


@pytest.mark.parametrize("now", [on(25, 12), on(26, 8), on(27, 9)])
async def test_what_is_not_due_is_not_written(db, content, subscribe, now):
    await subscribe(1)

    assert await planner.step(db, content, now) is False
    assert await planned(db) == {}


async def test_without_subscribers_nothing_is_written(db, content):
    assert await planner.step(db, content, on(26)) is False
    assert await planned(db) == {}


async def test_what_is_written_runs_until_its_day_is_over(db, content, subscribe):
    await subscribe(1)
    await planner.step(db, content, on(26, 11))
    async with connect.reading(db) as connection:
        written = (await connection.execute(select(tables.messages))).one()

    assert (written.kind, written.state, written.of_id) == (Kind.REMINDER, MessageState.RUNNING, None)
    assert (written.started_at, written.expires_at) == (on(26, 11).timestamp(), on(27, 0).timestamp())


async def test_each_zone_and_hour_gets_it_at_its_own_moment(db, content, subscribe):
    await subscribe(1, 2, 3)
    await choose(db, 2, zone="America/New_York")
    await choose(db, 3, hour=12)
    first = await planner.step(db, content, on(26, 9)) and await planned(db)
    await planner.step(db, content, on(26, 12))
    await planner.step(db, content, on(26, 18))  # nine in New York

    assert list(first.values()) == [{1}]
    assert await planned(db) == {
        "reminder:khojaly:2026-02-26:day:Asia/Baku:9": {1},
        "reminder:khojaly:2026-02-26:day:Asia/Baku:12": {3},
        "reminder:khojaly:2026-02-26:day:America/New_York:9": {2},
    }


async def test_who_subscribes_after_the_moment_gets_nothing_that_day(db, content, subscribe):
    await subscribe(1, now=on(26, 8).timestamp())
    await subscribe(2, now=on(26, 10).timestamp())
    await planner.step(db, content, on(26, 11))

    assert list((await planned(db)).values()) == [{1}]


async def test_it_is_written_in_every_language(db, content, subscribe):
    await subscribe(1)
    await planner.step(db, content.model_copy(update={"languages": ("en", "az")}), on(26))
    async with connect.reading(db) as connection:
        (body,) = (await connection.execute(select(tables.messages.c.body))).scalars()

    assert list(body) == ["en", "az"]
    assert "34 years ago" in body["en"]["text"]


async def test_it_costs_the_same_for_ten_chats_and_for_a_thousand(db, content, subscribe):
    costs, gets_it = [], []
    for ids, year in ((range(1, 11), 2026), (range(11, 1011), 2027)):
        await subscribe(*ids)
        with counting(db) as statements:
            assert await planner.step(db, content, on(26, year=year))
            planned_now = await planned(db)
        costs.append(len(statements))
        gets_it.append(len(planned_now[f"reminder:khojaly:{year}-02-26:day:Asia/Baku:9"]))

    assert costs[0] == costs[1] < 25
    assert gets_it == [10, 1010]


async def test_looking_costs_two_statements_on_an_ordinary_day(db, content, subscribe):
    await subscribe(1, 2)
    with counting(db) as statements:
        await planner.step(db, content, on(1, month=7))

    assert len(statements) <= 2
