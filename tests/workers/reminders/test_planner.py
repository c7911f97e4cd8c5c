"""The planner: each reminder is planned once, for the right chats, at a cost that does not grow with the chats."""

import asyncio
import datetime as dt
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select, update

from outreachbot.domain.content.model import Notice
from outreachbot.domain.delivery.states import MessageKind, MessageState
from outreachbot.domain.reminders.settings import ChatSettings
from outreachbot.store import tables
from outreachbot.store.database import connect
from outreachbot.store.delivery import leases, messages, outbox
from outreachbot.store.reminders import settings
from outreachbot.workers.delivery import queueing
from outreachbot.workers.reminders import late, planner, resume
from outreachbot.workers.reminders.planner import Planner

BAKU = dt.timezone(dt.timedelta(hours=4))
MINUTE = dt.timedelta(minutes=1)


def on(day, hour=9, month=2, year=2026):
    """A moment in the zone of the shipped content."""
    return dt.datetime(year, month, day, hour, tzinfo=BAKU).astimezone(dt.UTC)


@pytest.fixture(scope="session")
def content(content):
    """The shipped content, with reminders only on the day itself."""
    return content.model_copy(update={"notices": (Notice.DAY,), "early": 0})


@contextmanager
def counting(db):
    """The statements that the block runs."""
    statements = []

    def executed(_connection, _cursor, statement, *_more):
        statements.append(statement)

    event.listen(db.engine.sync_engine, "before_cursor_execute", executed)
    yield statements
    event.remove(db.engine.sync_engine, "before_cursor_execute", executed)


@pytest.fixture
def look(db, content):
    """Run the planner at these moments; whether each step planned anything."""

    async def look(*moments, since=None, per_second=25.0, **other):
        state = Planner(per_second, since or moments[0] - dt.timedelta(hours=2))
        return [await planner.plan_due(state, db, content.model_copy(update=other), now) for now in moments]

    return look


async def choose(db, chat_id, zone=None, hour=None):
    async with connect.writing(db) as transaction:
        await transaction.execute(update(tables.chats).where(tables.chats.c.id == chat_id).values(zone=zone, hour=hour))


async def planned(db):
    """Queue what is planned; the chats that get each message, by its key."""
    while await queueing.queue_audience(db, "Asia/Baku", asyncio.Event()):
        pass
    query = select(tables.messages.c.key, tables.deliveries.c.chat_id).outerjoin_from(
        tables.messages, tables.deliveries, tables.deliveries.c.message_id == tables.messages.c.id
    )
    found: dict[str, set[int]] = {}
    async with connect.reading(db) as connection:
        for key, chat_id in await connection.execute(query):
            found.setdefault(key, set()).add(chat_id)
    return found


async def test_due_reminders_are_written_once_for_everybody(db, look, subscribe):
    await subscribe(1, 2, 3)

    assert await look(on(26), on(26, 10)) == [True, False]
    assert await look(on(26, 10), since=on(1)) == [False]  # after a stop
    assert await planned(db) == {"reminder:2026-02-26:Asia/Baku:9:khojaly.day": {1, 2, 3}}


@pytest.mark.parametrize("now", [on(25, 12), on(26, 8), on(27, 9), on(26, 23)])
async def test_reminders_that_are_not_due_are_not_written(db, look, subscribe, now):
    await subscribe(1)

    assert await look(now) == [False]
    assert await planned(db) == {}


async def test_without_subscribers_nothing_is_written(db, look):
    assert await look(on(26)) == [False]
    assert await planned(db) == {}


async def test_a_stop_over_the_hour_delays_it_within_its_day(db, look, subscribe):
    await subscribe(1)

    assert await look(on(26, 23), since=on(20)) == [True]
    assert await planned(db) == {"reminder:2026-02-26:Asia/Baku:9:khojaly.day": {1}}


async def test_a_clock_that_is_set_back_plans_nothing_twice(db, look, subscribe):
    await subscribe(1)

    assert await look(on(26, 8), on(26, 12), on(26, 7), on(26, 10), on(26, 20)) == [False, True, False, False, False]


async def test_a_written_reminder_expires_at_the_end_of_its_day(db, look, subscribe):
    await subscribe(1)
    await look(on(26, 11), since=on(26, 8))
    async with connect.reading(db) as connection:
        written = (await connection.execute(select(tables.messages))).one()

    assert (written.kind, written.state, written.of_id) == (MessageKind.REMINDER, MessageState.RUNNING, None)
    assert (written.started_at, written.expires_at) == (on(26, 11).timestamp(), on(27, 0).timestamp())


