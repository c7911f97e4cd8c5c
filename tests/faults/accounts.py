"""Both sides of a broadcast: what Telegram has counted and what the database says. Every test here compares them."""

import asyncio
import datetime as dt
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa
from test_broadcast import compose

from outreachbot.domain.delivery import pace
from outreachbot.domain.delivery.states import DeliveryState, Tally
from outreachbot.sandbox.chat import Json
from outreachbot.store import tables
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.delivery import ledger
from outreachbot.store.tables import chats, deliveries
from outreachbot.workers.delivery.sender import LEAD_SECONDS, LONGEST_SLEEP
from town import ADMIN, MEMBER, PATIENCE, Town

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
CHATS, PACE = 400, 200.0  # of most broadcasts here
BROADCAST = 1  # its id: every test sends one, and has its own database
NO_REMINDER = 4_102_444_800.0  # chats that subscribe then (in 2100) get no reminder, whatever the day of the test


async def subscribe(db: Database, chat_ids: Iterable[int], kind: str = "private") -> None:
    rows = [{"id": chat, "kind": kind, "language": "en", "subscribed_at": NO_REMINDER} for chat in chat_ids]
    async with connect.writing(db) as transaction:
        await transaction.execute(sa.insert(chats), rows)


async def begin(town: Town, text: str = "Dear friends") -> Json:
    """Compose a broadcast and confirm it; the message that shows its progress."""
    question = await compose(town, text)
    await town.press_data(ADMIN, question, f"broadcast:send:{BROADCAST}")
    return question


async def finished(town: Town, progress: Json) -> str:
    """Wait for the report; its text."""
    await town.until(lambda: "finished" in town.now(ADMIN, progress)["text"])
    return str(town.now(ADMIN, progress)["text"])


def reached(town: Town) -> int:
    """How many chats have got it so far."""
    got = town.world.tally.deliveries
    return len(got) - sum(person in got for person in (ADMIN, MEMBER))


def copies(town: Town, crowd: Iterable[int]) -> list[int]:
    """How many messages each chat has got."""
    return [town.world.tally.deliveries.get(chat, 0) for chat in crowd]


async def tally(db: Database) -> Tally:
    async with connect.reading(db) as connection:
        return await ledger.count_states(connection, BROADCAST)


async def in_state(db: Database, *states: DeliveryState) -> set[int]:
    """The chats whose delivery is in one of these states."""
    query = sa.select(deliveries.c.chat_id).where(deliveries.c.state.in_(states))
    async with connect.reading(db) as connection:
        return set((await connection.execute(query)).scalars())


async def next_slot(db: Database) -> float:
    """When the next message may be sent (seconds since the epoch)."""
    async with connect.reading(db) as connection:
        return float((await connection.execute(sa.select(tables.pace.c.next_slot))).scalar_one())


def set_clock(town: Town, moment: float) -> None:
    town.clock.set(dt.datetime.fromtimestamp(moment, dt.UTC))


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    """Wait for something to become true in the database."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 a database sends no event
            await asyncio.sleep(0.02)


async def nothing_in_flight(db: Database) -> None:
    """Wait until everything that was claimed is settled."""

    async def nothing_is_sending() -> bool:
        return not await in_state(db, DeliveryState.SENDING)

    await until(nothing_is_sending)


@asynccontextmanager
async def locked(db: Database) -> AsyncIterator[None]:
    """No other connection can settle or claim in the block, as when another program locks the table."""
    async with connect.writing(db) as transaction:
        if not db.is_sqlite:  # there, every transaction that writes locks the whole file
            await transaction.execute(sa.text("LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE"))
        yield


async def next_look() -> None:
    """Wait long enough for a sender that may continue to do so."""
    await asyncio.sleep(LONGEST_SLEEP + 0.2)


def claimed(per_second: float) -> int:
    """The most deliveries that may be claimed and not yet sent: those of a tenth of a second.

    The next batch is claimed LEAD_SECONDS before its first slot: the rest of the last batch then still waits for its
    slots, and the new batch is added to it.
    """
    return math.ceil(LEAD_SECONDS * per_second) + pace.claim_size(per_second)


def in_flight(per_second: float) -> float:
    """The most requests that may wait for an answer, which usually takes a few milliseconds here."""
    return 0.2 * per_second
