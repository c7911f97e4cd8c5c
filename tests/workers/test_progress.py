"""The progress message: one, not too often, and at last the report."""

import pytest

from outreachbot.domain.delivery import MessageState, Reason, State
from outreachbot.domain.message import Message
from outreachbot.store import broadcasts, connect, outbox
from outreachbot.store.outbox import Settled
from outreachbot.workers import progress
from outreachbot.workers.progress import EDIT_SECONDS, Screen

ADMIN, PLACE = 22, 77


class Shown(list):
    """What is shown, one text after the other; fails as often as told."""

    failures = 0

    async def __call__(self, message, chat_id, message_id):
        assert (chat_id, message_id) == (ADMIN, PLACE)
        if self.failures:
            self.failures -= 1
            return None
        self.append(message.text)
        return PLACE


@pytest.fixture
async def started(db, subscribe):
    """A broadcast to three chats that has just been confirmed; its id."""
    await subscribe(1, 2, 3)
    async with connect.writing(db) as transaction:
        message_id = await broadcasts.draft(transaction, ADMIN, ADMIN, {"en": Message("hello")}, 1.0)
        await outbox.start(transaction, message_id, 2.0)
        await broadcasts.show_progress_in(transaction, message_id, PLACE)
    return message_id


async def settle(db, message_id, *states):
    """Send to the chats 1, 2, … with these ends."""
    async with connect.writing(db) as transaction:
        await outbox.claim(transaction, len(states), 3.0)
        reasons = {State.UNCERTAIN: Reason.NO_ANSWER, State.FAILED: Reason.BLOCKED}
        ends = [Settled(message_id, at, state, reasons.get(state)) for at, state in enumerate(states, start=1)]
        await outbox.settle(transaction, ends, 4.0)
        await outbox.finish(transaction, 5.0)


async def test_it_is_shown_at_once_and_then_now_and_then(db, started):
    shown = Shown()
    screen = Screen(shown, "en", ())
    await progress.step(db, screen, 100.0)
    await settle(db, started, State.SENT)
    await progress.step(db, screen, 100.0 + EDIT_SECONDS / 2)
    assert len(shown) == 1

    await progress.step(db, screen, 100.0 + EDIT_SECONDS)
    await progress.step(db, screen, 100.0 + EDIT_SECONDS * 1.5)

    assert len(shown) == 2
    assert "1 / 3" in shown[1]


async def test_what_has_not_changed_is_not_shown_again(db, started):
    shown = Shown()
    screen = Screen(shown, "en", ())
    for now in (100.0, 110.0, 120.0, 130.0):
        await progress.step(db, screen, now)

    assert len(shown) == 1


async def test_the_report_comes_at_once_and_once(db, started):
    shown = Shown()
    screen = Screen(shown, "en", ())
    await progress.step(db, screen, 100.0)
    await settle(db, started, State.SENT, State.UNCERTAIN, State.FAILED)
    for _ in range(3):
        await progress.step(db, screen, 100.1)

    assert len(shown) == 2
    assert "Broadcast finished" in shown[1]
    assert "= 3 chats" in shown[1]
    assert "1 × the member blocked the bot" in shown[1]
    assert shown[1].endswith("\n2")
    assert screen.shown == {}


async def test_a_report_that_could_not_be_shown_is_shown_later(db, started):
    shown = Shown()
    shown.failures = 2
    screen = Screen(shown, "en", ())
    await settle(db, started, State.SENT, State.SENT, State.SENT)
    for now in (100.0, 101.0, 102.0, 103.0):
        await progress.step(db, screen, now)

    assert len(shown) == 1


async def test_a_report_is_shown_after_a_restart(db, started):
    await progress.step(db, Screen(Shown(), "en", ()), 100.0)
    await settle(db, started, State.SENT, State.SENT, State.SENT)
    shown = Shown()
    await progress.step(db, Screen(shown, "en", ()), 200.0)

    assert ["Broadcast finished" in text for text in shown] == [True]


async def test_a_pause_is_shown_with_its_reason(db, started):
    shown = Shown()
    async with connect.writing(db) as transaction:
        await outbox.pause(transaction, started, "can not parse it")
    screen = Screen(shown, "en", ())
    for now in (100.0, 110.0):
        await progress.step(db, screen, now)

    assert "Broadcast paused" in shown[0]
    assert "can not parse it" in shown[0]


async def test_a_cancelled_one_is_reported_and_left(db, started):
    shown = Shown()
    async with connect.writing(db) as transaction:
        await outbox.move(transaction, started, MessageState.CANCELLED, only_from=[MessageState.RUNNING])
    screen = Screen(shown, "en", ())
    for now in (100.0, 110.0):
        await progress.step(db, screen, now)

    assert ["Broadcast cancelled" in text for text in shown] == [True]


async def test_a_clock_that_was_set_back_does_not_stop_it(db, started):
    shown = Shown()
    screen = Screen(shown, "en", ())
    await progress.step(db, screen, 100_000.0)
    await progress.step(db, screen, 100.0)

    assert len(shown) == 1
