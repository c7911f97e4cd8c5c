"""When a broadcast planned for a moment, or for a local hour, starts once it is confirmed."""

import asyncio
import datetime as dt

import pytest
from sqlalchemy import select

from outreachbot.domain.broadcasts.timing import LocalHour, Moment, Past
from outreachbot.domain.delivery.states import WAVE_MISSED, DeliveryState, MessageState
from outreachbot.store import tables
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.workers.delivery import leases, queueing
from tests.support.harness import ADMIN

RUNNING, SCHEDULED = MessageState.RUNNING, MessageState.SCHEDULED


@pytest.fixture
def harness(harness):
    """A broadcast to more than two chats waits a little before it starts."""
    harness.large_audience = 2
    return harness


@pytest.fixture
def compose(write, subscribe):
    """Let Ada compose a broadcast to this many chats."""

    async def compose(chats=1):
        await subscribe(*range(1001, 1001 + chats))
        await write("/broadcast")
        await write("Dear friends")

    return compose


async def find(context):
    async with connect.reading(context.db) as db:
        return (await records.find(db, 1)).message


@pytest.fixture
def planned(context):
    """Plan when the draft goes out."""

    async def planned(when, outbox_id=1):
        async with connect.writing(context.db) as db:
            await messages.set_timing(db, outbox_id, when)

    return planned


def later(context, seconds):
    return context.clock() + dt.timedelta(seconds=seconds)


async def test_a_planned_broadcast_starts_at_its_moment_without_an_extra_hold(context, compose, press, planned):
    await compose(3)
    at = later(context, 3600)
    await planned(Moment(at))
    await press("broadcast:send:1")

    assert ((await find(context)).state, (await find(context)).starts_at) == (SCHEDULED, at)


async def test_a_moment_that_has_passed_meanwhile_is_refused_and_another_can_be_chosen(
    context, compose, press, planned
):
    await compose()
    await planned(Moment(later(context, -60)))
    note = await press("broadcast:send:1")
    assert note["text"].startswith("The moment you chose has passed.")
    assert (await find(context)).state == MessageState.DRAFT

    await press("broadcast:when:1:now")
    await press("broadcast:send:1")

    assert (await find(context)).state == RUNNING


async def test_a_local_hour_broadcast_starts_with_the_first_zone(context, compose, press, planned, subscribe):
    await compose()
    day = (context.clock() + dt.timedelta(days=2)).date()
    await subscribe(1, zone="Asia/Tokyo")
    await planned(LocalHour(day, 9))
    await press("broadcast:send:1")

    assert (await find(context)).state == SCHEDULED
    assert (await find(context)).starts_at == dt.datetime.combine(day, dt.time(), dt.UTC)


async def test_it_starts_at_once_if_zones_past_the_hour_get_it_now(context, compose, press, planned):
    await compose()
    await planned(LocalHour((context.clock() - dt.timedelta(days=2)).date(), 9, Past.NOW))
    await press("broadcast:send:1")
    await queueing.start_scheduled(context.db, context.clock())

    assert (await find(context)).state == RUNNING


async def test_a_later_wave_of_it_that_is_missed_still_asks(harness, context, compose, press, planned, subscribe, row):
    await compose(0)
    await subscribe(1, zone="Pacific/Kiritimati")  # 14 hours ahead of UTC
    await subscribe(2, zone="Pacific/Midway")  # 11 hours behind
    noon = context.clock().replace(hour=11, minute=30) + dt.timedelta(days=1)
    harness.clock.set(noon)
    await leases.recover_deliveries(context.db, "here:1", noon)
    await planned(LocalHour(noon.date(), 12, Past.NOW))  # past for the first chat, still to come for the second
    await press("broadcast:send:1")
    await queueing.start_scheduled(context.db, context.clock())
    while await queueing.queue_audience(context.db, "UTC", asyncio.Event()):
        pass
    assert (await row(1)).state == RUNNING

    await leases.recover_deliveries(context.db, "here:2", noon + dt.timedelta(days=1))

    assert ((await row(1)).state, (await row(1)).state_reason) == (MessageState.PAUSED, WAVE_MISSED)


async def test_a_missed_local_hour_broadcast_keeps_its_hours_when_started_by_hand(
    harness, context, compose, press, planned, subscribe, row, write
):
    """It is sent at once where the hour has passed, and at the hour everywhere else."""
    await compose(0)
    await subscribe(1, zone="Pacific/Kiritimati")  # 14 hours ahead of UTC
    await subscribe(2, zone="Pacific/Midway")  # 11 hours behind
    noon = (context.clock() + dt.timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
    await planned(LocalHour(noon.date(), 12, Past.SKIP))
    await press("broadcast:send:1")
    assert (await row(1)).starts_at == (noon - dt.timedelta(hours=14)).timestamp()
    harness.clock.set(noon)
    await queueing.start_scheduled(context.db, context.clock())
    assert (await row(1)).state == MessageState.MISSED
    (page,) = await write("/broadcasts")
    await press("broadcast:open:1", under=page)
    assert "writes at once where the hour has passed" in harness.current(ADMIN, page)["text"]

    await press("broadcast:now:1", under=page)
    while await queueing.queue_audience(context.db, "UTC", asyncio.Event()):
        pass
    columns = (tables.deliveries.c.chat_id, tables.deliveries.c.state, tables.deliveries.c.not_before)
    async with connect.reading(context.db) as db:
        queued = {chat_id: (state, at) for chat_id, state, at in await db.execute(select(*columns))}

    assert queued == {
        1: (DeliveryState.QUEUED, (noon - dt.timedelta(hours=14)).timestamp()),
        2: (DeliveryState.QUEUED, (noon + dt.timedelta(hours=11)).timestamp()),
    }


async def test_the_question_says_when_the_last_zone_gets_it(harness, context, compose, press, subscribe):
    await compose()
    await subscribe(2, zone="Pacific/Midway")  # 11 hours behind UTC
    day = (context.clock() + dt.timedelta(days=2)).date()
    await press(f"broadcast:when:1:h.{day:%Y%m%d}.09")
    last = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), dt.UTC)  # Baku is 4 hours ahead

    assert (
        f"the last ones get it on {last.day} {last:%B %Y} at 00:00 (Asia/Baku time)." in harness.said(ADMIN)[-1]["text"]
    )
