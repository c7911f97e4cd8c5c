"""The clock jumps in the middle of a broadcast: it goes on soon, and every chat gets it once."""

import datetime as dt

import pytest

from tests.support.broadcasts import report_numbers
from tests.support.deliveries import (
    CHATS,
    chats_reached,
    deliveries_locked,
    messages_received,
    start_broadcast,
    wait_for_report,
)
from tests.support.harness import Harness

HOUR_BACK, DAY_ON = dt.timedelta(hours=-1), dt.timedelta(days=1)


async def sends_more(harness: Harness, number: int) -> None:
    enough = chats_reached(harness) + number
    await harness.wait_until(lambda: chats_reached(harness) >= enough)


@pytest.mark.parametrize("jump", [HOUR_BACK, DAY_ON], ids=["an hour back", "a day on"])
async def test_a_clock_jump_neither_stalls_nor_repeats_anything(harness, db, crowd, sender_looks, jump):
    async with harness.running_bot():
        progress = await start_broadcast(harness)
        await sends_more(harness, 100)
        harness.clock.ahead += jump
        await sends_more(harness, 100)
        async with deliveries_locked(db):
            await sender_looks.wait_until_writing()  # it has read the clock, and waits to record its claim
            harness.clock.ahead += jump
        await sends_more(harness, 100)
        report = report_numbers(await wait_for_report(harness, progress))

    assert report == {"sent": CHATS, "audience": CHATS}
    assert messages_received(harness, crowd) == [1] * CHATS
