"""A delivery is queued for each chat of the audience, piece by piece, whatever happens in between."""

import pytest
from sqlalchemy import select

from outreachbot.domain.delivery.states import JOBS, DeliveryState, MessageKind, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.domain.reminders.audience import ReminderAudience
from outreachbot.store import chats
from outreachbot.store import tables as t
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages, outbox
from outreachbot.store.delivery import queueing as delivery_queueing
from tests.support.transactions import queue_piece, transact

BODIES = {"en": Message("hello")}


async def rows(db, outbox_id):
    """chat -> (state, reason, not_before)."""
    columns = (t.deliveries.c.chat_id, t.deliveries.c.state, t.deliveries.c.reason, t.deliveries.c.not_before)
    async with connect.reading(db) as connection:
        found = await connection.execute(select(*columns).where(t.deliveries.c.message_id == outbox_id))
        return {chat_id: tuple(rest) for chat_id, *rest in found}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(delivery_queueing, "PIECE", 2)


async def test_an_unconfirmed_message_is_not_queued(db, subscribe, queue):
    await subscribe(1)
    await transact(db, messages.create, MessageKind.BROADCAST, BODIES, 1.0)

    assert await transact(db, delivery_queueing.list_queueing, 1) == []
    assert await queue() == []


@pytest.mark.parametrize(
    ("number", "pieces"), [(0, [0]), (1, [1]), (2, [2, 0]), (3, [2, 1]), (4, [2, 2, 0]), (5, [2, 2, 1])]
)
async def test_an_audience_is_queued_in_pieces_each_chat_once(subscribe, confirm, queue, states, number, pieces):
    chat_ids = [-1003, -5, 2, 7, 2**40][:number]
    await subscribe(*chat_ids)
    outbox_id = await confirm()

    assert await queue() == pieces
    assert await states(outbox_id) == dict.fromkeys(chat_ids, DeliveryState.QUEUED)
    assert await queue() == []


async def test_a_reminder_is_queued_as_soon_as_it_is_written(db, subscribe, queue, states):
    await subscribe(1, 2, 3)
    outbox_id = await transact(
        db, messages.create, MessageKind.REMINDER, BODIES, 1.0, key="a", audience=ReminderAudience(5.0)
    )

    assert await queue() == [2, 1]
    assert set(await states(outbox_id)) == {1, 2, 3}


async def test_the_oldest_message_is_queued_first(db, subscribe, confirm, queue, states):
    await subscribe(1, 2, 3)
    first, second = await confirm(), await confirm()
    await transact(db, queue_piece)
    await transact(db, queue_piece)

    assert (len(await states(first)), len(await states(second))) == (3, 0)
    await queue()
    assert len(await states(second)) == 3


async def test_a_crash_in_a_piece_loses_nothing_and_doubles_nothing(db, subscribe, confirm, queue, states):
    await subscribe(*range(7))
    outbox_id = await confirm()

    async def crash():
        async with connect.writing(db) as transaction:
            await queue_piece(transaction)
            raise ZeroDivisionError

    for done in (0, 2, 4, 6):
        with pytest.raises(ZeroDivisionError):
            await crash()
        assert len(await states(outbox_id)) == done
        await transact(db, queue_piece)
    assert await queue() == []
    assert set(await states(outbox_id)) == set(range(7))


async def test_queued_deliveries_are_sent_while_the_rest_is_queued(db, subscribe, confirm, queue, states, sender):
    await subscribe(1, 2, 3)
    outbox_id = await confirm()
    await transact(db, queue_piece)
    claimed = await transact(db, outbox.claim, sender, 10, 5.0)
    sent = [
        outbox.Settled(delivery.outbox_id, delivery.chat_id, DeliveryState.SENT, telegram_id=9) for delivery in claimed
    ]
    await transact(db, outbox.settle, sender, sent, 5.0)
    assert await transact(db, messages.finish_completed, 5.0) == []
    await queue()

    assert await states(outbox_id) == {1: DeliveryState.SENT, 2: DeliveryState.SENT, 3: DeliveryState.QUEUED}


async def test_chats_that_leave_or_join_between_two_pieces(db, subscribe, confirm, queue, states):
    """A chat behind the piece comes too late, a chat before it in time, as at any other moment."""
    await subscribe(2, 4, 6, 8)
    outbox_id = await confirm()
    await transact(db, queue_piece)
    await transact(db, chats.unsubscribe, 6)
    await subscribe(1, 9)
    await queue()

    assert set(await states(outbox_id)) == {2, 4, 8, 9}


