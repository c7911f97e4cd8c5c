"""Only an admin sends uncertain deliveries again, or failed ones that may recover."""

import pytest
from sqlalchemy import select, update

from outreachbot.domain.delivery.states import DeliveryState, MessageState, Reason
from outreachbot.store import chats
from outreachbot.store import tables as t
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages, outbox
from tests.support.transactions import message_row, transact

ALL = dict(enumerate(DeliveryState))
NUMBER = {state: number for number, state in ALL.items()}


async def recoverable(db, outbox_id, which):
    async with connect.reading(db) as connection:
        return await messages.count_recoverable(connection, outbox_id, which)


@pytest.fixture
def over(db, deliver):
    """A message in this state, with deliveries."""

    async def over(states, state=MessageState.FINISHED, **columns):
        outbox_id = await deliver(states, **columns)
        await transact(db, messages.change_state, outbox_id, state, only_from=[MessageState.RUNNING])
        return outbox_id

    return over


@pytest.mark.parametrize("which", [DeliveryState.UNCERTAIN, DeliveryState.FAILED])
async def test_only_what_was_asked_for_is_queued_again(db, subscribe, over, states, which):
    await subscribe(*ALL)
    outbox_id, other = await over(ALL), await over(ALL)

    assert await recoverable(db, outbox_id, which) == 1
    assert await transact(db, messages.queue_again, outbox_id, which, 9.0) == 1
    assert await states(outbox_id) == ALL | {NUMBER[which]: DeliveryState.QUEUED}
    assert await states(other) == ALL
    assert await recoverable(db, outbox_id, which) == 0
    assert await transact(db, messages.queue_again, outbox_id, which, 9.5) == 0


async def test_a_finished_message_runs_again_and_is_finished_anew(db, subscribe, deliver):
    await subscribe(1)
    outbox_id = await deliver({1: DeliveryState.UNCERTAIN})
    await transact(db, messages.finish_completed, 8.0)
    await transact(db, messages.queue_again, outbox_id, DeliveryState.UNCERTAIN, 9.0)
    running = await message_row(db, outbox_id)
    assert (running.state, running.finished_at) == (MessageState.RUNNING, None)
    assert await transact(db, messages.finish_completed, 9.0) == []
    (claimed,) = await transact(db, outbox.claim, 3, 10, 9.0)
    sent = outbox.Settled(outbox_id, claimed.chat_id, DeliveryState.SENT, telegram_id=9)
    await transact(db, outbox.settle, 3, [sent], 9.0)

    assert await transact(db, messages.finish_completed, 10.0) == [outbox_id]
    assert (await message_row(db, outbox_id)).finished_at == 10.0


@pytest.mark.parametrize("which", [DeliveryState.UNCERTAIN, DeliveryState.FAILED])
async def test_a_message_with_nothing_to_send_again_stays_as_it_is(db, over, which):
    outbox_id = await over({1: DeliveryState.SENT})
    before = await message_row(db, outbox_id)

    assert await transact(db, messages.queue_again, outbox_id, which, 9.0) == 0
    assert await message_row(db, outbox_id) == before
    assert await transact(db, messages.finish_completed, 10.0) == []


@pytest.mark.parametrize("which", [DeliveryState.UNCERTAIN, DeliveryState.FAILED])
async def test_a_paused_message_is_not_sent_again_and_stays_paused(db, subscribe, deliver, states, which):
    """A paused message is resumed by a person, and by no other button."""
    await subscribe(*ALL)
    outbox_id = await deliver(ALL)
    await transact(db, messages.pause, outbox_id, "can't parse entities")

    assert await transact(db, messages.queue_again, outbox_id, which, 9.0) == 0
    assert await states(outbox_id) == ALL
    paused = await message_row(db, outbox_id)
    assert (paused.state, paused.state_reason) == (MessageState.PAUSED, "can't parse entities")


@pytest.mark.parametrize(("expires_at", "queued"), [(None, 1), (9.1, 1), (9.0, 0), (8.0, 0)])
async def test_an_expired_message_is_not_sent_again(db, subscribe, over, states, expires_at, queued):
    await subscribe(*ALL)
    outbox_id = await over(ALL)
    async with connect.writing(db) as transaction:
        await transaction.execute(update(t.messages).values(expires_at=expires_at))

    assert await transact(db, messages.queue_again, outbox_id, DeliveryState.UNCERTAIN, 9.0) == queued
    assert (await states(outbox_id) == ALL) is not bool(queued)
    assert (await message_row(db, outbox_id)).state == (MessageState.RUNNING if queued else MessageState.FINISHED)


@pytest.mark.parametrize("state", [state for state in MessageState if state not in messages.ACTIVE])
async def test_a_stopped_or_unstarted_message_is_not_sent_again(db, subscribe, over, states, state):
    await subscribe(*ALL)
    outbox_id = await over(ALL, state)
    expected = 1 if state is MessageState.FINISHED else 0

    assert await transact(db, messages.queue_again, outbox_id, DeliveryState.UNCERTAIN, 9.0) == expected
    assert (await states(outbox_id) == ALL) is (expected == 0)
    assert (await message_row(db, outbox_id)).state == (MessageState.RUNNING if expected else state)


@pytest.mark.parametrize("reason", [Reason.BLOCKED, Reason.REFUSED, Reason.TEMPLATE, Reason.TOPIC_GONE])
async def test_a_failure_may_recover_where_the_chat_can_be_written_to(db, subscribe, over, states, reason):
    """Chats that are gone don't get it; one that came back may. An unknown chat can't be reached."""
    await subscribe(1, 2, 3)
    outbox_id = await over(dict.fromkeys([1, 2, 3, 4], DeliveryState.FAILED), reason=reason)
    for chat_id in (1, 2):
        await transact(db, chats.mark_gone, chat_id, Reason.BLOCKED, 5.0)
    await transact(db, chats.mark_reachable, 2)

    assert await recoverable(db, outbox_id, DeliveryState.FAILED) == 2
    assert await transact(db, messages.queue_again, outbox_id, DeliveryState.FAILED, 9.0) == 2
    assert await states(outbox_id) == {
        1: DeliveryState.FAILED,
        2: DeliveryState.QUEUED,
        3: DeliveryState.QUEUED,
        4: DeliveryState.FAILED,
    }


async def test_the_first_attempts_details_are_cleared_for_the_second(db, subscribe, over):
    await subscribe(1)
    columns = {"reason": Reason.REFUSED, "detail": "Bad Request", "not_before": 99.0}
    outbox_id = await over({1: DeliveryState.FAILED}, **columns)
    await transact(db, messages.queue_again, outbox_id, DeliveryState.FAILED, 9.0)
    async with connect.reading(db) as connection:
        kept = (await connection.execute(select(t.deliveries).where(t.deliveries.c.message_id == outbox_id))).one()

    assert (kept.state, kept.reason, kept.detail, kept.not_before) == (DeliveryState.QUEUED, None, None, 0.0)
    assert (kept.changed_at, kept.sender_id) == (9.0, None)


async def test_a_chat_that_left_meanwhile_is_skipped_at_the_second_attempt(db, subscribe, over, states):
    await subscribe(1, 2)
    outbox_id = await over(dict.fromkeys([1, 2], DeliveryState.UNCERTAIN))
    await transact(db, chats.unsubscribe, 1)
    await transact(db, messages.queue_again, outbox_id, DeliveryState.UNCERTAIN, 9.0)

    assert [delivery.chat_id for delivery in await transact(db, outbox.claim, 3, 10, 9.0)] == [2]
    assert await states(outbox_id) == {1: DeliveryState.SKIPPED, 2: DeliveryState.SENDING}
