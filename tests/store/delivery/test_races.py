"""Concurrent transactions: PostgreSQL has many writers, SQLite one at a time."""

import asyncio

import pytest

from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import leases, messages, outbox
from outreachbot.store.delivery import queueing as delivery_queueing
from outreachbot.store.delivery.outbox import Settled
from outreachbot.store.reminders import plans
from tests.support.transactions import transact

BODIES = {"en": Message("hello")}
at_once = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)  # the database that `db` is then


async def claim(db, sender, limit=3):
    return [delivery.chat_id for delivery in await transact(db, outbox.claim, sender, limit, 5.0)]


@at_once
async def test_two_claims_at_once_never_overlap(db, subscribe, deliver):
    """Both transactions are open at the same time; the second does not wait for the first."""
    await subscribe(*range(10))
    await deliver(dict.fromkeys(range(10), DeliveryState.QUEUED))
    async with connect.writing(db) as first, connect.writing(db) as second, asyncio.timeout(5):
        mine = await outbox.claim(first, 1, 4, 5.0)
        theirs = await outbox.claim(second, 2, 4, 5.0)
        rest = await outbox.claim(first, 1, 4, 5.0)

    assert [delivery.chat_id for delivery in (*mine, *theirs, *rest)] == list(range(10))


@at_once
async def test_a_claim_passes_over_what_a_stop_is_about_to_skip(db, subscribe, deliver, states):
    await subscribe(1, 2)
    outbox_id = await deliver({1: DeliveryState.QUEUED, 2: DeliveryState.QUEUED})
    async with connect.writing(db) as stopping, asyncio.timeout(5):
        await messages.stop(stopping, outbox_id, 6.0)
        assert await claim(db, 1) == []

    assert set((await states(outbox_id)).values()) == {DeliveryState.SKIPPED}


async def test_many_senders_at_once_claim_everything_once(empty_database_url):
    async with (
        connect.open_database(empty_database_url) as main,
        connect.open_database(empty_database_url, exclusive=False) as extra,
    ):
        for chat_id in range(40):
            await transact(main, chats.subscribe, chat_id, kind="private", language="en", topic_id=None, now=1.0)
        outbox_id = await transact(main, records.create_draft, 1, 1, BODIES, 1.0)
        await transact(main, messages.start, outbox_id, 2.0)
        await transact(main, queue_whole)
        claims = await asyncio.gather(*(claim(db, number) for db in (main, extra) for number in range(8)))
        claims.append(await claim(main, 9))

        assert sorted(chat_id for part in claims for chat_id in part) == list(range(40))


async def queue_whole(transaction):
    (message,) = await delivery_queueing.list_queueing(transaction, 1)
    await delivery_queueing.queue_next_piece(transaction, message)


async def test_a_key_that_two_write_at_once_is_written_once(db):
    written = await asyncio.gather(
        *(transact(db, messages.create, MessageKind.REMINDER, BODIES, 1.0, key="a") for _ in range(5))
    )

    assert sorted(outbox_id is None for outbox_id in written) == [False, True, True, True, True]


async def test_only_one_of_two_concurrent_presses_changes_the_state(db, deliver):
    outbox_id = await deliver({})
    move = {"only_from": [MessageState.RUNNING]}
    moved = await asyncio.gather(
        *(transact(db, messages.change_state, outbox_id, MessageState.PAUSED, **move) for _ in range(4))
    )

    assert sorted(moved) == [False, False, False, True]


async def test_a_draft_that_two_confirm_at_once_starts_once(db):
    outbox_id = await transact(db, records.create_draft, 11, 5, BODIES, 1.0)
    started = await asyncio.gather(*(transact(db, messages.start, outbox_id, 2.0) for _ in range(4)))

    assert sorted(started) == [False, False, False, True]


@at_once
async def test_a_stop_waits_for_deliveries_being_requeued(db, deliver, states, sender, until_blocked):
    outbox_id = await deliver({1: DeliveryState.SENDING})
    async with connect.writing(db) as settling:
        await outbox.settle(settling, sender, [Settled(outbox_id, 1, DeliveryState.QUEUED)], 6.0)
        stopping = asyncio.create_task(transact(db, messages.stop, outbox_id, 7.0))
        await until_blocked(stopping)

    assert await stopping is True
    assert await states(outbox_id) == {1: DeliveryState.SKIPPED}


@at_once
async def test_requeueing_waits_for_a_stop_in_progress(db, deliver, states, sender, until_blocked):
    outbox_id = await deliver({1: DeliveryState.SENDING})
    async with connect.writing(db) as stopping:
        await messages.stop(stopping, outbox_id, 6.0)
        unsent = [Settled(outbox_id, 1, DeliveryState.QUEUED)]
        settling = asyncio.create_task(transact(db, outbox.settle, sender, unsent, 7.0))
        await until_blocked(settling)
    await settling

    assert await states(outbox_id) == {1: DeliveryState.SKIPPED}


@at_once
async def test_a_stop_also_skips_rejections_being_requeued(db, deliver, states, until_blocked):
    outbox_id = await deliver({1: DeliveryState.FAILED}, reason=Reason.TEMPLATE)
    await transact(db, messages.pause, outbox_id, "can't parse entities")
    async with connect.writing(db) as breaking:
        await outbox.requeue_rejected(breaking, outbox_id)
        stopping = asyncio.create_task(transact(db, messages.stop, outbox_id, 7.0))
        await until_blocked(stopping)

    assert await stopping is True
    assert await states(outbox_id) == {1: DeliveryState.SKIPPED}


