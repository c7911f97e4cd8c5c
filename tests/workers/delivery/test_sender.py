"""The sender: every chat gets a message once, at the allowed pace, and every outcome is recorded."""

import asyncio
from collections import Counter
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import delete, select, update

from outreachbot.domain.delivery.outcomes import Failed, Migrated, Sent, Uncertain
from outreachbot.domain.delivery.pace import MAX_CLAIM, claim_size
from outreachbot.domain.delivery.states import DeliveryState, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.errors import StoreFailed
from outreachbot.store import tables
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.workers.delivery import sender as senders


async def delivery(db, chat_id, outbox_id=1):
    where = (tables.deliveries.c.message_id == outbox_id) & (tables.deliveries.c.chat_id == chat_id)
    async with connect.reading(db) as connection:
        return (await connection.execute(select(tables.deliveries).where(where))).one()


async def test_everybody_gets_it_once_and_the_message_is_finished(
    db, subscribe, broadcast, sender_of, telegram, run, states, message_state
):
    await subscribe(*range(1, 121))
    await broadcast()
    await run(await sender_of())

    assert sorted(telegram.got) == [(chat_id, "hello") for chat_id in range(1, 121)]
    assert await states() == {DeliveryState.SENT: 120}
    assert await message_state() == (MessageState.FINISHED, None)
    assert (await delivery(db, 7)).telegram_id == 70


@pytest.mark.parametrize("per_second", [0.5, 30, 100, 1000, 100_000])
async def test_a_claim_follows_the_pace_and_is_never_large(subscribe, broadcast, sender_of, states, per_second):
    await subscribe(*range(1, 121))
    await broadcast()
    sender = await sender_of(per_second=per_second)
    await senders.send_next(sender)

    size = claim_size(per_second)
    assert await states() == {DeliveryState.SENDING: size, DeliveryState.QUEUED: 120 - size}
    assert size <= MAX_CLAIM
    await senders.close_sender(sender, 5.0)


async def test_no_outcome_is_lost_when_the_database_fails(subscribe, broadcast, sender_of, run, states, failing):
    await subscribe(1, 2)
    await broadcast()
    sender = await sender_of()
    await senders.send_next(sender)
    await asyncio.gather(*sender.state.in_flight)
    async with failing("deliveries"):
        with pytest.raises(StoreFailed):
            await senders.send_next(sender)
    await run(sender)

    assert await states() == {DeliveryState.SENT: 2}


async def test_claims_from_before_the_database_went_silent_are_sent_exactly_once(
    subscribe, broadcast, sender_of, telegram, run, states, monkeypatch
):
    """The commit succeeded but the answer was lost: these deliveries are claimed and not in flight."""
    writing = connect.writing

    @asynccontextmanager
    async def silent(db):
        async with writing(db) as transaction:
            yield transaction
        raise StoreFailed("the connection is gone")

    await subscribe(*range(1, 21))
    await broadcast()
    size, held = claim_size(40), asyncio.Event()
    telegram.answers = dict.fromkeys(range(1, 1 + size), held)
    sender = await sender_of(per_second=40)
    await senders.send_next(sender)
    with monkeypatch.context() as patch:
        patch.setattr(connect, "writing", silent)
        with pytest.raises(StoreFailed):
            await senders.send_next(sender)
    assert (await states())[DeliveryState.SENDING] == 2 * size, (
        "the first are in flight, the others are unknown to the sender"
    )
    held.set()
    await run(sender)

    assert await states() == {DeliveryState.SENT: 20}
    assert Counter(chat_id for chat_id, _ in telegram.got) == dict.fromkeys(range(1, 21), 1)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Uncertain(Reason.NO_ANSWER), DeliveryState.UNCERTAIN),
        (Uncertain(Reason.SERVER_ERROR), DeliveryState.UNCERTAIN),
        (Failed(Reason.REFUSED, "no"), DeliveryState.FAILED),
        (Failed(Reason.BLOCKED, "Forbidden"), DeliveryState.FAILED),
        (Failed(Reason.TEMPLATE, "wrong"), DeliveryState.FAILED),
    ],
)
async def test_a_delivery_that_may_have_arrived_or_was_refused_is_tried_once(
    db, subscribe, broadcast, sender_of, telegram, run, states, answer, state
):
    await subscribe(1, 2)
    await broadcast()
    telegram.answers[1] = answer
    await run(await sender_of())

    assert telegram.times(1) == 1
    assert await states() == {state: 1, DeliveryState.SENT: 1}
    row = await delivery(db, 1)
    assert (row.reason, row.detail) == (answer.reason, getattr(answer, "detail", None))


async def test_an_album_keeps_the_ids_of_all_its_messages(db, subscribe, broadcast, sender_of, telegram, run):
    await subscribe(1)
    await broadcast()
    telegram.answers[1] = Sent(70, (71, 72))
    await run(await sender_of())

    row = await delivery(db, 1)
    assert (row.telegram_id, row.more_ids) == (70, [71, 72])


