"""The sender stops: paused, cancelled, or with the program. Requests in flight complete, the rest stays queued."""

import asyncio

import pytest

from outreachbot.domain.delivery.outcomes import NotSent, Uncertain
from outreachbot.domain.delivery.pace import claim_size
from outreachbot.domain.delivery.states import DeliveryState, MessageState, Reason
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.workers.delivery import sender as senders

RUNNING, PAUSED = MessageState.RUNNING, MessageState.PAUSED


async def test_at_the_end_requests_that_do_not_complete_in_time_are_uncertain(
    subscribe, broadcast, sender_of, telegram, states
):
    await subscribe(1, 2, 3)
    await broadcast()
    telegram.answers[2] = asyncio.Event()
    sender = await sender_of()
    await senders.send_next(sender)
    await senders.close_sender(sender, 0.1)

    assert await states() == {DeliveryState.SENT: 2, DeliveryState.UNCERTAIN: 1}
    assert sender.state.in_flight == set()


async def test_at_the_end_requests_that_complete_in_time_are_recorded(
    subscribe, broadcast, sender_of, telegram, states, message_state
):
    late = asyncio.Event()
    await subscribe(1, 2)
    await broadcast()
    telegram.answers[1] = late
    sender = await sender_of()
    await senders.send_next(sender)
    asyncio.get_running_loop().call_later(0.05, late.set)
    await senders.close_sender(sender, 10.0)

    assert await states() == {DeliveryState.SENT: 2}
    assert (await message_state())[0] == MessageState.FINISHED


async def test_at_the_end_unsent_deliveries_stay_queued(
    subscribe, broadcast, sender_of, telegram, states, message_state
):
    await subscribe(-1)
    for _ in range(2):  # both to one group, which may get a message every three seconds
        await broadcast()
    sender = await sender_of(per_second=40)
    await senders.send_next(sender)
    await senders.close_sender(sender, 0.1)

    assert len(telegram.tried) == 1
    assert (await states(1), await states(2)) == ({DeliveryState.SENT: 1}, {DeliveryState.QUEUED: 1})
    assert (await message_state(2))[0] == RUNNING


@pytest.mark.usefixtures("impatient")
async def test_a_stop_while_telegram_is_silent_does_not_say_that_it_answers(
    subscribe, broadcast, sender_of, telegram, clock, caplog
):
    await subscribe(1, 2)
    await broadcast()
    telegram.answers = {1: [NotSent("refused"), asyncio.Event()]}
    sender = await sender_of(per_second=1)
    for clock.ahead in (0, 60, 120):
        await senders.send_next(sender)
    await senders.close_sender(sender, 0.1)

    assert len(telegram.tried) == 2
    assert [message.split(" since")[0] for message in caplog.messages] == ["Telegram does not answer"]


async def test_a_sender_that_has_stopped_can_be_followed_by_another(
    subscribe, broadcast, sender_of, telegram, run, states
):
    await subscribe(*range(1, 31))
    await broadcast()
    first = await sender_of(per_second=100)
    await senders.send_next(first)
    await senders.close_sender(first, 5.0)
    await run(await sender_of())

    assert await states() == {DeliveryState.SENT: 30}
    assert sorted(chat_id for chat_id, _ in telegram.got) == list(range(1, 31))


async def test_a_pause_stops_it_with_at_most_what_is_in_flight(db, subscribe, broadcast, sender_of, run, states):
    await subscribe(*range(1, 31))
    outbox_id = await broadcast()
    sender = await sender_of(per_second=100)
    size = claim_size(100)
    await senders.send_next(sender)
    async with connect.writing(db) as transaction:
        await messages.change_state(transaction, outbox_id, PAUSED, only_from=[RUNNING])
    await run(sender)
    assert await states() == {DeliveryState.SENT: size, DeliveryState.QUEUED: 30 - size}

    async with connect.writing(db) as transaction:
        await messages.change_state(transaction, outbox_id, RUNNING, only_from=[PAUSED])
    await run(sender)

    assert await states() == {DeliveryState.SENT: 30}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("answer", "states_then"),
    [
        (None, {DeliveryState.SENT: 1, DeliveryState.SKIPPED: 5}),
        (Uncertain(Reason.NO_ANSWER), {DeliveryState.UNCERTAIN: 1, DeliveryState.SKIPPED: 5}),
        (NotSent("refused"), {DeliveryState.SKIPPED: 6}),
    ],
    ids=["sent", "uncertain", "not sent"],
)
async def test_a_message_stopped_by_a_person_is_not_sent_again(
    db, subscribe, broadcast, sender_of, telegram, clock, run, states, message_state, answer, states_then
):
    await subscribe(*range(1, 7))
    outbox_id = await broadcast()
    if answer is not None:
        telegram.answers[1] = answer
    sender = await sender_of(per_second=1)
    await senders.send_next(sender)
    async with connect.writing(db) as transaction:
        await messages.stop(transaction, outbox_id, 9.0)
    clock.ahead = 60
    await run(sender)

    assert await states() == states_then
    assert len(telegram.tried) == 1
    assert (await message_state())[0] == MessageState.CANCELLED