@pytest.mark.parametrize("stopped_after", [0, 1, 2])
async def test_of_a_message_that_is_stopped_in_between_the_rest_is_accounted_for(
    db, subscribe, confirm, queue, stopped_after
):
    await subscribe(*range(5))
    outbox_id = await confirm()
    for _ in range(stopped_after):
        await transact(db, queue_piece)
    await transact(db, messages.stop, outbox_id, 6.0)
    await queue()

    assert await rows(db, outbox_id) == dict.fromkeys(range(5), (DeliveryState.SKIPPED, Reason.CANCELLED, 0.0))


async def test_a_paused_message_is_queued_on(db, subscribe, confirm, queue, states):
    await subscribe(1, 2, 3)
    outbox_id = await confirm()
    await transact(db, messages.pause, outbox_id, "why")
    await queue()

    assert len(await states(outbox_id)) == 3


async def test_each_zone_gets_its_wave_and_skipped_chats_have_a_row_too(db, subscribe, confirm, queue):
    await subscribe(1, 2, zone="Asia/Tokyo")
    await subscribe(3, zone="Europe/Paris")
    await subscribe(4, 5)
    outbox_id = await confirm()
    await queue({"Asia/Tokyo": None, "Europe/Paris": 300.0, "Asia/Baku": 200.0}, "Asia/Baku")

    assert await rows(db, outbox_id) == {
        1: (DeliveryState.SKIPPED, Reason.LATE, 0.0),
        2: (DeliveryState.SKIPPED, Reason.LATE, 0.0),
        3: (DeliveryState.QUEUED, None, 300.0),
        4: (DeliveryState.QUEUED, None, 200.0),
        5: (DeliveryState.QUEUED, None, 200.0),
    }
    assert [delivery.chat_id for delivery in await transact(db, outbox.claim, 1, 10, 200.0)] == [4, 5]
    assert [delivery.chat_id for delivery in await transact(db, outbox.claim, 1, 10, 300.0)] == [3]


async def test_a_wave_may_leave_out_everybody(db, subscribe, confirm, queue, states):
    await subscribe(1)
    await subscribe(2, zone="Asia/Tokyo")
    outbox_id = await confirm()
    await queue({"Asia/Tokyo": None, "Asia/Baku": None}, "Asia/Baku")

    assert await states(outbox_id) == {1: DeliveryState.SKIPPED, 2: DeliveryState.SKIPPED}
    assert await transact(db, messages.finish_completed, 9.0) == [outbox_id]


async def test_a_stop_takes_the_waves_with_it(db, subscribe, confirm, queue):
    await subscribe(1, zone="Asia/Tokyo")
    outbox_id = await confirm()
    await transact(db, messages.stop, outbox_id, 6.0)
    await queue({"Asia/Tokyo": 300.0}, "Asia/Baku")

    assert await rows(db, outbox_id) == {1: (DeliveryState.SKIPPED, Reason.CANCELLED, 0.0)}


@pytest.mark.parametrize("kind", sorted(JOBS))
async def test_a_job_goes_to_every_copy_that_surely_arrived(db, deliver, confirm, queue, kind):
    """Whoever left meanwhile has a copy all the same; who never got one needs none."""
    album = {"telegram_id": 70, "more_ids": [71, 72]}
    of_id = await deliver({-5: DeliveryState.SENT} | dict(enumerate(DeliveryState)), **album)
    await deliver({9: DeliveryState.SENT}, **album)
    job = await confirm(kind=kind, of_id=of_id)
    await queue()
    claimed = await transact(db, outbox.claim, 1, 10, 5.0)

    sent = list(DeliveryState).index(DeliveryState.SENT)
    expected = [(job, -5, (70, 71, 72)), (job, sent, (70, 71, 72))]
    assert [
        (delivery.outbox_id, delivery.chat_id, delivery.copy_ids) for delivery in claimed if delivery.kind is kind
    ] == expected


async def test_a_copy_whose_id_nobody_knows_cannot_be_changed(deliver, confirm, queue, states):
    job = await confirm(kind=MessageKind.DELETION, of_id=await deliver({1: DeliveryState.SENT, 2: DeliveryState.SENT}))
    await queue()

    assert await states(job) == {}