async def test_a_group_that_moved_gets_it_at_its_new_id(subscribe, broadcast, sender_of, telegram, run):
    await subscribe(-1, 2)
    await broadcast()
    telegram.answers[-1] = Migrated(-1007)
    await run(await sender_of())

    assert sorted(telegram.got) == [(-1007, "hello"), (2, "hello")]


async def test_a_chat_that_nobody_knows_any_more_is_written_to_at_its_old_id(
    db, subscribe, broadcast, sender_of, telegram, run
):
    await subscribe(-1, 2, language="de")
    await broadcast({"en": Message("hello"), "de": Message("hallo")})
    async with connect.writing(db) as transaction:
        await transaction.execute(delete(tables.chats).where(tables.chats.c.id == -1))
    telegram.answers[-1] = Migrated(-1007)
    await run(await sender_of())

    assert [claimed.chat_id for claimed in telegram.tried] == [-1, 2, -1007]
    assert sorted(telegram.got) == [(-1007, "hello"), (2, "hallo")]


async def test_where_a_topic_is_gone_the_group_itself_gets_it(
    db, subscribe, broadcast, sender_of, telegram, run, states, impatient
):
    await subscribe(-1, topic_id=7)
    await broadcast()
    telegram.answers[-1] = [Failed(Reason.TOPIC_GONE, "message thread not found"), Sent(10)]
    await run(await sender_of())

    assert [claimed.topic_id for claimed in telegram.tried] == [7, None]
    assert await states() == {DeliveryState.SENT: 1}
    assert (await delivery(db, -1)).detail is None


@pytest.mark.parametrize(("topic_id", "tries"), [(7, 2), (None, 1)])
async def test_a_deleted_topic_is_a_failure_for_a_group_that_chose_none(
    db, subscribe, broadcast, sender_of, telegram, run, topic_id, tries, impatient
):
    await subscribe(-1, topic_id=topic_id)
    await broadcast()
    telegram.answers[-1] = Failed(Reason.TOPIC_GONE, "message thread not found")
    await run(await sender_of())

    assert len(telegram.tried) == tries
    row = await delivery(db, -1)
    assert (row.state, row.reason) == (DeliveryState.FAILED, Reason.TOPIC_GONE)


async def test_each_chat_reads_its_language_or_the_first(subscribe, broadcast, sender_of, telegram, run):
    await subscribe(1, language="de")
    await subscribe(2, language="en")
    await subscribe(3, language="fr")
    await broadcast({"en": Message("hello"), "de": Message("hallo")})
    await run(await sender_of())

    assert sorted(telegram.got) == [(1, "hallo"), (2, "hello"), (3, "hello")]


async def test_another_message_goes_out_beside_a_paused_one(
    db, subscribe, broadcast, sender_of, telegram, run, message_state
):
    await subscribe(1)
    first = await broadcast()
    async with connect.writing(db) as transaction:
        await messages.pause(transaction, first, "wrong")
    second = await broadcast({"en": Message("right")})
    await run(await sender_of())

    assert telegram.got == [(1, "right")]
    assert (await message_state(first))[0] == MessageState.PAUSED
    assert (await message_state(second))[0] == MessageState.FINISHED


async def test_the_requests_in_flight_are_limited_and_may_all_complete_at_once(
    subscribe, broadcast, sender_of, telegram, run, states
):
    held = asyncio.Event()
    await subscribe(*range(1, 301))
    await broadcast()
    telegram.answers = dict.fromkeys(range(1, 301), held)
    sender = await sender_of(per_second=100_000)
    running = asyncio.create_task(run(sender))
    async with asyncio.timeout(10):
        while len(sender.state.in_flight) < senders.MAX_IN_FLIGHT - MAX_CLAIM:  # noqa: ASYNC110 the sender has no event for it
            await asyncio.sleep(0.01)
    most = len(sender.state.in_flight)
    assert (await states())[DeliveryState.QUEUED] == 300 - most

    held.set()
    await running

    assert telegram.most == most <= senders.MAX_IN_FLIGHT
    assert await states() == {DeliveryState.SENT: 300}


async def test_with_nothing_to_send_it_waits_and_writes_nothing(db, sender_of):
    sender = await sender_of()
    assert not await senders.send_next(sender)
    async with connect.writing(db):  # a writer would have to wait
        async with asyncio.timeout(5):
            assert not await senders.send_next(sender)


async def test_a_delivery_that_is_not_due_yet_is_left_until_then(
    db, subscribe, broadcast, sender_of, telegram, clock, run
):
    await subscribe(1)
    await broadcast()
    async with connect.writing(db) as transaction:
        await transaction.execute(update(tables.deliveries).values(not_before=clock() + 60))
    sender = await sender_of()
    await run(sender)
    assert telegram.tried == []

    clock.ahead = 61
    await run(sender)

    assert Counter(telegram.got) == {(1, "hello"): 1}
