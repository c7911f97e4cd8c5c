"""The report at the end: at once, once, also after a restart, and again after every new end."""

from outreachbot.domain.delivery.states import DeliveryState, MessageState
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages, outbox
from outreachbot.store.delivery.outbox import Settled
from outreachbot.workers import progress
from outreachbot.workers.progress import ProgressTracker
from tests.support.harness import ADMIN


async def test_a_failed_update_is_retried_only_after_a_while(started, update, shown, refuse):
    refuse("editMessageText", ADMIN, times=2)
    await update(*(100.0 + second for second in range(13)))

    assert shown.tries == 3
    assert len(shown.texts) == 1


async def test_a_report_that_could_not_be_shown_is_shown_later(started, update, shown, refuse, settle):
    refuse("editMessageText", ADMIN, times=1)
    await settle(DeliveryState.SENT, DeliveryState.SENT, DeliveryState.SENT)
    await update(*(100.0 + second for second in range(20)))

    assert shown.tries == 2
    assert ["Broadcast 1: finished" in text for text in shown.texts] == [True]


async def test_the_report_comes_at_once_and_once(started, update, tracker, shown, settle):
    await update(100.0)
    await settle(DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED)
    await update(100.1, 100.1, 100.1)

    assert len(shown.texts) == shown.tries == 2
    assert "Broadcast 1: finished" in shown.texts[1]
    assert "= 3 chats" in shown.texts[1]
    assert "1 × the member blocked the bot" in shown.texts[1]
    assert shown.texts[1].endswith("\n2")
    assert tracker.shown == {}


async def test_a_report_is_shown_after_a_restart(context, started, update, shown, settle):
    await update(100.0)
    await settle(DeliveryState.SENT, DeliveryState.SENT, DeliveryState.SENT)
    await progress.update_progress(context, ProgressTracker())

    assert ["finished" in text for text in shown.texts] == [False, True]


async def test_a_message_sent_again_to_some_is_shown_and_reported_again(db, started, update, shown, settle):
    await settle(DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.SENT)
    await update(100.0)
    async with connect.writing(db) as transaction:
        assert await messages.queue_again(transaction, started, DeliveryState.UNCERTAIN, 9.0) == 1
        await records.mark_unreported(transaction, started)
    await update(101.0)
    await settle(DeliveryState.SENT)
    await update(102.0)

    assert [text.splitlines()[0].split(": ")[1] for text in shown.texts] == [
        "finished</b>",
        "under way</b>",
        "finished</b>",
    ]
    assert "sent: <b>3</b>" in shown.texts[-1]


async def test_a_stopped_message_is_reported_and_then_left(started, update, tracker, shown, move):
    await move(started, MessageState.CANCELLED)
    await update(100.0, 110.0)

    assert ["Broadcast 1: stopped" in text for text in shown.texts] == [True]
    assert tracker.shown == {}


async def test_a_stopped_message_is_reported_once_all_requests_have_completed(
    db, started, update, tracker, shown, move
):
    async with connect.writing(db) as transaction:
        (claimed,) = await outbox.claim(transaction, 1, 1, 3.0)
    await move(started, MessageState.CANCELLED)
    await update(100.0)
    async with connect.writing(db) as transaction:
        await outbox.settle(transaction, 1, [Settled(started, claimed.chat_id, DeliveryState.SENT)], 4.0)
    await update(101.0)

    assert "still to send: <b>1</b>" in shown.texts[0]
    assert "sent: <b>1</b>" in shown.texts[1]
    assert tracker.shown == {}
