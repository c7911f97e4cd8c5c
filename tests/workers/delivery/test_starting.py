"""Broadcasts start when they are due, or not at all; their audience is queued in batches, and by wave."""

import asyncio
import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from outreachbot.domain.broadcasts import timing
from outreachbot.domain.broadcasts.timing import LocalHour, Past
from outreachbot.domain.delivery.states import DeliveryState, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.store import tables
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.store.delivery import queueing as delivery_queueing
from outreachbot.workers.delivery import queueing

BERLIN, TOKYO, LIMA = "Europe/Berlin", "Asia/Tokyo", "America/Lima"
DAY = dt.date(2026, 3, 2)
ZONES = {1: TOKYO, 2: None, 3: BERLIN, 4: LIMA}  # Berlin is the default
MOMENT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def later(seconds, since=MOMENT):
    return since + dt.timedelta(seconds=seconds)


def nine(zone, day=DAY):
    """Nine o'clock on that day in the zone."""
    return dt.datetime.combine(day, dt.time(9), ZoneInfo(zone))


@pytest.fixture
async def world(db, subscribe):
    """Four chats in three zones."""
    await subscribe(*ZONES)
    async with connect.writing(db) as transaction:
        for chat_id, zone in ZONES.items():
            await transaction.execute(update(tables.chats).where(tables.chats.c.id == chat_id).values(zone=zone))


@pytest.fixture
def scheduled(db):
    """Create a confirmed broadcast that starts at that moment; its id."""

    async def scheduled(at=MOMENT, plan=None):
        async with connect.writing(db) as transaction:
            outbox_id = await records.create_draft(transaction, 22, 22, {"en": Message("hello")}, 1.0)
            await messages.set_timing(transaction, outbox_id, plan)
            assert await messages.schedule(transaction, outbox_id, at.timestamp())
        return outbox_id

    return scheduled


async def queue(db):
    """Queue every audience; in how many batches."""
    pieces = 0
    while await queueing.queue_audience(db, BERLIN, asyncio.Event()):
        pieces += 1
    return pieces


async def plan(db):
    """When each chat gets it, or why not."""
    async with connect.reading(db) as connection:
        rows = (await connection.execute(select(tables.deliveries))).all()
    return {row.chat_id: row.not_before if row.state == DeliveryState.QUEUED else row.reason for row in rows}


@pytest.mark.parametrize("late", [0, 1, timing.MISSED.total_seconds()])
async def test_a_due_message_starts(db, world, scheduled, message_state, late):
    outbox_id = await scheduled()
    assert await queueing.start_scheduled(db, later(-1)) is False
    assert (await message_state(outbox_id))[0] == MessageState.SCHEDULED
    assert await queue(db) == 0

    assert await queueing.start_scheduled(db, later(late)) is True

    assert (await message_state(outbox_id))[0] == MessageState.RUNNING
    assert await queueing.start_scheduled(db, later(late + 1)) is False
    assert await queue(db) == 1
    assert len(await plan(db)) == 4


async def test_a_missed_message_is_never_sent_late_automatically(db, world, scheduled, message_state, caplog):
    outbox_id = await scheduled()

    assert await queueing.start_scheduled(db, later(timing.MISSED.total_seconds() + 1)) is True
    assert (await message_state(outbox_id))[0] == MessageState.MISSED
    assert caplog.messages == [f"message {outbox_id} was missed: the program was down; an admin decides"]

    for seconds in (timing.MISSED.total_seconds() + 2, 86_400, -86_400):
        assert await queueing.start_scheduled(db, later(seconds)) is False
    assert (await message_state(outbox_id))[0] == MessageState.MISSED
    assert await queue(db) == 0


async def test_a_message_stopped_before_its_moment_does_not_start(db, world, scheduled, message_state):
    outbox_id = await scheduled()
    async with connect.writing(db) as transaction:
        await messages.stop(transaction, outbox_id, 2.0)

    assert await queueing.start_scheduled(db, later(1)) is False
    assert (await message_state(outbox_id))[0] == MessageState.CANCELLED


