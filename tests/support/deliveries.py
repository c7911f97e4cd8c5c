"""Both sides of a broadcast, for comparison: what the local Telegram counted and what the database has."""

import asyncio
import datetime as dt
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from outreachbot.domain.delivery import pace
from outreachbot.domain.delivery.states import DeliveryState, Tally
from outreachbot.sandbox.chat import Json
from outreachbot.store import tables
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.delivery import ledger
from outreachbot.store.tables import chats, deliveries
from outreachbot.workers.delivery.sender import LEAD_SECONDS, LONGEST_SLEEP
from tests.support.broadcasts import compose
from tests.support.harness import ADMIN, MEMBER, PATIENCE, Harness

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
postgres_only = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
CHATS, PACE = 400, 200.0  # of most broadcasts here
BROADCAST = 1  # its id: every test sends one, and has its own database
NO_REMINDER = 4_102_444_800.0  # chats that subscribe then (in 2100) get no reminder, whatever the day of the test


async def subscribe_in_bulk(db: Database, chat_ids: Iterable[int], kind: str = "private") -> None:
    rows = [{"id": chat, "kind": kind, "language": "en", "subscribed_at": NO_REMINDER} for chat in chat_ids]
    async with connect.writing(db) as transaction:
        await transaction.execute(sa.insert(chats), rows)


async def start_broadcast(harness: Harness, text: str = "Dear friends") -> Json:
    """Compose and confirm a broadcast; return the message that shows its progress."""
    question = await compose(harness, text)
    await harness.press_data(ADMIN, question, f"broadcast:send:{BROADCAST}")
    return question


async def wait_for_report(harness: Harness, progress: Json) -> str:
    """Wait for the report; return its text."""
    await harness.wait_until(lambda: "finished" in harness.current(ADMIN, progress)["text"])
    return str(harness.current(ADMIN, progress)["text"])


def chats_reached(harness: Harness) -> int:
    """How many chats have got it so far."""
    got = harness.world.tally.deliveries
    return len(got) - sum(person in got for person in (ADMIN, MEMBER))


def messages_received(harness: Harness, crowd: Iterable[int]) -> list[int]:
    """How many messages each chat has got."""
    return [harness.world.tally.deliveries.get(chat, 0) for chat in crowd]


async def delivery_tally(db: Database) -> Tally:
    async with connect.reading(db) as connection:
        return await ledger.count_states(connection, BROADCAST)


async def chats_in_state(db: Database, *states: DeliveryState) -> set[int]:
    """The chats whose delivery is in one of these states."""
    query = sa.select(deliveries.c.chat_id).where(deliveries.c.state.in_(states))
    async with connect.reading(db) as connection:
        return set((await connection.execute(query)).scalars())


async def next_slot(db: Database) -> float:
    """When the next message may be sent (seconds since the epoch)."""
    async with connect.reading(db) as connection:
        return float((await connection.execute(sa.select(tables.pace.c.next_slot))).scalar_one())


def set_clock(harness: Harness, moment: float) -> None:
    harness.clock.set(dt.datetime.fromtimestamp(moment, dt.UTC))


async def wait_until(holds: Callable[[], Awaitable[object]]) -> None:
    """Wait for something to become true in the database."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 a database sends no event
            await asyncio.sleep(0.02)


async def wait_until_settled(db: Database) -> None:
    """Wait until every claimed delivery is settled."""

    async def nothing_is_sending() -> bool:
        return not await chats_in_state(db, DeliveryState.SENDING)

    await wait_until(nothing_is_sending)


@asynccontextmanager
async def deliveries_locked(db: Database) -> AsyncIterator[None]:
    """No other connection can settle or claim in the block, as when another program locks the table."""
    async with connect.writing(db) as transaction:
        if not db.is_sqlite:  # there, every transaction that writes locks the whole file
            await transaction.execute(sa.text("LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE"))
        yield


async def next_look() -> None:
    """Wait long enough for a sender that may continue to do so.

    Only for a sender in another process, or one that is to stay locked out: for others there is `SenderLooks`.
    """
    await asyncio.sleep(LONGEST_SLEEP + 0.2)


def most_claimed(per_second: float) -> int:
    """The most deliveries that may be claimed and not yet sent: those of a tenth of a second.

    The next batch is claimed LEAD_SECONDS before its first slot: the rest of the last batch then still waits for its
    slots, and the new batch is added to it.
    """
    return math.ceil(LEAD_SECONDS * per_second) + pace.claim_size(per_second)


def most_in_flight(per_second: float) -> float:
    """The most requests that may wait for an answer, which usually takes a few milliseconds here."""
    return 0.2 * per_second
