"""The sender when Telegram is too busy, can't be reached or refuses the bot: it waits, and no delivery is lost."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import select

from outreachbot.domain.delivery.outcomes import Failed, Halt, NotSent, Sent, Uncertain, Wait
from outreachbot.domain.delivery.states import DeliveryState, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.errors import TelegramRefuses
from outreachbot.store import chats, tables
from outreachbot.store.database import connect
from outreachbot.workers.delivery import sender as senders

REFUSED, LOST = NotSent("refused"), Uncertain(Reason.NO_ANSWER)
pytestmark = pytest.mark.usefixtures("impatient")  # the tests move the clock


class AwaitedEvent(asyncio.Event):
    """An event that tells when somebody waits for it."""

    def __init__(self):
        super().__init__()
        self.is_awaited = asyncio.Event()

    async def wait(self):
        self.is_awaited.set()
        return await super().wait()


async def test_a_delivery_that_was_not_sent_waits_and_is_sent_later(
    subscribe, broadcast, sender_of, telegram, clock, run, states
):
    await subscribe(1, 2, 3)
    await broadcast()
    telegram.answers[3] = [REFUSED, Sent(10)]
    sender = await sender_of()
    await senders.send_next(sender)
    await asyncio.gather(*sender.state.in_flight)
    await senders.send_next(sender)
    assert await states() == {DeliveryState.QUEUED: 1, DeliveryState.SENT: 2}
    assert telegram.times(3) == 1

    clock.ahead = 60
    await run(sender)

    assert Counter(chat_id for chat_id, _ in telegram.got) == {1: 1, 2: 1, 3: 1}


async def test_in_an_outage_nothing_is_sent_before_all_requests_have_completed(
    subscribe, broadcast, sender_of, telegram, clock, states
):
    held = asyncio.Event()
    await subscribe(*range(1, 9))
    await broadcast()
    telegram.answers = {1: REFUSED, 2: held}
    sender = await sender_of(per_second=40)  # two at once
    await senders.send_next(sender)
    while not sender.state.completed:  # noqa: ASYNC110 the sender has no event for it
        await asyncio.sleep(0)
    await senders.send_next(sender)  # it learns that there is trouble
    while len(telegram.tried) < 2:  # noqa: ASYNC110 the same
        await asyncio.sleep(0)
    clock.ahead = 60
    sender.state.has_capacity = AwaitedEvent()
    step = asyncio.create_task(senders.send_next(sender))
    await sender.state.has_capacity.is_awaited.wait()
    assert not step.done()
    assert len(telegram.tried) == 2

    held.set()
    await step

    assert await states() == {DeliveryState.SENT: 1, DeliveryState.SENDING: 1, DeliveryState.QUEUED: 6}
    await senders.close_sender(sender, 5.0)


async def test_in_an_outage_it_tries_one_request_at_a_time(
    subscribe, broadcast, sender_of, telegram, clock, run, states
):
    await subscribe(*range(1, 31))
    await broadcast()
    telegram.answers = dict.fromkeys(range(1, 10), LOST)
    sender = await sender_of(per_second=80)
    tried = []
    for clock.ahead in range(0, 800, 40):
        before = len(telegram.tried)
        await senders.send_next(sender)
        await asyncio.gather(*sender.state.in_flight)
        tried.append(len(telegram.tried) - before)
    await run(sender)

    assert tried[:11] == [4, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], "a pause precedes each request"
    assert tried[11:16] == [0, 1, 1, 4, 4], "after an answer it goes on as before"
    assert await states() == {DeliveryState.UNCERTAIN: 9, DeliveryState.SENT: 21}
    assert max(Counter(claimed.chat_id for claimed in telegram.tried).values()) == 1


async def test_a_429_holds_all_for_as_long_as_telegram_asks(
    subscribe, broadcast, sender_of, telegram, clock, run, states
):
    await subscribe(*range(1, 121))
    await broadcast()
    telegram.answers[1] = [Wait(30.0), Sent(10)]
    sender = await sender_of()
    await senders.send_next(sender)
    await asyncio.gather(*sender.state.in_flight)
    tried = len(telegram.tried)
    for clock.ahead in (0, 15):
        assert await senders.send_next(sender), "it would sleep until somebody wakes it"
    assert await states() == {DeliveryState.SENT: tried - 1, DeliveryState.QUEUED: 121 - tried}
    assert len(telegram.tried) == tried

    clock.ahead = 31
    await run(sender)

    assert await states() == {DeliveryState.SENT: 120}
    assert telegram.times(1) == 2


async def test_a_429_of_one_group_holds_only_that_group(
    db, subscribe, broadcast, sender_of, telegram, clock, run, states
):
    await subscribe(-1, *range(1, 31))
    await broadcast()
    telegram.answers[-1] = [Wait(40.0), Sent(10)]
    sender = await sender_of()
    await run(sender)
    assert await states() == {DeliveryState.SENT: 30, DeliveryState.QUEUED: 1}

    clock.ahead = 41
    await run(sender)

    assert await states() == {DeliveryState.SENT: 31}
    assert telegram.times(-1) == 2


@pytest.mark.parametrize("reason", [Reason.BLOCKED, Reason.DEACTIVATED, Reason.KICKED, Reason.NOT_FOUND])
async def test_a_chat_that_is_gone_is_remembered(db, subscribe, broadcast, sender_of, telegram, run, reason):
    await subscribe(1, 2)
    await broadcast()
    telegram.answers[1] = Failed(reason, "Forbidden")
    await run(await sender_of())
    second = await broadcast({"en": Message("again")})
    await run(await sender_of())

    async with connect.reading(db) as connection:
        gone = select(tables.chats.c.gone_reason).where(tables.chats.c.id == 1)
        assert (await connection.execute(gone)).scalar_one() == reason
        to = select(tables.deliveries.c.chat_id).where(tables.deliveries.c.message_id == second)
        assert list((await connection.execute(to)).scalars()) == [2]
    assert telegram.got == [(2, "hello"), (2, "again")]


@pytest.mark.parametrize("reason", [Reason.NO_RIGHT, Reason.REFUSED, Reason.TEMPLATE])
async def test_a_chat_that_only_could_not_get_this_message_stays(
    db, subscribe, broadcast, sender_of, telegram, run, reason
):
    await subscribe(1, 2)
    await broadcast()
    telegram.answers[1] = Failed(reason, "Bad Request")
    await run(await sender_of())

    async with connect.reading(db) as connection:
        assert (await connection.execute(select(tables.chats.c.gone_at))).scalars().all() == [None, None]


async def test_the_subscription_of_a_deleted_topic_is_the_groups_own_from_then_on(
    db, subscribe, broadcast, sender_of, telegram, run
):
    await subscribe(-1, topic_id=7)
    await broadcast()
    telegram.answers[-1] = [Failed(Reason.TOPIC_GONE, "message thread not found"), Failed(Reason.REFUSED, "no")]
    await run(await sender_of())

    async with connect.reading(db) as connection:
        chat = await chats.find(connection, -1)
    assert chat is not None
    assert (chat.topic_id, chat.subscribed) == (None, True)


async def test_a_refused_bot_stops_all_and_keeps_the_rest_queued(
    subscribe, broadcast, sender_of, telegram, run, states, message_state
):
    await subscribe(*range(1, 121))
    await broadcast()
    telegram.answers[3] = Halt("Unauthorized")
    sender = await sender_of()
    with pytest.raises(TelegramRefuses, match=r"Unauthorized.*OUTREACHBOT_TOKEN"):
        await run(sender)
    await senders.close_sender(sender, 5.0)
    counted = await states()

    assert counted[DeliveryState.SENT] == len(telegram.got) <= senders.MAX_IN_FLIGHT
    assert counted[DeliveryState.QUEUED] == 120 - counted[DeliveryState.SENT]
    assert (await message_state())[0] == MessageState.RUNNING
