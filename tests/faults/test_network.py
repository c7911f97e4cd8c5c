"""An outage of Telegram in the middle of a broadcast: the bot waits longer and longer, shows that, and goes on."""

import datetime as dt
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from accounts import CHATS, PACE, begin, copies, finished, in_flight, in_state, next_look, reached, until
from test_broadcast import numbers

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox.faults import ALWAYS, FaultKind, InjectedFault
from outreachbot.sandbox.server import serve
from outreachbot.views.i18n import words
from outreachbot.views.parts import format_moment
from outreachbot.workers.delivery import outcomes
from outreachbot.workers.delivery.outcomes import LONGEST_BACKOFF
from town import ADMIN, Town

NOON = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that the bot's sender has made, in seconds; they are not in the database."""
    made: list[float] = []
    backoff = outcomes._start_backoff

    def watched(*values: Any) -> float:
        if pause := backoff(*values):
            made.append(pause)
        return pause

    monkeypatch.setattr(outcomes, "_start_backoff", watched)
    return made


async def pauses(town: Town, made: list[float], number: int) -> list[float]:
    """The first pauses, in seconds. The clock is moved to the end of each, after which one request is made."""
    failed = town.world.tally.errors[502]
    for n in range(number):
        await until(partial(longer_than, made, n))
        if n > 2:  # by then no other request is in flight
            assert town.world.tally.errors[502] == failed + 1, "a single request is tried"
        failed = town.world.tally.errors[502]
        town.clock.ahead += dt.timedelta(seconds=made[n])
    return made[:number]


async def longer_than(made: list[float], number: int) -> bool:
    return len(made) > number


async def test_while_telegram_does_not_answer_it_waits_longer_and_longer_and_says_since_when(town, made, crowd):
    town.clock.set(NOON)
    async with town.bot():
        progress = await begin(town)
        await town.until(lambda: reached(town) >= 100)
        silence = InjectedFault(FaultKind.PROXY, "sendMessage", times=ALWAYS, chats=frozenset(crowd))
        town.world.faults.pending.append(silence)
        waited = await pauses(town, made, 8)
        await town.until(lambda: "has not answered since" in town.now(ADMIN, progress)["text"])
        said = town.now(ADMIN, progress)["text"]
        town.world.faults.pending.clear()
        town.clock.ahead += dt.timedelta(minutes=1)
        report = numbers(await finished(town, progress))
    failed = town.world.tally.errors[502]

    assert waited == [min(LONGEST_BACKOFF, 0.5 * 2.0**n) for n in range(8)]
    assert f"since {format_moment(NOON, town.content.zone, words('en'))}" in said
    assert report == {"sent": CHATS - failed, "uncertain": failed, "audience": CHATS}
    assert max(copies(town, crowd)) == 1


async def test_while_no_connection_can_be_made_nothing_is_lost_but_what_was_under_way(town, db, crowd):
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(town.world))
        town = replace(town, url=url)
        async with town.bot():
            progress = await begin(town)
            await town.until(lambda: reached(town) >= 100)
            await stack.aclose()
            before = reached(town)
            await next_look()
            assert reached(town) == before
            await stack.enter_async_context(serve(town.world, port=urlsplit(url).port or 0))
            report = numbers(await finished(town, progress))
    uncertain = await in_state(db, DeliveryState.UNCERTAIN)

    assert len(uncertain) <= in_flight(PACE)
    assert report["sent"] == CHATS - len(uncertain)
    assert copies(town, set(crowd) - uncertain) == [1] * (CHATS - len(uncertain))
    assert max(copies(town, crowd)) == 1
