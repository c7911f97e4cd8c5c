"""Corrections and deletions of copies that are there: done again until it is known that they are done."""

import asyncio

import pytest
from sqlalchemy import select

from outreachbot.domain.delivery import JOBS, Failed, Kind, MessageState, NotSent, Reason, Sent, State, Uncertain
from outreachbot.domain.message import Message
from outreachbot.store import chats, connect, tables
from outreachbot.workers import sender as senders

jobs = pytest.mark.parametrize("kind", sorted(JOBS))
LOST = Uncertain(Reason.NO_ANSWER)
pytestmark = pytest.mark.usefixtures("impatient")  # the tests put the clock forward


@pytest.fixture
async def original(subscribe, broadcast, sender_of, telegram, run):
    """A broadcast that three chats got, the second as an album, and a fourth did not; its id."""
    await subscribe(1, 2, 3, 4)
    message_id = await broadcast()
    telegram.answers = {2: Sent(20, (21, 22)), 4: Failed(Reason.REFUSED, "no")}
    await run(await sender_of())
    telegram.answers.clear()
    telegram.tried.clear()
    telegram.got.clear()
    return message_id


async def ids(db, message_id):
    """Where it stands in each chat."""
    columns = (tables.deliveries.c.chat_id, tables.deliveries.c.telegram_id, tables.deliveries.c.more_ids)
    query = select(*columns).where(tables.deliveries.c.message_id == message_id).order_by(columns[0])
    async with connect.reading(db) as connection:
        return [tuple(row) for row in await connection.execute(query)]


@jobs
async def test_who_has_a_copy_gets_the_change_of_that_copy(
    db, original, broadcast, sender_of, telegram, run, states, kind
):
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    telegram.answers = dict.fromkeys((1, 2, 3), Sent(0))  # what Telegram says of an edit holds no id of a new message
    await run(await sender_of())

    assert {one.chat_id: (one.kind, one.copy_ids) for one in telegram.tried} == {
        1: (kind, (10,)),
        2: (kind, (20, 21, 22)),
        3: (kind, (30,)),
    }
    assert await states(job) == {State.SENT: 3}
    assert await ids(db, job) == [(1, 10, None), (2, 20, [21, 22]), (3, 30, None)]


@jobs
@pytest.mark.parametrize("answer", [LOST, Uncertain(Reason.SERVER_ERROR), NotSent("refused")])
async def test_a_change_that_may_not_have_been_made_is_made_again(
    original, broadcast, sender_of, telegram, clock, states, standing, kind, answer
):
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    telegram.answers[2] = [answer, answer, Sent(0)]
    sender = await sender_of()
    for clock.ahead in range(0, 1200, 100):
        await senders.step(sender)
        await asyncio.gather(*sender.flight.air)
    await senders.close(sender, 5.0)

    assert telegram.times(2) == 3
    assert (telegram.times(1), telegram.times(3)) == (1, 1)
    assert await states(job) == {State.SENT: 3}
    assert (await standing(job))[0] == MessageState.FINISHED


@jobs
async def test_what_a_stop_cuts_short_is_made_again_after_it(
    original, broadcast, sender_of, telegram, run, states, kind
):
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    telegram.answers[2] = [asyncio.Event(), Sent(0)]
    sender = await sender_of()
    while not sender.flight.air:
        await senders.step(sender)
    await senders.close(sender, 0.1)
    assert await states(job) == {State.SENT: 2, State.QUEUED: 1}

    await run(await sender_of())

    assert await states(job) == {State.SENT: 3}


@jobs
async def test_who_has_unsubscribed_since_still_has_the_copy_and_gets_the_change(
    db, original, broadcast, sender_of, telegram, run, states, kind
):
    async with connect.writing(db) as transaction:
        await chats.unsubscribe(transaction, 1)
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    await run(await sender_of())

    assert telegram.times(1) == 1
    assert await states(job) == {State.SENT: 3}


async def test_who_has_blocked_the_bot_since_is_left_alone(db, original, broadcast, sender_of, telegram, run, states):
    async with connect.writing(db) as transaction:
        await chats.gone(transaction, 1, Reason.BLOCKED, 5.0)
    job = await broadcast({"en": Message("mended")}, kind=Kind.CORRECTION, of_id=original)
    await run(await sender_of())

    assert telegram.times(1) == 0
    assert await states(job) == {State.SENT: 2, State.SKIPPED: 1}


@jobs
async def test_a_change_that_telegram_never_answers_keeps_nothing_else_from_going_out(
    original, broadcast, sender_of, telegram, clock, states, kind
):
    telegram.answers[1] = Uncertain(Reason.SERVER_ERROR)
    job = await broadcast({"en": Message("mended")}, kind=kind, of_id=original)
    sender = await sender_of()
    for clock.ahead in range(0, 1000, 50):  # by now the pauses are as long as they get
        await senders.step(sender)
        await asyncio.gather(*sender.flight.air)
    another = await broadcast({"en": Message("another")})
    for clock.ahead in range(1000, 2000, 50):
        await senders.step(sender)
        await asyncio.gather(*sender.flight.air)

    await senders.close(sender, 5.0)

    assert await states(job) == {State.SENT: 2, State.QUEUED: 1}
    assert await states(another) == {State.SENT: 3, State.UNCERTAIN: 1}