async def test_each_zone_and_hour_gets_it_at_its_own_moment(db, look, subscribe):
    await subscribe(1, 2, 3)
    await choose(db, 2, zone="America/New_York")
    await choose(db, 3, hour=12)
    first = await look(on(26, 9)) and await planned(db)
    await look(on(26, 9), on(26, 12), on(26, 18))  # nine in New York

    assert list(first.values()) == [{1}]
    assert await planned(db) == {
        "reminder:2026-02-26:Asia/Baku:9:khojaly.day": {1},
        "reminder:2026-02-26:Asia/Baku:12:khojaly.day": {3},
        "reminder:2026-02-26:America/New_York:9:khojaly.day": {2},
    }


async def test_a_chat_that_subscribes_after_the_moment_gets_nothing_that_day(db, look, subscribe):
    await subscribe(1, now=on(26, 8).timestamp())
    await subscribe(2, now=on(26, 10).timestamp())
    await look(on(26, 11), since=on(26, 8))

    assert list((await planned(db)).values()) == [{1}]


async def test_it_is_written_in_every_language(db, look, subscribe):
    await subscribe(1)
    await look(on(26), languages=("en", "az"))
    async with connect.reading(db) as connection:
        (body,) = (await connection.execute(select(tables.messages.c.body))).scalars()

    assert list(body) == ["en", "az"]
    assert "34 years ago" in body["en"]["text"]


async def test_each_combination_of_wishes_is_one_message_and_nobody_gets_two(db, look, subscribe):
    """On 25 February: the eve of one day, and another day of its own."""
    await subscribe(1, 2, 3, 4, 5)
    async with connect.writing(db) as transaction:
        for chat_id, own in {
            2: ChatSettings(notices={Notice.EVE: True}),
            3: ChatSettings(notices={Notice.EVE: True}, anniversaries={"khojaly-eve": True}),
            4: ChatSettings(anniversaries={"khojaly-eve": True}),
            5: ChatSettings(notices={Notice.EVE: True}, skipped=frozenset({("khojaly", 2026)})),
        }.items():
            await settings.save(transaction, chat_id, own, 2.0)

    assert await look(on(25)) == [True]
    assert await planned(db) == {
        "reminder:2026-02-25:Asia/Baku:9:khojaly.eve": {2},
        "reminder:2026-02-25:Asia/Baku:9:khojaly.eve+khojaly-eve.day": {3},
        "reminder:2026-02-25:Asia/Baku:9:khojaly-eve.day": {4},
    }


async def test_it_costs_the_same_for_ten_chats_and_for_a_thousand(db, look, subscribe):
    costs, gets_it = [], []
    for ids, year in ((range(1, 11), 2026), (range(11, 1011), 2027)):
        await subscribe(*ids)
        with counting(db) as statements:
            assert await look(on(26, year=year)) == [True]
            planned_now = await planned(db)
        costs.append(len(statements))
        gets_it.append(len(planned_now[f"reminder:{year}-02-26:Asia/Baku:9:khojaly.day"]))

    assert costs[0] == costs[1] < 30
    assert gets_it == [10, 1010]


async def test_looking_costs_two_statements_on_an_ordinary_day(db, look, subscribe):
    await subscribe(1, 2)
    with counting(db) as statements:
        await look(on(1, month=7), since=on(1, month=7) - MINUTE)

    assert len(statements) <= 2


async def test_reminders_missed_while_the_machine_slept_are_counted_as_late(db, look, subscribe):
    await subscribe(1)

    assert await look(on(25, 20), on(27, 8)) == [False, False]
    assert list(await planned(db)) == ["reminder:2026-02-26:Asia/Baku:9:khojaly.day"]
    async with connect.reading(db) as connection:
        assert (await connection.execute(select(tables.messages.c.expires_at))).scalar_one() == on(27, 0).timestamp()


async def test_a_clock_that_was_a_day_ahead_for_a_while_forgets_nobody(db, look, subscribe):
    await subscribe(1)
    await look(on(25, 8), on(26, 8), on(26, 9) + 5 * MINUTE - dt.timedelta(hours=1))
    assert await planned(db) == {}
    await look(on(26, 8), on(26, 12), since=on(26, 8))

    assert await look(on(26, 10), since=on(26, 11)) == [False]
    assert await planned(db) == {"reminder:2026-02-26:Asia/Baku:9:khojaly.day": {1}}


async def test_reminders_skipped_by_a_wrong_clock_are_sent_once_it_is_right(db, look, subscribe):
    await look(on(26, 8))
    await subscribe(1)

    assert await look(on(26, 9) + MINUTE, since=on(27, 8)) == [True]


