"""A message starts on request, or automatically at its moment; a missed one waits for a person."""

import datetime as dt

import pytest

from outreachbot.domain.broadcasts.timing import LocalHour, Past
from outreachbot.domain.delivery.states import DeliveryState, MessageState
from outreachbot.store.delivery import messages
from outreachbot.store.delivery import queueing as delivery_queueing
from tests.support.transactions import draft, message_row, set_state, transact


@pytest.mark.parametrize("state", list(MessageState))
async def test_only_a_waiting_message_is_started_and_only_once(db, state):
    outbox_id = await draft(db)
    await set_state(db, outbox_id, state)
    waits = state in {MessageState.DRAFT, MessageState.SCHEDULED, MessageState.MISSED}

    assert await transact(db, messages.start, outbox_id, 2.0) is waits
    assert await transact(db, messages.start, outbox_id, 3.0) is False
    started = await message_row(db, outbox_id)
    assert (started.state, started.started_at) == ((MessageState.RUNNING, 2.0) if waits else (state, None))
    assert (started.queued_to is not None) is waits


async def test_a_scheduled_message_is_due_from_its_moment_on_until_it_is_started(db):
    outbox_id, later = await draft(db), await draft(db)
    await transact(db, messages.schedule, later, 200.0)

    assert await transact(db, messages.schedule, outbox_id, 100.0) is True
    assert await transact(db, messages.schedule, outbox_id, 50.0) is False
    assert await transact(db, messages.list_due, 99.9) == []
    assert await transact(db, messages.list_due, 100.0) == [(outbox_id, 100.0)]
    assert await transact(db, messages.list_due, 300.0) == [(outbox_id, 100.0), (later, 200.0)]
    await transact(db, messages.start, outbox_id, 300.0)
    await transact(db, messages.stop, later, 300.0)
    assert await transact(db, messages.list_due, 400.0) == []


async def test_a_plan_counts_from_its_planned_moment(db):
    """That moment decides which local hours have passed, not a start a little later."""
    outbox_id = await draft(db)
    plan = LocalHour(dt.date(2024, 2, 26), 9, Past.SKIP)
    await transact(db, messages.set_timing, outbox_id, plan)
    await transact(db, messages.schedule, outbox_id, 100.0)
    await transact(db, messages.start, outbox_id, 130.0)

    (message,) = await transact(db, delivery_queueing.list_queueing, 1)
    assert (message.timing, message.planned_start.timestamp()) == (plan, 100.0)


async def test_a_missed_message_keeps_its_hours_when_a_person_starts_it(db):
    """The planned moment decides which of them have passed: none had."""
    outbox_id = await draft(db)
    plan = LocalHour(dt.date(2024, 2, 26), 9, Past.SKIP)
    await transact(db, messages.set_timing, outbox_id, plan)
    await transact(db, messages.schedule, outbox_id, 100.0)
    await set_state(db, outbox_id, MessageState.MISSED)

    assert await transact(db, messages.start, outbox_id, 900.0, only_from=[MessageState.DRAFT]) is False
    assert await transact(db, messages.start, outbox_id, 900.0, only_from=[MessageState.MISSED]) is True
    (message,) = await transact(db, delivery_queueing.list_queueing, 1)
    assert (message.timing, message.planned_start.timestamp()) == (plan, 100.0)


async def test_a_wave_missed_while_the_program_was_down_is_reported(db, deliver):
    """Only for messages with a local hour: deliveries postponed by a 429 are no wave."""
    early, missed, later, done = [
        await deliver({1: state}, not_before=at)
        for state, at in [
            (DeliveryState.QUEUED, 9),
            (DeliveryState.QUEUED, 15),
            (DeliveryState.QUEUED, 30),
            (DeliveryState.SENT, 15),
        ]
    ]
    for outbox_id in (early, missed, later, done):
        await set_state(db, outbox_id, MessageState.DRAFT)
        await transact(db, messages.set_timing, outbox_id, LocalHour(dt.date(2024, 2, 26), 9, Past.SKIP))
        await set_state(db, outbox_id, MessageState.RUNNING)
    at_once, paused = (
        await deliver({1: DeliveryState.QUEUED}, not_before=15),
        await deliver({1: DeliveryState.QUEUED}, not_before=15),
    )
    await set_state(db, paused, MessageState.PAUSED)

    assert at_once not in await transact(db, messages.list_missed_waves, 10.0, 20.0)
    assert await transact(db, messages.list_missed_waves, 10.0, 20.0) == [missed]
    assert await transact(db, messages.list_missed_waves, 16.0, 20.0) == []