async def test_each_due_message_is_handled_on_its_own(db, world, scheduled, message_state):
    missed, due, early = [await scheduled(later(seconds)) for seconds in (-3600, 0, 60)]
    await queueing.start_scheduled(db, later(5))

    assert [(await message_state(number))[0] for number in (missed, due, early)] == [
        MessageState.MISSED,
        MessageState.RUNNING,
        MessageState.SCHEDULED,
    ]


async def test_an_audience_is_queued_in_pieces_and_the_sender_woken_after_each(db, subscribe, scheduled, monkeypatch):
    monkeypatch.setattr(delivery_queueing, "PIECE", 2)
    await subscribe(1, 2, 3, 4, 5)
    await scheduled()
    await queueing.start_scheduled(db, MOMENT)
    wake = asyncio.Event()
    queued = []
    while await queueing.queue_audience(db, BERLIN, wake):
        assert wake.is_set()
        wake.clear()
        queued.append(len(await plan(db)))

    assert queued == [2, 4, 5]
    assert not wake.is_set()


async def test_the_pieces_of_two_messages_do_not_mix(db, subscribe, scheduled, monkeypatch, states):
    monkeypatch.setattr(delivery_queueing, "PIECE", 2)
    await subscribe(1, 2, 3)
    first, second = await scheduled(), await scheduled()
    await queueing.start_scheduled(db, MOMENT)
    await queue(db)

    assert await states(first) == await states(second) == Counter({DeliveryState.QUEUED: 3})


async def test_each_zone_gets_it_at_its_own_hour(db, world, scheduled):
    await scheduled(nine(TOKYO), LocalHour(DAY, 9))
    await queueing.start_scheduled(db, later(1, nine(TOKYO)))
    await queue(db)

    assert await plan(db) == {
        1: nine(TOKYO).timestamp(),
        2: nine(BERLIN).timestamp(),
        3: nine(BERLIN).timestamp(),
        4: nine(LIMA).timestamp(),
    }


@pytest.mark.parametrize(
    ("past", "tokyo"),
    [
        (Past.NOW, nine(BERLIN).timestamp()),
        (Past.TOMORROW, nine(TOKYO, DAY + dt.timedelta(days=1)).timestamp()),
        (Past.SKIP, Reason.LATE),
    ],
)
async def test_where_the_hour_had_passed_the_admins_choice_applies(db, world, scheduled, past, tokyo):
    """It starts with Berlin's wave, which is not late although the program starts it a moment after its hour."""
    await scheduled(nine(BERLIN), LocalHour(DAY, 9, past))
    await queueing.start_scheduled(db, later(200, nine(BERLIN)))
    await queue(db)

    berlin, lima = nine(BERLIN).timestamp(), nine(LIMA).timestamp()
    assert await plan(db) == {1: tokyo, 2: berlin, 3: berlin, 4: lima}


async def test_all_pieces_of_a_wave_leave_at_the_same_hour(db, world, scheduled, monkeypatch):
    monkeypatch.setattr(delivery_queueing, "PIECE", 1)
    await scheduled(nine(BERLIN), LocalHour(DAY, 9, Past.SKIP))
    await queueing.start_scheduled(db, later(1, nine(BERLIN)))
    await queue(db)

    assert await plan(db) == {
        1: Reason.LATE,
        2: nine(BERLIN).timestamp(),
        3: nine(BERLIN).timestamp(),
        4: nine(LIMA).timestamp(),
    }


async def test_without_a_due_message_nothing_is_written(db, world):
    async with connect.writing(db), asyncio.timeout(5):  # a writer would have to wait
        assert await queueing.start_scheduled(db, MOMENT) is False
        assert await queueing.queue_audience(db, BERLIN, asyncio.Event()) is False
