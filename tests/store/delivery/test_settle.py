"""Only the sender that claimed a delivery records its outcome."""

import itertools

import pytest
from sqlalchemy import select

from outreachbot.domain.delivery.states import JOBS, DeliveryState, MessageKind, MessageState, Reason
from outreachbot.store import tables as t
from outreachbot.store.database import connect
from outreachbot.store.delivery import leases, messages, outbox
from outreachbot.store.delivery.outbox import Settled
from tests.support.transactions import transact

OVER = 1.0 + leases.SECONDS  # when the lease of `sender` is over
ENDS = [DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.SKIPPED, DeliveryState.QUEUED]


async def settle(db, sender, *results, now=6.0):
    await transact(db, outbox.settle, sender, results, now)


async def delivery(db, outbox_id, chat_id=1):
    where = (t.deliveries.c.message_id == outbox_id) & (t.deliveries.c.chat_id == chat_id)
    async with connect.reading(db) as connection:
        return (await connection.execute(select(t.deliveries).where(where))).one()


async def take_over(db, now=OVER):
    """The sender gave no sign of life: what it was sending is uncertain."""
    await transact(db, leases.recover, now)


async def test_a_deliverys_outcome_is_recorded(db, deliver, sender):
    outbox_id = await deliver({1: DeliveryState.SENDING, 2: DeliveryState.SENDING})
    sent = Settled(outbox_id, 1, DeliveryState.SENT, telegram_id=2**40)
    refused = Settled(outbox_id, 2, DeliveryState.FAILED, Reason.REFUSED, detail="Bad Request: 🕯")
    await settle(db, sender, sent, refused)

    arrived, failed = await delivery(db, outbox_id, 1), await delivery(db, outbox_id, 2)
    assert (arrived.state, arrived.reason, arrived.telegram_id, arrived.changed_at) == (
        DeliveryState.SENT,
        None,
        2**40,
        6.0,
    )
    assert (failed.state, failed.reason, failed.detail) == (DeliveryState.FAILED, Reason.REFUSED, "Bad Request: 🕯")


async def test_an_album_keeps_the_ids_of_all_its_messages(db, deliver, sender):
    outbox_id = await deliver({1: DeliveryState.SENDING, 2: DeliveryState.SENDING})
    album = Settled(outbox_id, 1, DeliveryState.SENT, telegram_id=70, more_ids=(71, 72))
    await settle(db, sender, album, Settled(outbox_id, 2, DeliveryState.SENT, telegram_id=80))

    kept, single = await delivery(db, outbox_id, 1), await delivery(db, outbox_id, 2)
    assert (kept.state, kept.telegram_id, kept.more_ids) == (DeliveryState.SENT, 70, [71, 72])
    assert (single.state, single.telegram_id, single.more_ids) == (DeliveryState.SENT, 80, None)


@pytest.mark.parametrize(("state", "to"), list(itertools.product(DeliveryState, ENDS)))
async def test_only_what_is_being_sent_is_settled(db, deliver, states, sender, state, to):
    outbox_id = await deliver({1: state, 2: DeliveryState.SENDING})
    await settle(db, sender, Settled(outbox_id, 1, to))

    assert await states(outbox_id) == {1: to if state is DeliveryState.SENDING else state, 2: DeliveryState.SENDING}


@pytest.mark.parametrize("to", ENDS)
async def test_a_sender_settles_only_its_own_claims(db, deliver, states, sender, to):
    outbox_id = await deliver({1: DeliveryState.SENDING})
    await settle(db, sender + 1, Settled(outbox_id, 1, to, telegram_id=9))

    assert await states(outbox_id) == {1: DeliveryState.SENDING}
    assert (await delivery(db, outbox_id)).telegram_id is None


async def test_settling_nothing_or_the_unknown_does_no_harm(db, deliver, states, sender):
    outbox_id = await deliver({1: DeliveryState.SENDING})
    await settle(db, sender)
    await settle(db, sender, Settled(outbox_id + 1, 1, DeliveryState.SENT), Settled(outbox_id, 2, DeliveryState.SENT))

    assert await states(outbox_id) == {1: DeliveryState.SENDING}