@at_once
async def test_a_stop_also_skips_a_piece_being_queued(db, subscribe, confirm, states, until_blocked):
    await subscribe(1, 2)
    outbox_id = await confirm()
    async with connect.writing(db) as queueing:
        await queue_whole(queueing)
        stopping = asyncio.create_task(transact(db, messages.stop, outbox_id, 7.0))
        await until_blocked(stopping)

    assert await stopping is True
    assert await states(outbox_id) == {1: DeliveryState.SKIPPED, 2: DeliveryState.SKIPPED}


@at_once
async def test_sending_again_waits_for_a_stop_in_progress(db, deliver, states, until_blocked):
    outbox_id = await deliver({1: DeliveryState.UNCERTAIN})
    async with connect.writing(db) as stopping:
        await messages.stop(stopping, outbox_id, 6.0)
        again = asyncio.create_task(transact(db, messages.queue_again, outbox_id, DeliveryState.UNCERTAIN, 7.0))
        await until_blocked(again)

    assert await again == 0
    assert await states(outbox_id) == {1: DeliveryState.UNCERTAIN}


@at_once
async def test_a_message_is_not_finished_while_an_admin_sends_some_again(db, deliver, state, until_blocked):
    outbox_id = await deliver({1: DeliveryState.UNCERTAIN, 2: DeliveryState.SENT})
    async with connect.writing(db) as pressing:
        await messages.queue_again(pressing, outbox_id, DeliveryState.UNCERTAIN, 6.0)
        finishing = asyncio.create_task(transact(db, messages.finish_completed, 7.0))
        await until_blocked(finishing)

    assert await finishing == []
    assert await state(outbox_id) == MessageState.RUNNING


@at_once
async def test_two_senders_that_requeue_deliveries_can_both_pause_the_message(db, deliver, state, until_blocked):
    """Each would wait for the other for ever if both could lock the message and then both wanted to change it."""
    outbox_id = await deliver({1: DeliveryState.SENDING, 2: DeliveryState.SENDING})
    async with connect.writing(db) as first:
        await outbox.settle(first, 1, [Settled(outbox_id, 1, DeliveryState.QUEUED)], 6.0)

        async def other():
            async with connect.writing(db) as second:
                await outbox.settle(second, 2, [Settled(outbox_id, 2, DeliveryState.QUEUED)], 6.0)
                await messages.pause(second, outbox_id, "can't parse entities")

        second = asyncio.create_task(other())
        await until_blocked(second)
        await messages.pause(first, outbox_id, "can't parse entities")
    await second

    assert await state(outbox_id) == MessageState.PAUSED


@at_once
async def test_a_group_that_moves_while_a_piece_is_queued_is_not_forgotten(
    db, subscribe, confirm, queue, monkeypatch, until_blocked, states
):
    """Its new id lies in the piece that another transaction is queueing, its old one behind it."""
    monkeypatch.setattr(delivery_queueing, "PIECE", 2)
    await subscribe(-30, -20, -5, 7, kind="group")
    outbox_id = await confirm()
    async with connect.writing(db) as queueing:
        (message,) = await delivery_queueing.list_queueing(queueing, 1)
        await delivery_queueing.queue_next_piece(queueing, message)
        moving = asyncio.create_task(transact(db, chats.migrate, -5, -25))
        await until_blocked(moving)
    await moving
    await queue()

    assert set(await states(outbox_id)) == {-30, -25, -20, 7}


@at_once
async def test_a_lease_renewed_in_time_is_not_taken_for_expired(db, deliver, states, sender, until_blocked):
    outbox_id = await deliver({1: DeliveryState.SENDING})
    over = 1.0 + leases.SECONDS
    async with connect.writing(db) as renewing:
        await leases.renew(renewing, sender, over)
        recovering = asyncio.create_task(transact(db, leases.recover, over))
        await until_blocked(recovering)
    await recovering
    await transact(db, outbox.settle, sender, [Settled(outbox_id, 1, DeliveryState.SENT, telegram_id=9)], over)

    assert await states(outbox_id) == {1: DeliveryState.SENT}


@at_once
async def test_of_two_admins_who_consent_at_the_same_moment_the_second_counts_both(db, until_blocked):
    outbox_id = await transact(db, records.create_draft, 11, 5, BODIES, 1.0)

    async def consent(transaction, admin_id):
        await records.lock(transaction, outbox_id)
        return await records.add_consent(transaction, outbox_id, admin_id)

    async with connect.writing(db) as first:
        assert await consent(first, 22) == 1
        second = asyncio.create_task(transact(db, consent, 33))
        await until_blocked(second)
        assert not second.done()

    assert await second == 2


@at_once
async def test_planning_and_changing_settings_wait_for_each_other(db, until_blocked):
    async with connect.writing(db) as planning:
        await plans.lock_planning(planning)
        changing = asyncio.create_task(transact(db, plans.lock_planning))
        await until_blocked(changing)
        assert not changing.done()
    await changing
