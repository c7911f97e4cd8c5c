"""The clock jumps in the middle of a broadcast: it goes on within seconds, and every chat gets it once."""

import asyncio
import datetime as dt

import pytest
from accounts import CHATS, begin, copies, finished, locked, next_look, reached
from test_broadcast import numbers

from outreachbot.workers.delivery.sender import LONGEST_SLEEP
from town import Town

HOUR_BACK, DAY_ON = dt.timedelta(hours=-1), dt.timedelta(days=1)


async def sends_more(town: Town, number: int) -> None:
    enough = reached(town) + number
    await town.until(lambda: reached(town) >= enough)


async def goes_on(town: Town) -> None:
    async with asyncio.timeout(LONGEST_SLEEP + 2):
        await sends_more(town, 100)


@pytest.mark.parametrize("jump", [HOUR_BACK, DAY_ON], ids=["an hour back", "a day on"])
async def test_a_clock_that_jumps_stalls_nothing_and_doubles_nobody(town, db, crowd, jump):
    async with town.bot():
        progress = await begin(town)
        await sends_more(town, 100)
        town.clock.ahead += jump
        await goes_on(town)
        async with locked(db):
            await next_look()  # the sender has read the clock, and waits to record its claim
            town.clock.ahead += jump
        await goes_on(town)
        report = numbers(await finished(town, progress))

    assert report == {"sent": CHATS, "audience": CHATS}
    assert copies(town, crowd) == [1] * CHATS