async def test_a_delivery_that_was_not_sent_is_claimed_again(db, subscribe, deliver, sender):
    await subscribe(1)
    outbox_id = await deliver({1: DeliveryState.SENDING})
    await settle(db, sender, Settled(outbox_id, 1, DeliveryState.QUEUED))

    (claimed,) = await transact(db, outbox.claim, sender + 1, 10, 5.0)
    assert (claimed.outbox_id, claimed.chat_id) == (outbox_id, 1)
    assert (await delivery(db, outbox_id)).sender_id == sender + 1


@pytest.mark.parametrize("more", [(), (71,)])
async def test_a_sender_taken_for_dead_can_still_record_what_arrived(db, deliver, states, sender, more):
    outbox_id = await deliver({1: DeliveryState.SENDING})
    await take_over(db)
    assert await states(outbox_id) == {1: DeliveryState.UNCERTAIN}
    await settle(db, sender, Settled(outbox_id, 1, DeliveryState.SENT, telegram_id=70, more_ids=more))

    known = await delivery(db, outbox_id)
    assert (known.state, known.reason, known.telegram_id, known.more_ids) == (
        DeliveryState.SENT,
        None,
        70,
        list(more) or None,
    )


async def test_a_sender_taken_for_dead_can_still_record_refusals_and_missing_answers(db, deliver, states, sender):
    outbox_id = await deliver({1: DeliveryState.SENDING, 2: DeliveryState.SENDING})
    await take_over(db)
    refused = Settled(outbox_id, 1, DeliveryState.FAILED, Reason.BLOCKED)
    await settle(db, sender, refused, Settled(outbox_id, 2, DeliveryState.UNCERTAIN, Reason.NO_ANSWER))

    assert await states(outbox_id) == {1: DeliveryState.FAILED, 2: DeliveryState.UNCERTAIN}
    assert (await delivery(db, outbox_id, 2)).reason == Reason.NO_ANSWER


async def test_a_sender_taken_for_dead_requeues_nothing_of_a_finished_message(db, deliver, states, sender):
    outbox_id = await deliver({1: DeliveryState.SENDING})
    await take_over(db)
    assert await transact(db, messages.finish_completed, OVER) == [outbox_id]
    await settle(db, sender, Settled(outbox_id, 1, DeliveryState.QUEUED))

    assert await states(outbox_id) == {1: DeliveryState.UNCERTAIN}


async def test_what_it_did_not_send_of_a_stopped_message_is_skipped(db, deliver, states, sender):
    outbox_id = await deliver({1: DeliveryState.SENDING})
    await take_over(db)
    await transact(db, messages.stop, outbox_id, OVER)
    await settle(db, sender, Settled(outbox_id, 1, DeliveryState.QUEUED))

    assert await states(outbox_id) == {1: DeliveryState.SKIPPED}


@pytest.mark.parametrize("to", ENDS)
async def test_it_does_not_touch_deliveries_that_an_admin_sent_again(db, subscribe, deliver, states, sender, to):
    await subscribe(1)
    outbox_id = await deliver({1: DeliveryState.SENDING})
    await take_over(db)
    await transact(db, messages.queue_again, outbox_id, DeliveryState.UNCERTAIN, OVER)
    late = Settled(outbox_id, 1, to, telegram_id=70)
    await settle(db, sender, late)
    assert await states(outbox_id) == {1: DeliveryState.QUEUED}
    await transact(db, outbox.claim, sender + 1, 10, OVER)
    await settle(db, sender, late)
    assert await states(outbox_id) == {1: DeliveryState.SENDING}
    await settle(db, sender + 1, Settled(outbox_id, 1, DeliveryState.UNCERTAIN, Reason.NO_ANSWER))
    await settle(db, sender, late)

    assert await states(outbox_id) == {1: DeliveryState.UNCERTAIN}
    assert (await delivery(db, outbox_id)).telegram_id is None


@pytest.mark.parametrize("kind", sorted(JOBS))
async def test_a_copy_that_was_to_be_changed_keeps_its_id(db, deliver, sender, kind):
    outbox_id = await deliver({1: DeliveryState.SENDING}, kind=kind, telegram_id=70, more_ids=[71])
    await settle(db, sender, Settled(outbox_id, 1, DeliveryState.QUEUED, telegram_id=70, more_ids=(71,)))

    kept = await delivery(db, outbox_id)
    assert (kept.state, kept.telegram_id, kept.more_ids) == (DeliveryState.QUEUED, 70, [71])


