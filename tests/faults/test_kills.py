"""kill -9 at any moment of a broadcast: no chat is lost or gets it twice, and the uncertain ones are listed."""

import asyncio
import os
import random
import re
import statistics

import pytest

from outreachbot.app.commands import listing
from outreachbot.domain.delivery.pace import CLAIM_SECONDS
from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox import people
from outreachbot.store.database.connect import Database
from tests.support.broadcasts import report_numbers
from tests.support.deliveries import (
    BROADCAST,
    chats_in_state,
    chats_reached,
    messages_received,
    most_claimed,
    most_in_flight,
    start_broadcast,
    subscribe_in_bulk,
    wait_for_report,
)
from tests.support.harness import Harness
from tests.support.restarts import restartable_bot

KILLS = 20
CHATS = 2000
PACE = 300.0  # slow enough for twenty lives in one broadcast
SENT_IN_A_LIFE = 75  # at most, and then some moment of a claim; so some of the broadcast is left for the last bot
STARTING = 0.4  # seconds; about what a start takes


@pytest.fixture
def dice() -> random.Random:
    """To repeat the same kills: KILLS_SEED=… pytest tests/faults/test_kills.py."""
    seed = int(os.environ.get("KILLS_SEED", random.SystemRandom().randrange(10_000)))
    print(f"KILLS_SEED={seed}")  # noqa: T201 shown when the test fails
    return random.Random(seed)


@pytest.mark.long
async def test_killed_twenty_times_it_loses_and_repeats_nothing_and_few_are_uncertain(
    harness: Harness, db: Database, dice: random.Random, capsys: pytest.CaptureFixture[str]
):
    crowd = people.add_crowd(harness.world, CHATS)
    await subscribe_in_bulk(db, crowd)
    harness.per_second = PACE
    sending: list[set[int]] = []
    async with restartable_bot(harness) as bot:
        await bot.start()
        progress = await start_broadcast(harness)
        for number in range(KILLS):
            await some_moment(harness, dice, is_first=number == 0)
            await bot.kill(db)
            sending.append(await what_it_was_sending(harness, db))
            await bot.start()
        report = report_numbers(await wait_for_report(harness, progress))
    uncertain = set[int]().union(*sending)
    lost = {chat for chat, number in zip(crowd, messages_received(harness, crowd), strict=True) if number == 0}

    assert max(messages_received(harness, crowd)) == 1
    assert lost <= uncertain == await chats_in_state(db, DeliveryState.UNCERTAIN) == await listed(harness, capsys)
    assert report == {"sent": CHATS - len(uncertain), "uncertain": len(uncertain), "audience": CHATS}
    assert statistics.median(map(len, sending)) <= most_claimed(PACE) + PACE * 0.01


async def some_moment(harness: Harness, dice: random.Random, *, is_first: bool) -> None:
    """Any moment of a bot: of its start, or of the claim that follows so many messages."""
    if not is_first and dice.random() < 0.2:
        await asyncio.sleep(dice.uniform(0.0, STARTING))
        return
    enough = chats_reached(harness) + dice.randint(1, SENT_IN_A_LIFE)
    await harness.wait_until(lambda: chats_reached(harness) >= enough)
    await asyncio.sleep(dice.uniform(0.0, 2 * CLAIM_SECONDS))


async def what_it_was_sending(harness: Harness, db: Database) -> set[int]:
    """The chats that become uncertain at the next start.

    Outcomes are recorded when the next batch is claimed. So between two claims these are what was in flight at the
    first and what was claimed then, whether or not it has been sent.
    """
    sending, sent, known = [
        await chats_in_state(db, state)
        for state in (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)
    ]
    got = {chat for chat in harness.world.tally.deliveries if chat > 1000}

    assert await chats_in_state(db, DeliveryState.QUEUED), "the kill came too late to show anything"
    assert got <= sent | sending | known, "it was sent before it was claimed"
    assert sent <= got
    assert len(sending - got) <= most_claimed(PACE)
    assert len(sending) <= most_claimed(PACE) + most_in_flight(PACE)
    return sending


async def listed(harness: Harness, capsys: pytest.CaptureFixture[str]) -> set[int]:
    """The uncertain chats as `outreachbot broadcasts 1` names them."""
    capsys.readouterr()
    await listing.print_messages(harness.settings(), BROADCAST)
    return {int(chat) for chat in re.findall(r"^ *(\d+) +uncertain +stopped", capsys.readouterr().out, re.MULTILINE)}
