"""The report at the end: at once, once, also after a restart, and as often as there is an end."""

from outreachbot.domain.delivery.states import DeliveryState, MessageState
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages, outbox
from outreachbot.store.delivery.outbox import Settled
from outreachbot.workers import progress
from outreachbot.workers.progress import Screen


async def test_what_could_not_be_shown_is_tried_again_only_after_a_while(db, started, screen, shown):
    shown.failures = 2
    for second in range(13):
        await progress.update_progress(db, screen, 100.0 + second)

    assert shown.tries == 3
    assert len(shown) == 1


async def test_a_report_that_could_not_be_shown_is_shown_later(db, started, screen, shown, settle):
    shown.failures = 1
    await settle(DeliveryState.SENT, DeliveryState.SENT, DeliveryState.SENT)
    for second in range(20):
        await progress.update_progress(db, screen, 100.0 + second)

    assert shown.tries == 2
    assert ["Broadcast 1: finished" in text for text in shown] == [True]


async def test_the_report_comes_at_once_and_once(db, started, screen, shown, settle):
    await progress.update_progress(db, screen, 100.0)
    await settle(DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED)
    for _ in range(3):
        await progress.update_progress(db, screen, 100.1)

    assert len(shown) == 2
    assert "Broadcast 1: finished" in shown[1]
    assert "= 3 chats" in shown[1]
    assert "1 × the member blocked the bot" in shown[1]
    assert shown[1].endswith("\n2")
    assert screen.shown == {}


async def test_a_report_is_shown_after_a_restart(db, started, screen, shown, look, settle):
    await progress.update_progress(db, screen, 100.0)
    await settle(DeliveryState.SENT, DeliveryState.SENT, DeliveryState.SENT)
    await progress.update_progress(db, Screen(shown, look, "en", ()), 200.0)

    assert ["finished" in text for text in shown] == [False, True]


async def test_what_is_sent_to_some_again_is_shown_again_and_has_a_report_again(db, started, screen, shown, settle):
    await settle(DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.SENT)
    await progress.update_progress(db, screen, 100.0)
    async with connect.writing(db) as transaction:
        assert await messages.queue_again(transaction, started, DeliveryState.UNCERTAIN, 9.0) == 1
        await records.mark_unreported(transaction, started)
    await progress.update_progress(db, screen, 101.0)
    await settle(DeliveryState.SENT)
    await progress.update_progress(db, screen, 102.0)

    assert [text.splitlines()[0].split(": ")[1] for text in shown] == [
        "finished</b>",
        "under way</b>",
        "finished</b>",
    ]
    assert "sent: <b>3</b>" in shown[-1]


async def test_a_stopped_one_is_reported_and_left(db, started, screen, shown, move):
    await move(started, MessageState.CANCELLED)
    for now in (100.0, 110.0):
        await progress.update_progress(db, screen, now)

    assert ["Broadcast 1: stopped" in text for text in shown] == [True]
    assert screen.shown == {}


async def test_a_stopped_one_is_reported_when_what_was_in_the_air_has_landed(db, started, screen, shown, move):
    async with connect.writing(db) as transaction:
        (flying,) = await outbox.claim(transaction, 1, 1, 3.0)
    await move(started, MessageState.CANCELLED)
    await progress.update_progress(db, screen, 100.0)
    async with connect.writing(db) as transaction:
        await outbox.settle(transaction, 1, [Settled(started, flying.chat_id, DeliveryState.SENT)], 4.0)
    await progress.update_progress(db, screen, 101.0)

    assert "still to send: <b>1</b>" in shown[0]
    assert "sent: <b>1</b>" in shown[1]
    assert screen.shown == {}
