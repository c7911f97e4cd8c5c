"""A rate limit (429) of more than a minute: the bot waits to the last second, and every chat gets it once."""

from accounts import (
    CHATS,
    PACE,
    begin,
    claimed,
    copies,
    finished,
    in_flight,
    next_look,
    next_slot,
    nothing_in_flight,
    reached,
    set_clock,
    tally,
)
from test_broadcast import numbers

from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, FaultKind, InjectedFault

FLOOD = 70


async def test_for_seventy_seconds_nothing_is_sent_and_then_everybody_gets_it_once(town, db, crowd):
    flood = InjectedFault(FaultKind.TOO_MANY, ANY_SEND, times=ALWAYS, chats=frozenset(crowd), seconds=FLOOD)
    async with town.bot():
        progress = await begin(town)
        await town.until(lambda: reached(town) >= 100)
        began = town.clock().timestamp()
        town.world.faults.pending.append(flood)
        await town.until(lambda: town.world.tally.errors[429])
        await nothing_in_flight(db)
        refused, before, until = town.world.tally.errors[429], reached(town), await next_slot(db)
        set_clock(town, until - 10)
        await next_look()
        during = town.world.tally.errors[429] - refused, reached(town) - before
        left = await tally(db)
        town.world.faults.pending.clear()
        set_clock(town, until)
        report = numbers(await finished(town, progress))

    assert until - began >= FLOOD
    assert refused <= claimed(PACE) + in_flight(PACE), "more asked after the first was told to wait"
    assert during == (0, 0)
    assert (left.sent, left.queued) == (before, CHATS - before)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert copies(town, crowd) == [1] * CHATS
    assert town.world.tally.errors[429] == refused
