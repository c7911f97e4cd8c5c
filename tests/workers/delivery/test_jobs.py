"""Corrections and deletions of sent copies are repeated until they are known to be done."""

import asyncio

import pytest
from sqlalchemy import insert, select

from outreachbot.domain.delivery.outcomes import Failed, NotSent, Sent, Uncertain
from outreachbot.domain.delivery.states import JOBS, DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats, tables
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.workers.delivery import sender as senders
from outreachbot.workers.delivery.outcomes import MAX_JOB_TRIES

jobs = pytest.mark.parametrize("kind", sorted(JOBS))
LOST = Uncertain(Reason.NO_ANSWER)
pytestmark = pytest.mark.usefixtures("impatient")  # the tests move the clock


@pytest.fixture
async def original(subscribe, broadcast, sender_of, telegram, run):
    """A broadcast that three chats got (the second as an album) and a fourth did not; its id."""
    await subscribe(1, 2, 3, 4)
    outbox_id = await broadcast()
    telegram.answers = {2: Sent(20, (21, 22)), 4: Failed(Reason.REFUSED, "no")}
    await run(await sender_of())
    telegram.answers.clear()
    telegram.tried.clear()
    telegram.got.clear()
    return outbox_id


async def ids(db, outbox_id):
    """The ids of its copy in each chat."""
    columns = (tables.deliveries.c.chat_id, tables.deliveries.c.telegram_id, tables.deliveries.c.more_ids)
    query = select(*columns).where(tables.deliveries.c.message_id == outbox_id).order_by(columns[0])
    async with connect.reading(db) as connection:
        return [tuple(row) for row in await connection.execute(query)]


@jobs
async def test_every_copy_is_changed(db, original, broadcast, sender_of, telegram, run, states, kind):
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    telegram.answers = dict.fromkeys((1, 2, 3), Sent(0))  # the result of an edit has no id of a new message
    await run(await sender_of())

    assert {claimed.chat_id: (claimed.kind, claimed.copy_ids) for claimed in telegram.tried} == {
        1: (kind, (10,)),
        2: (kind, (20, 21, 22)),
        3: (kind, (30,)),
    }
    assert await states(job) == {DeliveryState.SENT: 3}
    assert await ids(db, job) == [(1, 10, None), (2, 20, [21, 22]), (3, 30, None)]


@jobs
@pytest.mark.parametrize("answer", [LOST, Uncertain(Reason.SERVER_ERROR), NotSent("refused")])
async def test_a_change_that_may_not_have_been_made_is_made_again(
    original, broadcast, sender_of, telegram, clock, states, message_state, kind, answer
):
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    telegram.answers[2] = [answer, answer, Sent(0)]
    sender = await sender_of()
    for clock.ahead in range(0, 1200, 100):
        await senders.send_next(sender)
        await asyncio.gather(*sender.state.in_flight)
    await senders.close_sender(sender, 5.0)

    assert telegram.times(2) == 3
    assert (telegram.times(1), telegram.times(3)) == (1, 1)
    assert await states(job) == {DeliveryState.SENT: 3}
    assert (await message_state(job))[0] == MessageState.FINISHED


@jobs
async def test_a_change_cut_short_by_a_stop_is_repeated_after_it(
    original, broadcast, sender_of, telegram, run, states, kind
):
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    telegram.answers[2] = [asyncio.Event(), Sent(0)]
    sender = await sender_of()
    while not sender.state.in_flight:
        await senders.send_next(sender)
    await senders.close_sender(sender, 0.1)
    assert await states(job) == {DeliveryState.SENT: 2, DeliveryState.QUEUED: 1}

    await run(await sender_of())

    assert await states(job) == {DeliveryState.SENT: 3}


@jobs
async def test_chats_that_unsubscribed_since_still_get_the_change(
    db, original, broadcast, sender_of, telegram, run, states, kind
):
    async with connect.writing(db) as transaction:
        await chats.unsubscribe(transaction, 1)
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    await run(await sender_of())

    assert telegram.times(1) == 1
    assert await states(job) == {DeliveryState.SENT: 3}


async def test_chats_that_blocked_the_bot_since_are_left_alone(
    db, original, broadcast, sender_of, telegram, run, states
):
    async with connect.writing(db) as transaction:
        await chats.mark_gone(transaction, 1, Reason.BLOCKED, 5.0)
    job = await broadcast({"en": Message("mended")}, kind=MessageKind.CORRECTION, of_id=original)
    await run(await sender_of())

    assert telegram.times(1) == 0
    assert await states(job) == {DeliveryState.SENT: 2, DeliveryState.SKIPPED: 1}


