"""An outage of Telegram in the middle of a broadcast: the bot waits longer and longer, shows that, and goes on."""

import datetime as dt
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox.faults import ALWAYS, FaultKind, InjectedFault
from outreachbot.sandbox.server import serve
from outreachbot.views.i18n import words
from outreachbot.views.parts import format_moment
from outreachbot.workers.delivery import outcomes
from outreachbot.workers.loop import LONGEST_PAUSE
from tests.support.broadcasts import report_numbers
from tests.support.deliveries import (
    CHATS,
    PACE,
    chats_in_state,
    chats_reached,
    messages_received,
    most_in_flight,
    start_broadcast,
    wait_for_report,
    wait_until,
)
from tests.support.harness import ADMIN, Harness

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


async def pauses(harness: Harness, made: list[float], number: int) -> list[float]:
    """The first pauses, in seconds. The clock is moved to the end of each, after which one request is made."""
    failed = harness.world.tally.errors[502]
    for n in range(number):
        await wait_until(partial(longer_than, made, n))
        if n > 2:  # by then no other request is in flight
            assert harness.world.tally.errors[502] == failed + 1, "a single request is tried"
        failed = harness.world.tally.errors[502]
        harness.clock.ahead += dt.timedelta(seconds=made[n])
    return made[:number]


async def longer_than(made: list[float], number: int) -> bool:
    return len(made) > number


async def test_while_telegram_does_not_answer_it_waits_longer_and_longer_and_says_since_when(harness, made, crowd):
    harness.clock.set(NOON)
    async with harness.running_bot():
        progress = await start_broadcast(harness)
        await harness.wait_until(lambda: chats_reached(harness) >= 100)
        silence = InjectedFault(FaultKind.PROXY, "sendMessage", times=ALWAYS, chats=frozenset(crowd))
        harness.world.faults.pending.append(silence)
        waited = await pauses(harness, made, 8)
        await harness.wait_until(lambda: "has not answered since" in harness.current(ADMIN, progress)["text"])
        said = harness.current(ADMIN, progress)["text"]
        harness.world.faults.pending.clear()
        harness.clock.ahead += dt.timedelta(minutes=1)
        report = report_numbers(await wait_for_report(harness, progress))
    failed = harness.world.tally.errors[502]

    assert waited == [min(LONGEST_PAUSE, 0.5 * 2.0**n) for n in range(8)]
    assert f"since {format_moment(NOON, harness.content.zone, words('en'))}" in said
    assert report == {"sent": CHATS - failed, "uncertain": failed, "audience": CHATS}
    assert max(messages_received(harness, crowd)) == 1


async def test_while_no_connection_can_be_made_nothing_is_lost_but_what_was_under_way(harness, db, crowd, sender_looks):
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serve(harness.world))
        harness = replace(harness, url=url)
        async with harness.running_bot():
            progress = await start_broadcast(harness)
            await harness.wait_until(lambda: chats_reached(harness) >= 100)
            await stack.aclose()
            before = chats_reached(harness)
            await sender_looks.wait_for_one()
            assert chats_reached(harness) == before
            await stack.enter_async_context(serve(harness.world, port=urlsplit(url).port or 0))
            report = report_numbers(await wait_for_report(harness, progress))
    uncertain = await chats_in_state(db, DeliveryState.UNCERTAIN)

    assert len(uncertain) <= most_in_flight(PACE)
    assert report["sent"] == CHATS - len(uncertain)
    assert messages_received(harness, set(crowd) - uncertain) == [1] * (CHATS - len(uncertain))
    assert max(messages_received(harness, crowd)) == 1
