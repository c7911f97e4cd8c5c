"""The progress message: a single one, edited not too often, with the speed and the reason for a delay."""

import datetime as dt

import pytest
from sqlalchemy import select

from outreachbot.domain.delivery.states import DeliveryState, MessageState
from outreachbot.domain.messages.message import Message
from outreachbot.services.sending import messages as sending
from outreachbot.store import tables
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.workers.progress import EDIT_SECONDS, PAUSED_SECONDS, ShownProgress
from tests.support.harness import ADMIN

RUNNING, PAUSED = MessageState.RUNNING, MessageState.PAUSED


async def test_it_is_shown_at_once_and_then_now_and_then(started, update, shown, settle):
    await update(100.0)
    await settle(DeliveryState.SENT)
    await update(100.0 + EDIT_SECONDS / 2)
    assert len(shown.texts) == 1

    await update(100.0 + EDIT_SECONDS, 100.0 + EDIT_SECONDS * 1.5)

    assert len(shown.texts) == 2
    assert "1 / 3" in shown.texts[1]


async def test_an_unchanged_progress_is_not_shown_again(started, update, shown):
    await update(100.0, 110.0, 120.0, 130.0)

    assert len(shown.texts) == shown.tries == 1


@pytest.mark.parametrize(("state", "seconds"), [(RUNNING, EDIT_SECONDS), (PAUSED, PAUSED_SECONDS)])
async def test_deliveries_are_not_counted_more_often_than_shown(started, update, loads, move, state, seconds):
    """Counting a million deliveries takes a while, and a paused message may wait for a week."""
    await move(started, state)
    await update(*(100.0 + second for second in range(301)))

    assert len(loads) == 1 + 300 / seconds


async def test_the_speed_is_what_was_done_since_the_last_update(subscribe, started, update, shown, settle):
    await update(100.0)
    await settle(DeliveryState.SENT)
    await update(110.0)
    await settle(DeliveryState.FAILED)
    await update(115.0)

    assert ["a second" in text for text in shown.texts] == [False, True, True]
    assert "0.1 a second, about 20 seconds left" in shown.texts[1]
    assert "0.2 a second, about 5 seconds left" in shown.texts[2]


@pytest.mark.parametrize("until", [50.0, 100.5])
async def test_a_clock_that_jumped_or_stopped_says_nothing_about_how_fast_it_goes(
    started, update, tracker, shown, settle, until
):
    await update(100.0)
    await settle(DeliveryState.SENT)
    tracker.shown[started] = ShownProgress(100.0, PAUSED, 0, None)  # shown in another state: so it is looked at at once
    await update(until + EDIT_SECONDS, until)

    assert not any("a second" in text for text in shown.texts)


async def test_a_pause_does_not_count_as_slowness(started, update, shown, settle, move):
    await update(100.0)
    await move(started, PAUSED)
    await update(101.0)
    await move(started, RUNNING)
    await settle(DeliveryState.SENT)
    await update(500.0)

    assert "under way" in shown.texts[-1]
    assert "a second" not in shown.texts[-1]


async def test_a_pause_is_shown_at_once_with_its_reason(started, update, shown, move):
    await update(100.0)
    await move(started, PAUSED, "can not parse it")
    await update(100.1)

    assert "Broadcast 1: paused" in shown.texts[1]
    assert "Telegram says: can not parse it" in shown.texts[1]


async def test_an_outage_is_shown_with_its_start(started, update, tracker, shown):
    tracker.silent_since = lambda: dt.datetime(2026, 3, 1, 12, 34, tzinfo=dt.UTC).timestamp()
    await update(100.0)
    tracker.silent_since = lambda: None
    await update(110.0)

    assert "Telegram has not answered since 1 March 2026 at 12:34 (UTC time)" in shown.texts[0]
    assert "not answered" not in shown.texts[1]


async def test_a_progress_message_that_was_deleted_is_sent_again_and_its_id_remembered(
    db, harness, messenger, place, started, update
):
    await sending.delete_messages(messenger, ADMIN, [place])
    await update(100.0)
    (message,) = harness.said(ADMIN)

    assert message["message_id"] != place
    assert "Broadcast 1: under way" in message["text"]
    async with connect.reading(db) as connection:
        progress_id = (await connection.execute(select(tables.broadcasts.c.progress_id))).scalar_one()
        assert progress_id == message["message_id"]


@pytest.mark.parametrize(("state", "says"), [(MessageState.SCHEDULED, "scheduled"), (MessageState.MISSED, "missed")])
async def test_a_scheduled_message_is_shown_once(db, place, update, shown, state, says):
    async with connect.writing(db) as transaction:
        outbox_id = await records.create_draft(transaction, ADMIN, ADMIN, {"en": Message("x")}, 1.0)
        await records.set_progress_message(transaction, outbox_id, place)
    await update(90.0)
    assert shown.tries == 0

    async with connect.writing(db) as transaction:
        await messages.schedule(transaction, outbox_id, 9000.0)
        await messages.change_state(transaction, outbox_id, state, only_from=[MessageState.SCHEDULED])
    await update(100.0, 110.0, 120.0)

    assert [f"Broadcast 1: {says}" in text for text in shown.texts] == [True]
    assert "1 January 1970 at 02:30 (UTC time)" in shown.texts[0]


async def test_a_clock_that_was_set_back_does_not_stop_it(started, update, shown, settle):
    await update(100_000.0)
    await settle(DeliveryState.SENT)
    await update(100.0)

    assert len(shown.texts) == 2