@pytest.mark.parametrize(
    ("old", "new", "changed_at", "then"),
    [(9, 10, on(26, 9) + 30 * MINUTE, on(26, 10)), (18, 9, on(26, 10), on(26, 18)), (9, 18, on(26, 9), on(26, 18))],
    ids=["later", "earlier", "much later"],
)
async def test_a_changed_hour_of_the_content_tells_everybody_once_on_that_day(
    db, content, subscribe, old, new, changed_at, then
):
    await subscribe(1, 2)
    await choose(db, 2, zone="Asia/Baku", hour=9)
    first = await resume.resume_planner(db, content.model_copy(update={"hour": old}), 25.0, on(26, 8))
    await planner.plan_due(first, db, content.model_copy(update={"hour": old}), changed_at - MINUTE)
    await planned(db)
    await resume.record_progress(first, db)
    second = await resume.resume_planner(db, content.model_copy(update={"hour": new}), 25.0, changed_at)
    for now in (changed_at, then, then + 30 * MINUTE):
        await planner.plan_due(second, db, content.model_copy(update={"hour": new}), now)

    assert sorted(chat for told in (await planned(db)).values() for chat in told) == [1, 2]


async def test_the_chats_of_a_coming_wave_are_counted_once(db, look, subscribe):
    await subscribe(1, 2)
    with counting(db) as statements:
        await look(*(on(26) - MINUTE * ahead for ahead in (9, 8, 7)), since=on(26) - MINUTE * 10, early=10)

    assert sum("count(" in statement for statement in statements) == 1


async def test_a_long_wave_begins_before_its_hour_and_a_short_one_at_it(db, look, subscribe):
    await subscribe(*range(60))

    assert await look(on(26) - MINUTE * 11, per_second=0.05, early=10) == [False]
    assert await look(on(26) - MINUTE * 9, per_second=60.0, early=10) == [False]
    assert await look(on(26) - MINUTE * 9, per_second=0.05) == [False]  # when the content does not allow an early start
    assert await look(on(26) - MINUTE * 9, on(26), per_second=0.05, early=10) == [True, False]
    assert [len(who) for who in (await planned(db)).values()] == [60]


async def test_reminders_that_expired_during_a_stop_are_reported_once_as_late(db, content, subscribe):
    await subscribe(1, 2, 3)
    await choose(db, 3, zone="America/New_York")
    since, now = on(26, 8), on(27, 8)  # in New York it is still the 26th
    await resume.record_progress(Planner(25.0, since), db)
    await resume.resume_planner(db, content, 25.0, now)
    assert await planned(db) == {"reminder:2026-02-26:Asia/Baku:9:khojaly.day": {1, 2}}
    async with connect.writing(db) as transaction:
        sender = await leases.begin(transaction, "test", now.timestamp(), is_main=True)
    async with connect.writing(db) as transaction:
        assert await outbox.claim(transaction, sender, 10, now.timestamp()) == []
    async with connect.writing(db) as transaction:
        await messages.finish_completed(transaction, now.timestamp())

    assert await late.report_late(db, content, [22, 33], now) is True
    assert await late.report_late(db, content, [22, 33], now) is False
    async with connect.writing(db) as transaction:
        claimed = await outbox.claim(transaction, sender, 10, now.timestamp())
        body = await messages.load_bodies(transaction, claimed[0].outbox_id)
    assert {delivery.chat_id for delivery in claimed} == {22, 33}  # whether or not they subscribed
    assert {delivery.kind for delivery in claimed} == {MessageKind.ALERT}
    assert "2 chats" in body["en"].text


async def test_the_planner_goes_on_from_where_it_looked_last(db, content):
    assert (await resume.resume_planner(db, content, 25.0, on(26, 8))).planned_until == on(26, 8)  # the first start
    await resume.record_progress(Planner(25.0, on(26, 9)), db)

    assert (await resume.resume_planner(db, content, 25.0, on(26, 12))).planned_until == on(26, 9)
    assert (await resume.resume_planner(db, content, 25.0, on(26, 8))).planned_until == on(
        26, 8
    )  # the clock was set back


async def test_catching_up_after_a_short_stop_writes_nothing(db, content, look, subscribe):
    await subscribe(1)
    await resume.record_progress(Planner(25.0, on(26, 8)), db)
    await resume.resume_planner(db, content, 25.0, on(26, 12))
    assert await planned(db) == {}
    await look(on(26, 9))
    await resume.resume_planner(db, content, 25.0, on(28))

    assert list(await planned(db)) == ["reminder:2026-02-26:Asia/Baku:9:khojaly.day"]


async def test_several_small_messages_are_queued_by_one_transaction(db, look, subscribe):
    await subscribe(1, 2, 3)
    for chat_id, zone in ((2, "Asia/Dubai"), (3, "Asia/Tbilisi")):
        await choose(db, chat_id, zone=zone)
    await look(on(26))

    assert await queueing.queue_audience(db, "Asia/Baku", asyncio.Event()) is True
    assert await queueing.queue_audience(db, "Asia/Baku", asyncio.Event()) is False
    assert sorted(map(sorted, (await planned(db)).values())) == [[1], [2], [3]]