async def test_what_comes_back_unsent_of_a_stopped_message_is_skipped(db, deliver, states, sender):
    outbox_id = await deliver({1: DeliveryState.SENDING, 2: DeliveryState.SENDING, 3: DeliveryState.SENDING})
    await transact(db, messages.stop, outbox_id, 6.0)
    await settle(
        db, sender, Settled(outbox_id, 1, DeliveryState.QUEUED), Settled(outbox_id, 2, DeliveryState.SENT), now=7.0
    )

    assert await states(outbox_id) == {1: DeliveryState.SKIPPED, 2: DeliveryState.SENT, 3: DeliveryState.SENDING}
    assert (await delivery(db, outbox_id)).reason == Reason.CANCELLED


async def test_requeued_rejections_keep_their_place_in_the_queue(db, deliver, states):
    wrong = await deliver({1: DeliveryState.FAILED, 2: DeliveryState.SENT}, reason=Reason.TEMPLATE)
    blocked = await deliver({1: DeliveryState.FAILED}, reason=Reason.BLOCKED)
    await transact(db, messages.pause, wrong, "can't parse entities")
    for outbox_id in (wrong, blocked):
        await transact(db, outbox.requeue_rejected, outbox_id)

    assert (await states(wrong), await states(blocked)) == (
        {1: DeliveryState.QUEUED, 2: DeliveryState.SENT},
        {1: DeliveryState.FAILED},
    )
    assert (await delivery(db, wrong)).reason is None


@pytest.mark.parametrize("over", [MessageState.CANCELLED, MessageState.FINISHED])
async def test_a_finished_wrong_message_is_not_requeued(db, deliver, states, over):
    outbox_id = await deliver({1: DeliveryState.FAILED}, reason=Reason.TEMPLATE)
    await transact(db, messages.change_state, outbox_id, over, only_from=[MessageState.RUNNING])
    await transact(db, outbox.requeue_rejected, outbox_id)

    assert await states(outbox_id) == {1: DeliveryState.FAILED}


async def test_a_claim_whose_commit_answer_was_lost_is_requeued(db, deliver, states, sender):
    """For example because the answer to its commit was lost: nothing of it was sent."""
    outbox_id = await deliver(dict.fromkeys([1, 2, 3], DeliveryState.SENDING) | {4: DeliveryState.SENT})
    other = await deliver({1: DeliveryState.SENDING})
    await transact(db, outbox.requeue_unknown, sender, {(outbox_id, 2), (other, 1)}, 6.0)

    assert await states(outbox_id) == {
        1: DeliveryState.QUEUED,
        2: DeliveryState.SENDING,
        3: DeliveryState.QUEUED,
        4: DeliveryState.SENT,
    }
    assert await states(other) == {1: DeliveryState.SENDING}
    await transact(db, outbox.requeue_unknown, sender + 1, set(), 7.0)
    assert await states(other) == {1: DeliveryState.SENDING}


async def test_such_a_claim_of_a_stopped_message_is_skipped_and_copies_keep_their_ids(db, deliver, states, sender):
    stopped = await deliver({1: DeliveryState.SENDING})
    job = await deliver({1: DeliveryState.SENDING}, kind=MessageKind.DELETION, telegram_id=70, more_ids=[71])
    await transact(db, messages.stop, stopped, 5.0)
    await transact(db, outbox.requeue_unknown, sender, [], 6.0)

    assert (await states(stopped), await states(job)) == ({1: DeliveryState.SKIPPED}, {1: DeliveryState.QUEUED})
    assert ((await delivery(db, job)).telegram_id, (await delivery(db, job)).more_ids) == (70, [71])


async def test_settling_many_at_once_mixes_nothing_up(db, deliver, states, sender):
    outbox_id = await deliver(dict.fromkeys(range(60), DeliveryState.SENDING), kind=MessageKind.REMINDER)
    results = [Settled(outbox_id, number, ENDS[number % 5], telegram_id=number) for number in range(60)]
    await settle(db, sender, *results)

    assert await states(outbox_id) == {number: ENDS[number % 5] for number in range(60)}
    assert (await delivery(db, outbox_id, 45)).telegram_id == 45
