"""Which deliveries are claimed next: due ones, reminders first, and none of chats that left."""

import itertools

import pytest
from sqlalchemy import select

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.delivery.states import JOBS, DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats
from outreachbot.store import tables as t
from outreachbot.store.database import connect
from outreachbot.store.delivery import ledger, messages, outbox
from outreachbot.store.delivery.outbox import Claimed, Settled
from tests.support.transactions import transact

BODIES = {"en": Message("hello")}


async def claim(db, limit=100, now=5.0, sender=1):
    """The (message, chat) pairs that were claimed, in their order."""
    return [(delivery.outbox_id, delivery.chat_id) for delivery in await transact(db, outbox.claim, sender, limit, now)]


async def delivery(db, outbox_id, chat_id):
    where = (t.deliveries.c.message_id == outbox_id) & (t.deliveries.c.chat_id == chat_id)
    async with connect.reading(db) as connection:
        return (await connection.execute(select(t.deliveries).where(where))).one()


async def has_work(db, now=5.0):
    async with connect.reading(db) as connection:
        return await outbox.has_work(connection, now)


async def test_a_claimed_delivery_is_written_down_before_it_is_sent(db, deliver):
    await transact(db, chats.subscribe, -7, kind="supergroup", language="az", topic_id=42, now=1.0)
    outbox_id = await deliver({-7: DeliveryState.QUEUED})

    assert await transact(db, outbox.claim, 3, 10, 5.0) == [Claimed(outbox_id, -7, "az", 42)]
    claimed = await delivery(db, outbox_id, -7)
    assert (claimed.state, claimed.changed_at, claimed.sender_id) == (DeliveryState.SENDING, 5.0, 3)
    assert await claim(db) == []


async def test_reminders_go_before_all_else_and_the_oldest_first(db, subscribe, deliver):
    await subscribe(1, 2)
    both = {1: DeliveryState.QUEUED, 2: DeliveryState.QUEUED}
    old, new, job = await deliver(both), await deliver(both), await deliver(both, kind=MessageKind.DELETION)
    first, second = await deliver(both, kind=MessageKind.REMINDER), await deliver(both, kind=MessageKind.REMINDER)

    assert await claim(db) == list(itertools.product([first, second, old, new, job], [1, 2]))


async def test_a_claim_is_never_larger_than_its_limit(db, subscribe, deliver):
    await subscribe(*range(10))
    for _ in range(2):
        await deliver(dict.fromkeys(range(10), DeliveryState.QUEUED))
    sizes = [len(await claim(db, limit=7)) for _ in range(4)]

    assert sizes == [7, 7, 6, 0]


@pytest.mark.parametrize("state", [state for state in DeliveryState if state is not DeliveryState.QUEUED])
async def test_only_what_is_queued_is_claimed(db, subscribe, deliver, state):
    await subscribe(1)
    await deliver({1: state})

    assert await claim(db) == []


@pytest.mark.parametrize("state", [state for state in MessageState if state is not MessageState.RUNNING])
async def test_only_what_runs_is_claimed(db, subscribe, deliver, state):
    await subscribe(1)
    outbox_id = await deliver({1: DeliveryState.QUEUED})
    await transact(db, messages.change_state, outbox_id, state, only_from=[MessageState.RUNNING])

    assert await has_work(db) is False
    assert await claim(db) == []


async def test_a_chat_that_unsubscribed_since_is_skipped_with_the_reason(db, subscribe, deliver):
    await subscribe(1, 2, 3, 4)
    outbox_id = await deliver(dict.fromkeys([1, 2, 3, 4], DeliveryState.QUEUED))
    await transact(db, chats.unsubscribe, 1)
    await transact(db, chats.mark_gone, 2, Reason.BLOCKED, 1.0)
    await transact(db, chats.unsubscribe, 4)
    await transact(db, chats.mark_gone, 4, Reason.DEACTIVATED, 1.0)

    assert await claim(db) == [(outbox_id, 3)]
    assert {
        entry.chat_id: (entry.state, entry.reason) for entry in await transact(db, ledger.list_not_sent, outbox_id)
    } == {
        1: (DeliveryState.SKIPPED, Reason.UNSUBSCRIBED),
        2: (DeliveryState.SKIPPED, Reason.BLOCKED),
        3: (DeliveryState.SENDING, None),
        4: (DeliveryState.SKIPPED, Reason.DEACTIVATED),
    }


async def test_skipped_chats_do_not_use_up_the_claim_limit(db, subscribe, deliver):
    await subscribe(*range(8))
    outbox_id = await deliver(dict.fromkeys(range(8), DeliveryState.QUEUED))
    for chat_id in (0, 1, 3, 4):
        await transact(db, chats.unsubscribe, chat_id)

    assert await claim(db, limit=3) == [(outbox_id, 2), (outbox_id, 5), (outbox_id, 6)]


async def test_a_chat_that_nobody_knows_any_more_is_claimed_and_telegram_says_where_it_is(db, deliver):
    outbox_id = await deliver({-5: DeliveryState.QUEUED})

    assert await transact(db, outbox.claim, 1, 10, 5.0) == [Claimed(outbox_id, -5)]


