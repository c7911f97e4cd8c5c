"""The sender: as fast as the pace allows, everybody once, and every end written down."""

import asyncio
import time
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from outreachbot.domain.delivery import (
    Failed,
    Halt,
    MessageState,
    Migrated,
    NotSent,
    Reason,
    Sent,
    State,
    Uncertain,
    Wait,
)
from outreachbot.domain.message import Message
from outreachbot.errors import StoreFailed, TelegramRefuses
from outreachbot.store import chats, connect, outbox, tables
from outreachbot.workers import sender as senders
from outreachbot.workers.sender import Sender

FAST = 500.0


class Clock:
    """The time, which a test can put forward."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Telegram:
    """Answers each chat as told, else that it was sent; writes down who got what."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {int(name[1:]): answer for name, answer in answers.items()}
        self.got: list[tuple[int, str]] = []
        self.tried: list[int] = []

    async def send(self, message, chat_id, _topic_id):
        self.tried.append(chat_id)
        answer = self.answers.get(chat_id, Sent(chat_id * 10))
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            answer = Sent(chat_id * 10)
        if isinstance(answer, Sent):
            self.got.append((chat_id, message.text))
        return answer


def sender_of(db, telegram, *, per_second=FAST, clock=None, replies=lambda: 0):
    return Sender(db, telegram.send, replies, clock or Clock(), per_second)


async def queue(db, bodies=None):
    """Write a broadcast to all subscribed chats and start it; its id."""
    async with connect.writing(db) as transaction:
        message_id = await outbox.write(transaction, outbox.BROADCAST, bodies or {"en": Message("hello")}, 1.0)
        assert message_id is not None
        await outbox.start(transaction, message_id, 2.0)
    return message_id


async def states(db, message_id=1):
    query = select(tables.deliveries.c.state).where(tables.deliveries.c.message_id == message_id)
    async with connect.reading(db) as connection:
        return Counter((await connection.execute(query)).scalars())


async def message(db, message_id=1):
    query = select(tables.messages.c.state, tables.messages.c.state_reason)
    async with connect.reading(db) as connection:
        return tuple((await connection.execute(query.where(tables.messages.c.id == message_id))).one())


async def run(sender):
    """Step until there is nothing more to do."""
    async with asyncio.timeout(20):
        while await senders.step(sender):
            pass


async def test_everybody_gets_it_once_and_the_message_is_finished(db, subscribe):
    await subscribe(*range(1, 121))
    await queue(db)
    telegram = Telegram()
    await run(sender_of(db, telegram))

    assert sorted(telegram.got) == [(chat_id, "hello") for chat_id in range(1, 121)]
    assert await states(db) == {State.SENT: 120}
    assert await message(db) == (MessageState.FINISHED, None)


@pytest.mark.parametrize(("per_second", "size"), [(5, 1), (30, 3), (100, 10), (100_000, 50)])
async def test_a_claim_is_a_tenth_of_a_second_of_sending_and_at_most_fifty(db, subscribe, per_second, size):
    await subscribe(*range(1, 121))
    await queue(db)
    sender = sender_of(db, Telegram(), per_second=per_second)
    await senders.step(sender)

    assert await states(db) == {State.SENDING: size, State.QUEUED: 120 - size}
    await senders.close(sender, 5.0)


async def test_it_sends_no_faster_than_the_pace(db, subscribe):
    await subscribe(*range(1, 41))
    await queue(db)
    begun = time.monotonic()
    await run(sender_of(db, Telegram(), per_second=100))

    assert time.monotonic() - begun >= 39 / 100


async def test_replies_take_slots_of_their_own(db, subscribe):
    await subscribe(*range(1, 11))
    await queue(db)
    counts, clock = [3000, 0, 0], Clock()
    telegram = Telegram()
    sender = sender_of(db, telegram, per_second=50, clock=clock, replies=lambda: counts.pop(0))
    await senders.step(sender)
    await senders.step(sender)
    assert len(telegram.tried) == 5, "the replies made no room for themselves"

    clock.ahead = 61
    await senders.step(sender)

    assert await states(db) == {State.SENT: 5, State.SENDING: 5}
    await senders.close(sender, 5.0)


