"""kill -9 at any moment of a broadcast: no chat is lost or gets it twice, and the uncertain ones are listed."""

import asyncio
import os
import random
import re
import statistics

import pytest
from accounts import BROADCAST, begin, claimed, copies, finished, in_flight, in_state, reached, subscribe
from lives import lives
from test_broadcast import numbers

from outreachbot.app.commands import listing
from outreachbot.domain.delivery.pace import CLAIM_SECONDS
from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox import people
from outreachbot.store.database.connect import Database
from town import Town

KILLS = 20
CHATS = 2000
PACE = 300.0  # slow enough for twenty kills in one broadcast
SENT_IN_A_LIFE = 75  # at most, plus part of a claim: some of the broadcast is left for the last process
STARTING = 0.4  # seconds that a start takes, about


@pytest.fixture
def dice() -> random.Random:
    """To repeat the same kills: KILLS_SEED=… pytest tests/faults/test_kills.py."""
    seed = int(os.environ.get("KILLS_SEED", random.SystemRandom().randrange(10_000)))
    print(f"KILLS_SEED={seed}")  # noqa: T201 shown when the test fails
    return random.Random(seed)


async def test_killed_twenty_times_nobody_is_lost_or_doubled_and_few_are_uncertain(
    town: Town, db: Database, dice: random.Random, capsys: pytest.CaptureFixture[str]
):
    crowd = people.add_crowd(town.world, CHATS)
    await subscribe(db, crowd)
    town.per_second = PACE
    sending: list[set[int]] = []
    async with lives(town) as life:
        await life.start()
        progress = await begin(town)
        for number in range(KILLS):
            await some_moment(town, dice, is_first=number == 0)
            await life.kill(db)
            sending.append(await what_it_was_sending(town, db))
            await life.start()
        report = numbers(await finished(town, progress))
    uncertain = set[int]().union(*sending)
    lost = {chat for chat, number in zip(crowd, copies(town, crowd), strict=True) if number == 0}

    assert max(copies(town, crowd)) == 1
    assert lost <= uncertain == await in_state(db, DeliveryState.UNCERTAIN) == await listed(town, capsys)
    assert report == {"sent": CHATS - len(uncertain), "uncertain": len(uncertain), "audience": CHATS}
    assert statistics.median(map(len, sending)) <= claimed(PACE) + PACE * 0.01


async def some_moment(town: Town, dice: random.Random, *, is_first: bool) -> None:
    """Wait for a random moment: during the start, or during a claim after some messages."""
    if not is_first and dice.random() < 0.2:
        await asyncio.sleep(dice.uniform(0.0, STARTING))
        return
    enough = reached(town) + dice.randint(1, SENT_IN_A_LIFE)
    await town.until(lambda: reached(town) >= enough)
    await asyncio.sleep(dice.uniform(0.0, 2 * CLAIM_SECONDS))


async def what_it_was_sending(town: Town, db: Database) -> set[int]:
    """The chats that become uncertain at the next start.

    Outcomes are recorded when the next batch is claimed. So between two claims these are what was in flight at the
    first and what was claimed then, whether or not it has been sent.
    """
    sending, sent, known = [
        await in_state(db, state) for state in (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)
    ]
    got = {chat for chat in town.world.tally.deliveries if chat > 1000}

    assert await in_state(db, DeliveryState.QUEUED), "the kill came too late to show anything"
    assert got <= sent | sending | known, "it was sent before it was claimed"
    assert sent <= got
    assert len(sending - got) <= claimed(PACE)
    assert len(sending) <= claimed(PACE) + in_flight(PACE)
    return sending


async def listed(town: Town, capsys: pytest.CaptureFixture[str]) -> set[int]:
    """The uncertain chats as `outreachbot broadcasts 1` names them."""
    capsys.readouterr()
    await listing.print_messages(town.settings(), BROADCAST)
    return {int(chat) for chat in re.findall(r"^ *(\d+) +uncertain +stopped", capsys.readouterr().out, re.MULTILINE)}
