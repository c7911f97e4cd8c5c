"""The progress message: one, not too often, with how fast it goes and what keeps it."""

import datetime as dt

import pytest
from sqlalchemy import select

from outreachbot.domain.delivery.states import DeliveryState, MessageState
from outreachbot.domain.messages.message import Message
from outreachbot.store import tables
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.workers import progress
from outreachbot.workers.progress import EDIT_SECONDS, PAUSED_SECONDS

ADMIN, PLACE = 22, 77
RUNNING, PAUSED = MessageState.RUNNING, MessageState.PAUSED


async def test_it_is_shown_at_once_and_then_now_and_then(db, started, screen, shown, settle):
    await progress.update_progress(db, screen, 100.0)
    await settle(DeliveryState.SENT)
    await progress.update_progress(db, screen, 100.0 + EDIT_SECONDS / 2)
    assert len(shown) == 1

    await progress.update_progress(db, screen, 100.0 + EDIT_SECONDS)
    await progress.update_progress(db, screen, 100.0 + EDIT_SECONDS * 1.5)

    assert len(shown) == 2
    assert "1 / 3" in shown[1]


async def test_what_has_not_changed_is_not_shown_again(db, started, screen, shown):
    for now in (100.0, 110.0, 120.0, 130.0):
        await progress.update_progress(db, screen, now)

    assert len(shown) == 1


@pytest.mark.parametrize(("state", "seconds"), [(RUNNING, EDIT_SECONDS), (PAUSED, PAUSED_SECONDS)])
async def test_nor_is_it_counted_more_often_than_it_would_be_shown(db, started, screen, look, move, state, seconds):
    """Counting a million deliveries takes a while, and what waits may wait for a week."""
    await move(started, state)
    for second in range(301):
        await progress.update_progress(db, screen, 100.0 + second)

    assert look.times == 1 + 300 / seconds


async def test_how_fast_it_goes_is_what_was_done_since_the_last_look(db, subscribe, started, screen, shown, settle):
    await progress.update_progress(db, screen, 100.0)
    await settle(DeliveryState.SENT)
    await progress.update_progress(db, screen, 110.0)
    await settle(DeliveryState.FAILED)
    await progress.update_progress(db, screen, 115.0)

    assert ["a second" in text for text in shown] == [False, True, True]
    assert "0.1 a second, about 20 seconds left" in shown[1]
    assert "0.2 a second, about 5 seconds left" in shown[2]


@pytest.mark.parametrize("until", [50.0, 100.5])
async def test_a_clock_that_jumped_or_stood_says_nothing_about_how_fast_it_goes(
    db, started, screen, shown, settle, until
):
    await progress.update_progress(db, screen, 100.0)
    await settle(DeliveryState.SENT)
    screen.shown[started] = progress.Shown(100.0, PAUSED, 0, None)  # shown as something else: so it looks at once
    await progress.update_progress(db, screen, until + EDIT_SECONDS)
    await progress.update_progress(db, screen, until)

    assert not any("a second" in text for text in shown)


async def test_a_pause_does_not_count_as_slowness(db, started, screen, shown, settle, move):
    await progress.update_progress(db, screen, 100.0)
    await move(started, PAUSED)
    await progress.update_progress(db, screen, 101.0)
    await move(started, RUNNING)
    await settle(DeliveryState.SENT)
    await progress.update_progress(db, screen, 500.0)

    assert "under way" in shown[-1]
    assert "a second" not in shown[-1]


async def test_a_pause_is_shown_at_once_with_its_reason(db, started, screen, shown, move):
    await progress.update_progress(db, screen, 100.0)
    await move(started, PAUSED, "can not parse it")
    await progress.update_progress(db, screen, 100.1)

    assert "Broadcast 1: paused" in shown[1]
    assert "Telegram says: can not parse it" in shown[1]


async def test_that_telegram_does_not_answer_is_shown_with_since_when(db, started, screen, shown):
    screen.silent_since = lambda: dt.datetime(2026, 3, 1, 12, 34, tzinfo=dt.UTC).timestamp()
    await progress.update_progress(db, screen, 100.0)
    screen.silent_since = lambda: None
    await progress.update_progress(db, screen, 110.0)

    assert "Telegram has not answered since 1 March 2026 at 12:34 (UTC time)" in shown[0]
    assert "not answered" not in shown[1]


async def test_where_it_stands_now_is_remembered(db, started, screen, shown):
    shown.place = PLACE + 5
    await progress.update_progress(db, screen, 100.0)
    async with connect.reading(db) as connection:
        assert (await connection.execute(select(tables.broadcasts.c.progress_id))).scalar_one() == PLACE + 5


@pytest.mark.parametrize(("state", "says"), [(MessageState.SCHEDULED, "scheduled"), (MessageState.MISSED, "missed")])
async def test_what_waits_for_its_moment_is_shown_once(db, screen, shown, state, says):
    async with connect.writing(db) as transaction:
        message_id = await records.create_draft(transaction, ADMIN, ADMIN, {"en": Message("x")}, 1.0)
        await records.set_progress_message(transaction, message_id, PLACE)
    await progress.update_progress(db, screen, 90.0)
    assert shown == []

    async with connect.writing(db) as transaction:
        await messages.schedule(transaction, message_id, 9000.0)
        await messages.change_state(transaction, message_id, state, only_from=[MessageState.SCHEDULED])
    for now in (100.0, 110.0, 120.0):
        await progress.update_progress(db, screen, now)

    assert [f"Broadcast 1: {says}" in text for text in shown] == [True]
    assert "1 January 1970 at 02:30 (UTC time)" in shown[0]


async def test_a_clock_that_was_set_back_does_not_stop_it(db, started, screen, shown, settle):
    await progress.update_progress(db, screen, 100_000.0)
    await settle(DeliveryState.SENT)
    await progress.update_progress(db, screen, 100.0)

    assert len(shown) == 2