async def test_nothing_written_down_is_lost_when_the_database_fails(db, subscribe, failing):
    await subscribe(1, 2)
    await queue(db)
    sender = sender_of(db, Telegram())
    await senders.step(sender)
    await asyncio.gather(*sender.flight.air)
    async with failing("deliveries"):
        with pytest.raises(StoreFailed):
            await senders.step(sender)
    await run(sender)

    assert await states(db) == {State.SENT: 2}


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Uncertain(Reason.NO_ANSWER), State.UNCERTAIN),
        (Failed(Reason.REFUSED, "no"), State.FAILED),
        (Failed(Reason.BLOCKED, "Forbidden"), State.FAILED),
    ],
)
async def test_what_may_have_arrived_or_was_refused_is_tried_once(db, subscribe, answer, state):
    await subscribe(1, 2)
    await queue(db)
    telegram = Telegram(_1=answer)
    await run(sender_of(db, telegram))

    assert telegram.tried.count(1) == 1
    assert await states(db) == {state: 1, State.SENT: 1}


async def test_a_chat_that_is_gone_is_remembered(db, subscribe):
    await subscribe(1, 2)
    await queue(db)
    await run(sender_of(db, Telegram(_1=Failed(Reason.BLOCKED, "Forbidden"))))

    async with connect.reading(db) as connection:
        assert await chats.count(connection) == {"private": 1}


async def test_a_group_that_moved_gets_it_at_its_new_id(db, subscribe):
    await subscribe(1, 2)
    await queue(db)
    telegram = Telegram(_1=Migrated(-1007))
    await run(sender_of(db, telegram))

    assert sorted(telegram.got) == [(-1007, "hello"), (2, "hello")]


async def test_what_surely_was_not_sent_waits_and_is_sent_later(db, subscribe, caplog):
    await subscribe(1, 2, 3)
    await queue(db)
    clock = Clock()
    telegram = Telegram(_1=[NotSent("refused"), Sent(10)])
    sender = sender_of(db, telegram, clock=clock)
    await senders.step(sender)
    await asyncio.gather(*sender.flight.air)
    await senders.step(sender)
    assert await states(db) == {State.QUEUED: 1, State.SENT: 2}

    clock.ahead = 60
    await run(sender)

    assert Counter(chat_id for chat_id, _ in telegram.got) == {1: 1, 2: 1, 3: 1}
    assert caplog.messages == ["Telegram does not answer, the outbox waits: refused"]


async def test_a_429_holds_all_for_as_long_as_telegram_asks(db, subscribe):
    await subscribe(*range(1, 121))
    await queue(db)
    clock = Clock()
    telegram = Telegram(_1=[Wait(30.0), Sent(10)])
    sender = sender_of(db, telegram, clock=clock)
    await senders.step(sender)
    await asyncio.gather(*sender.flight.air)
    for clock.ahead in (0, 15):
        assert await senders.step(sender), "it would sleep until somebody wakes it"
    assert await states(db) == {State.SENT: 49, State.QUEUED: 71}

    clock.ahead = 31
    await run(sender)

    assert await states(db) == {State.SENT: 120}
    assert telegram.tried.count(1) == 2


async def test_a_wrong_message_pauses_and_costs_nobody_their_place(db, subscribe):
    await subscribe(*range(1, 121))
    await queue(db)
    wrong = Failed(Reason.TEMPLATE, "Bad Request: can't parse entities")
    telegram = Telegram(**{f"_{chat_id}": wrong for chat_id in range(1, 121)})
    await run(sender_of(db, telegram))

    assert await message(db) == (MessageState.PAUSED, "Bad Request: can't parse entities")
    assert await states(db) == {State.QUEUED: 120}
    assert len(telegram.tried) <= senders.IN_AIR


