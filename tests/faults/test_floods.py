"""A rate limit (429) of more than a minute: the bot waits to the last second, and every chat gets it once."""

from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, FaultKind, InjectedFault
from tests.support.broadcasts import report_numbers
from tests.support.deliveries import (
    CHATS,
    PACE,
    chats_reached,
    delivery_tally,
    messages_received,
    most_claimed,
    most_in_flight,
    next_slot,
    set_clock,
    start_broadcast,
    wait_for_report,
    wait_until_settled,
)

FLOOD = 70


async def test_for_seventy_seconds_nothing_is_sent_and_then_everybody_gets_it_once(harness, db, crowd, sender_looks):
    flood = InjectedFault(FaultKind.TOO_MANY, ANY_SEND, times=ALWAYS, chats=frozenset(crowd), seconds=FLOOD)
    async with harness.running_bot():
        progress = await start_broadcast(harness)
        await harness.wait_until(lambda: chats_reached(harness) >= 100)
        began = harness.clock().timestamp()
        harness.world.faults.pending.append(flood)
        await harness.wait_until(lambda: harness.world.tally.errors[429])
        await wait_until_settled(db)
        refused, before, until = harness.world.tally.errors[429], chats_reached(harness), await next_slot(db)
        set_clock(harness, until - 10)
        await sender_looks.wait_for_one()
        during = harness.world.tally.errors[429] - refused, chats_reached(harness) - before
        left = await delivery_tally(db)
        harness.world.faults.pending.clear()
        set_clock(harness, until)
        report = report_numbers(await wait_for_report(harness, progress))

    assert until - began >= FLOOD
    assert refused <= most_claimed(PACE) + most_in_flight(PACE), "more asked after the first was told to wait"
    assert during == (0, 0)
    assert (left.sent, left.queued) == (before, CHATS - before)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert messages_received(harness, crowd) == [1] * CHATS
    assert harness.world.tally.errors[429] == refused