@jobs
async def test_a_change_that_telegram_never_answers_keeps_nothing_else_from_going_out(
    original, broadcast, sender_of, telegram, clock, states, kind
):
    telegram.answers[1] = LOST
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    sender = await sender_of()
    for clock.ahead in range(0, 1000, 50):  # by now the pauses are as long as they get
        await senders.send_next(sender)
        await asyncio.gather(*sender.state.in_flight)
    another = await broadcast({"en": Message("another")})
    for clock.ahead in range(1000, 2000, 50):
        await senders.send_next(sender)
        await asyncio.gather(*sender.state.in_flight)

    await senders.close_sender(sender, 5.0)

    assert await states(job) == {DeliveryState.SENT: 2, DeliveryState.QUEUED: 1}
    assert await states(another) == {DeliveryState.SENT: 3, DeliveryState.UNCERTAIN: 1}


@jobs
async def test_a_copy_for_which_telegrams_server_always_fails_does_not_keep_the_job_for_ever(
    original, broadcast, sender_of, telegram, clock, states, kind
):
    """Even if nothing else is sent."""
    telegram.answers[1] = Uncertain(Reason.SERVER_ERROR)
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    sender = await sender_of()
    for clock.ahead in range(0, 2000, 50):
        await senders.send_next(sender)
        await asyncio.gather(*sender.state.in_flight)
    await senders.close_sender(sender, 5.0)

    assert await states(job) == {DeliveryState.SENT: 2, DeliveryState.FAILED: 1}
    assert telegram.times(1) == MAX_JOB_TRIES


@jobs
async def test_a_copy_that_is_never_answered_fails_after_ten_tries_while_others_are(
    db, original, subscribe, broadcast, sender_of, telegram, clock, states, message_state, kind
):
    telegram.answers[1] = LOST
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    await subscribe(*range(5, 200))
    await broadcast({"en": Message("another")})
    sender = await sender_of(per_second=20)  # one at a time
    async with asyncio.timeout(20):
        while (await message_state(job))[0] == MessageState.RUNNING:
            await senders.send_next(sender)
            await asyncio.gather(*sender.state.in_flight)
            clock.ahead += 0.7  # so that the others have their turn
    assert len(telegram.tried) < 200, "while others are answered"
    await senders.close_sender(sender, 5.0)
    async with connect.reading(db) as connection:
        of_job = (tables.deliveries.c.message_id == job) & (tables.deliveries.c.chat_id == 1)
        row = (await connection.execute(select(tables.deliveries).where(of_job))).one()

    assert await states(job) == {DeliveryState.SENT: 2, DeliveryState.FAILED: 1}
    assert (await message_state(job))[0] == MessageState.FINISHED
    assert (row.state, row.reason, row.detail) == (
        DeliveryState.FAILED,
        Reason.NO_ANSWER,
        f"no answer to {MAX_JOB_TRIES} tries",
    )
    assert telegram.times(1) >= MAX_JOB_TRIES
    assert row.telegram_id == 10, "where the copy is stays known"


async def test_later_copies_of_a_corrected_broadcast_have_the_corrected_text(
    db, original, subscribe, sender_of, telegram, run, states
):
    """The fourth is tried again, and the sender has sent the first text before."""
    sender = await sender_of()
    await subscribe(5)
    async with connect.writing(db) as transaction:
        await transaction.execute(
            insert(tables.deliveries).values(message_id=original, chat_id=5, state=DeliveryState.QUEUED)
        )
        await messages.queue_again(transaction, original, DeliveryState.UNCERTAIN, 9.0)
        await messages.change_state(transaction, original, MessageState.RUNNING, only_from=[MessageState.FINISHED])
    await run(sender)
    async with connect.writing(db) as transaction:
        await messages.replace_bodies(transaction, original, {"en": Message("mended")})
        assert await messages.queue_again(transaction, original, DeliveryState.FAILED, 10.0) == 1
    await run(sender)

    assert telegram.got == [(5, "hello"), (4, "mended")]


async def test_a_correction_leaves_requests_in_flight_as_they_are_and_changes_the_rest(
    db, subscribe, broadcast, sender_of, telegram, run
):
    held = asyncio.Event()
    await subscribe(*range(1, 9))
    outbox_id = await broadcast()
    telegram.answers[1] = held
    sender = await sender_of(per_second=40)  # two at once
    await senders.send_next(sender)
    async with connect.writing(db) as transaction:
        await messages.replace_bodies(transaction, outbox_id, {"en": Message("mended")})
    running = asyncio.create_task(run(sender))
    while len(telegram.got) < 7:  # noqa: ASYNC110 the sender has no event for it
        await asyncio.sleep(0.01)
    held.set()
    await running

    assert dict(telegram.got) == {1: "hello", 2: "hello"} | dict.fromkeys(range(3, 9), "mended")
    assert len(telegram.got) == 8