async def test_another_message_goes_out_beside_a_paused_one(db, subscribe):
    await subscribe(1)
    first = await queue(db)
    async with connect.writing(db) as transaction:
        await outbox.pause(transaction, first, "wrong")
    second = await queue(db, {"en": Message("right")})
    telegram = Telegram()
    await run(sender_of(db, telegram))

    assert telegram.got == [(1, "right")]
    assert (await message(db, first))[0] == MessageState.PAUSED
    assert (await message(db, second))[0] == MessageState.FINISHED


async def test_a_refused_bot_stops_all_and_keeps_the_rest_queued(db, subscribe):
    await subscribe(*range(1, 121))
    await queue(db)
    telegram = Telegram(_3=Halt("Unauthorized"))
    sender = sender_of(db, telegram)
    with pytest.raises(TelegramRefuses, match=r"Unauthorized.*OUTREACHBOT_TOKEN"):
        await run(sender)
    await senders.close(sender, 5.0)
    counted = await states(db)

    assert counted[State.SENT] == len(telegram.got) <= senders.IN_AIR
    assert counted[State.QUEUED] == 120 - counted[State.SENT]
    assert (await message(db))[0] == MessageState.RUNNING


async def test_at_the_end_what_does_not_land_in_time_is_uncertain(db, subscribe):
    await subscribe(1, 2, 3)
    await queue(db)
    sender = sender_of(db, Telegram(_2=asyncio.Event()))
    await senders.step(sender)
    await senders.close(sender, 0.1)

    assert await states(db) == {State.SENT: 2, State.UNCERTAIN: 1}
    assert sender.flight.air == set()


async def test_at_the_end_what_lands_in_time_is_sent(db, subscribe):
    late = asyncio.Event()
    await subscribe(1, 2)
    await queue(db)
    sender = sender_of(db, Telegram(_1=late))
    await senders.step(sender)
    asyncio.get_running_loop().call_later(0.05, late.set)
    await senders.close(sender, 10.0)

    assert await states(db) == {State.SENT: 2}
    assert (await message(db))[0] == MessageState.FINISHED


async def test_a_pause_stops_it_with_at_most_what_is_in_flight(db, subscribe):
    await subscribe(*range(1, 31))
    message_id = await queue(db)
    sender = sender_of(db, Telegram(), per_second=100)
    await senders.step(sender)
    async with connect.writing(db) as transaction:
        await outbox.move(transaction, message_id, MessageState.PAUSED, only_from=[MessageState.RUNNING])
    await run(sender)
    assert await states(db) == {State.SENT: 10, State.QUEUED: 20}

    async with connect.writing(db) as transaction:
        await outbox.move(transaction, message_id, MessageState.RUNNING, only_from=[MessageState.PAUSED])
    await run(sender)

    assert await states(db) == {State.SENT: 30}


async def test_no_more_is_in_the_air_than_may_be_and_all_may_land_at_once(db, subscribe):
    held = asyncio.Event()
    await subscribe(*range(1, 301))
    await queue(db)
    telegram = Telegram(**{f"_{chat_id}": held for chat_id in range(1, 301)})
    sender = sender_of(db, telegram, per_second=100_000)
    running = asyncio.create_task(run(sender))
    async with asyncio.timeout(10):
        while len(sender.flight.air) < senders.IN_AIR:  # noqa: ASYNC110 the sender has no event for it
            await asyncio.sleep(0.01)
    most = len(sender.flight.air)
    assert (await states(db))[State.QUEUED] == 300 - most

    held.set()
    await running

    assert most == senders.IN_AIR
    assert await states(db) == {State.SENT: 300}


async def test_each_chat_reads_its_language_or_the_first(db, subscribe):
    await subscribe(1, language="de")
    await subscribe(2, language="en")
    await subscribe(3, language="fr")
    await queue(db, {"en": Message("hello"), "de": Message("hallo")})
    telegram = Telegram()
    await run(sender_of(db, telegram))

    assert sorted(telegram.got) == [(1, "hallo"), (2, "hello"), (3, "hello")]


async def test_where_there_is_nothing_to_send_it_rests_and_writes_nothing(db):
    sender = sender_of(db, Telegram())
    assert not await senders.step(sender)
    async with connect.writing(db):  # whoever wrote now would wait
        async with asyncio.timeout(5):
            assert not await senders.step(sender)