async def test_a_chat_that_left_and_returned_in_time_gets_it(db, subscribe, deliver):
    await subscribe(1, 2)
    outbox_id = await deliver({1: DeliveryState.QUEUED, 2: DeliveryState.QUEUED})
    await transact(db, chats.unsubscribe, 1)
    await transact(db, chats.mark_gone, 2, Reason.BLOCKED, 1.0)
    await subscribe(1, now=4.0)
    await transact(db, chats.mark_reachable, 2)

    assert await claim(db) == [(outbox_id, 1), (outbox_id, 2)]


async def test_a_chat_skipped_for_one_message_keeps_the_others(db, subscribe, deliver, states):
    await subscribe(1)
    skipped, paused = await deliver({1: DeliveryState.QUEUED}), await deliver({1: DeliveryState.QUEUED})
    await transact(db, messages.pause, paused, "why")
    await transact(db, chats.unsubscribe, 1)
    await claim(db)

    assert (await states(skipped), await states(paused)) == ({1: DeliveryState.SKIPPED}, {1: DeliveryState.QUEUED})


@pytest.mark.parametrize("kind", sorted(JOBS))
async def test_a_job_is_told_which_message_to_change_and_reaches_who_unsubscribed(db, subscribe, deliver, kind):
    await subscribe(1, 2, 3)
    outbox_id = await deliver(
        {1: DeliveryState.QUEUED, 2: DeliveryState.QUEUED}, kind=kind, telegram_id=70, more_ids=[71, 72]
    )
    await transact(db, chats.unsubscribe, 1)
    await transact(db, chats.mark_gone, 2, Reason.BLOCKED, 1.0)

    assert await transact(db, outbox.claim, 1, 10, 5.0) == [Claimed(outbox_id, 1, "en", None, kind, (70, 71, 72))]


async def test_a_claim_that_is_rolled_back_is_free_again(db, subscribe, deliver):
    await subscribe(1)
    outbox_id = await deliver({1: DeliveryState.QUEUED})

    async def fail():
        async with connect.writing(db) as transaction:
            await outbox.claim(transaction, 1, 10, 5.0)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await claim(db) == [(outbox_id, 1)]


async def test_a_postponed_delivery_is_not_claimed_early(db, subscribe, deliver, sender):
    await subscribe(1, 2)
    outbox_id = await deliver({1: DeliveryState.SENDING, 2: DeliveryState.QUEUED})
    await transact(db, outbox.settle, sender, [Settled(outbox_id, 1, DeliveryState.QUEUED, not_before=20.0)], 6.0)

    assert await claim(db, now=19.0) == [(outbox_id, 2)]
    assert await has_work(db, 19.0) is False
    assert await transact(db, messages.finish_completed, 19.5) == []
    assert await has_work(db, 20.0) is True
    assert await claim(db, now=20.0) == [(outbox_id, 1)]


@pytest.mark.parametrize("paused", [False, True])
async def test_a_reminder_whose_day_is_over_is_skipped_as_late(db, subscribe, queue, paused):
    await subscribe(1)
    outbox_id = await transact(db, messages.create, MessageKind.REMINDER, BODIES, 1.0, key="a", expires_at=10.0)
    await queue()
    if paused:
        await transact(db, messages.pause, outbox_id, "why")

    assert await has_work(db, 9.9) is not paused
    assert await has_work(db, 10.0) is True
    assert await claim(db, now=10.0) == []
    assert await transact(db, ledger.count_reasons, outbox_id) == [(DeliveryState.SKIPPED, Reason.LATE, 1)]
    assert await transact(db, messages.finish_completed, 11.0) == [outbox_id]
    assert await has_work(db, 11.0) is False


async def test_a_reminder_is_sent_until_its_day_is_over(db, subscribe, queue):
    await subscribe(1)
    outbox_id = await transact(db, messages.create, MessageKind.REMINDER, BODIES, 1.0, key="a", expires_at=10.0)
    await queue()

    assert await claim(db, now=9.9) == [(outbox_id, 1)]


async def test_a_message_that_only_needs_finishing_counts_as_work(db, deliver, confirm, queue):
    assert await has_work(db) is False
    await deliver({1: DeliveryState.SENT})
    assert await has_work(db) is True
    await transact(db, messages.finish_completed, 5.0)
    assert await has_work(db) is False
    await confirm(BroadcastAudience(languages=("xx",)))
    assert await has_work(db) is False  # there is nothing to claim before its audience is queued
    await queue()
    assert await has_work(db) is True


async def test_a_claim_names_the_text_revision_it_gets(db, subscribe, deliver):
    await subscribe(1, 2, 3)
    outbox_id, other = (
        await deliver(dict.fromkeys([1, 2], DeliveryState.QUEUED)),
        await deliver({3: DeliveryState.QUEUED}),
    )
    (before,) = await transact(db, outbox.claim, 1, 1, 5.0)
    await transact(db, messages.replace_bodies, outbox_id, {"en": Message("mended")})
    after, of_other = await transact(db, outbox.claim, 1, 10, 5.0)

    assert [(delivery.outbox_id, delivery.revision) for delivery in (before, after, of_other)] == [
        (outbox_id, 0),
        (outbox_id, 1),
        (other, 0),
    ]
    assert await transact(db, messages.load_bodies, outbox_id) == {"en": Message("mended")}
    assert await transact(db, messages.load_bodies, other) != {"en": Message("mended")}
