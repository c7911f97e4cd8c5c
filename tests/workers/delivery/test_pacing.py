"""Speed: the allowed pace, slots for replies, and gaps between messages to one chat."""

import asyncio
import time

import pytest

from outreachbot.domain.delivery import pace
from outreachbot.domain.delivery.pace import claim_size
from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.workers.delivery import sender as senders

ROUNDING = 1e-6  # of sums of floating-point numbers


@pytest.fixture
def moments(monkeypatch):
    """When each message may leave at the earliest (monotonic, in the order of the claims): the machine may be later."""
    found = []
    next_moment = pace.Spacing.next_moment

    def record(spacing, chat_id, slot):
        found.append(next_moment(spacing, chat_id, slot))
        return found[-1]

    monkeypatch.setattr(pace.Spacing, "next_moment", record)
    return found


def leave_in_time(telegram, moments):
    """Whether nothing left before its moment."""
    return all(at >= moment for at, moment in zip(sorted(telegram.at), sorted(moments), strict=True))


async def test_it_sends_no_faster_than_the_pace(subscribe, broadcast, sender_of, telegram, run, moments):
    await subscribe(*range(1, 41))
    await broadcast()
    begun = time.monotonic()
    await run(await sender_of(per_second=100))

    assert moments[-1] >= begun + 39 / 100 - ROUNDING
    assert leave_in_time(telegram, moments)


@pytest.mark.parametrize("ahead", [-3600, 86_400])
async def test_a_clock_that_is_set_neither_stalls_it_nor_makes_it_faster(
    subscribe, broadcast, sender_of, telegram, clock, run, states, moments, ahead
):
    await subscribe(*range(1, 41))
    await broadcast()
    sender = await sender_of(per_second=100)
    begun = time.monotonic()
    await senders.send_next(sender)
    clock.ahead = ahead
    async with asyncio.timeout(10):
        await run(sender)

    assert await states() == {DeliveryState.SENT: 40}
    assert leave_in_time(telegram, moments)
    # What was in flight when the clock was set may overlap with the next claim.
    assert moments[-1] >= begun + 34 / 100 - ROUNDING


async def test_a_delay_is_not_made_up_for_with_a_burst(subscribe, broadcast, sender_of, telegram, run, monkeypatch):
    sent = telegram.send

    async def send(claimed, message):
        if claimed.chat_id == 20:
            time.sleep(0.2)  # noqa: ASYNC251 everything stands still, as on a machine that is busy with something else
        return await sent(claimed, message)

    monkeypatch.setattr(telegram, "send", send)
    await subscribe(*range(1, 151))
    await broadcast()
    await run(await sender_of(per_second=200))

    at_once = [sum(0 <= other - at < 0.5 for other in telegram.at) for at in telegram.at]
    assert max(at_once) <= 200 * (0.5 + senders.LATE_SECONDS) + 1


async def test_replies_take_slots_of_their_own(subscribe, broadcast, sender_of, telegram, clock, states):
    await subscribe(*range(1, 11))
    await broadcast()
    counts = [3000, 0, 0]
    sender = await sender_of(per_second=50, replies=lambda: counts.pop(0))
    size = claim_size(50)
    await senders.send_next(sender)
    await senders.send_next(sender)
    assert len(telegram.tried) == size, "the replies made no room for themselves"

    clock.ahead = 61
    await senders.send_next(sender)

    assert await states() == {
        DeliveryState.SENT: size,
        DeliveryState.SENDING: size,
        DeliveryState.QUEUED: 10 - 2 * size,
    }
    await senders.close_sender(sender, 5.0)


async def test_replies_while_nothing_else_is_sent_cost_a_later_message_nothing(
    subscribe, broadcast, sender_of, telegram, states
):
    counts = [0, 3000, 0]
    sender = await sender_of(per_second=50, replies=lambda: counts.pop(0))
    for _ in range(2):
        await senders.send_next(sender)
    await subscribe(*range(1, 11))
    await broadcast()
    await senders.send_next(sender)

    assert (await states())[DeliveryState.SENDING] == claim_size(50)
    await senders.close_sender(sender, 5.0)


@pytest.mark.parametrize(("chat_id", "gap"), [(1, pace.PRIVATE_GAP), (-1, pace.GROUP_GAP)])
async def test_between_two_messages_to_one_chat_there_is_its_gap(
    subscribe, broadcast, sender_of, telegram, moments, chat_id, gap
):
    await subscribe(chat_id)
    for _ in range(3):
        await broadcast()
    sender = await sender_of(per_second=100)
    await senders.send_next(sender)
    await asyncio.wait(sender.state.in_flight, return_when=asyncio.FIRST_COMPLETED)

    assert len(telegram.at) == 1
    assert len(sender.state.in_flight) == 2
    assert telegram.at[0] >= moments[0]
    assert sender.spacing.last[chat_id] >= moments[0] + 2 * gap - ROUNDING
    await senders.close_sender(sender, 0.0)


async def test_between_a_reply_and_a_message_to_the_same_chat_there_is_its_gap(
    subscribe, broadcast, sender_of, telegram
):
    await subscribe(1, 2)
    await broadcast()
    sender = await sender_of(per_second=100)
    replied = asyncio.get_running_loop().time()
    sender.spacing.note(1, replied)
    await senders.send_next(sender)
    await asyncio.wait(sender.state.in_flight, return_when=asyncio.FIRST_COMPLETED)

    assert telegram.got == [(2, "hello")], "chats without a reply waited as well"
    assert sender.spacing.last[1] >= replied + pace.PRIVATE_GAP
    await senders.close_sender(sender, 0.0)


async def test_two_messages_to_one_person_really_leave_a_second_apart(
    subscribe, broadcast, sender_of, telegram, run, moments
):
    await subscribe(1)
    for _ in range(2):
        await broadcast()
    await run(await sender_of())

    assert moments[1] - moments[0] >= pace.PRIVATE_GAP - ROUNDING
    assert leave_in_time(telegram, moments)
