"""Both sides of a broadcast: what Telegram has counted, and what the ledger says. Every test here compares them."""

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
BROADCAST = 1  # every test sends one, to a database of its own
NO_REMINDER = 4_102_444_800.0  # subscribed so late (in 2100) that no anniversary is due for it, on whatever day we test


async def subscribe(db: Database, chat_ids: Iterable[int], kind: str = "private") -> None:
    rows = [{"id": one, "kind": kind, "language": "en", "subscribed_at": NO_REMINDER} for one in chat_ids]
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
    """The moment from which something may be sent (seconds since the epoch)."""
    async with connect.reading(db) as connection:
        return float((await connection.execute(sa.select(tables.pace.c.next_slot))).scalar_one())


def set_clock(town: Town, moment: float) -> None:
    town.clock.set(dt.datetime.fromtimestamp(moment, dt.UTC))


async def until(holds: Callable[[], Awaitable[object]]) -> None:
    """Wait for something to become true in the database."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():  # noqa: ASYNC110 a database rings no bell
            await asyncio.sleep(0.02)


async def landed(db: Database) -> None:
    """Wait until all that was claimed is settled."""

    async def nothing_is_sending() -> bool:
        return not await in_state(db, DeliveryState.SENDING)

    await until(nothing_is_sending)


@asynccontextmanager
async def locked(db: Database) -> AsyncIterator[None]:
    """Nobody else settles or claims in the block: as if another program repaired the table or copied the file."""
    async with connect.writing(db) as transaction:
        if not db.is_sqlite:  # there, whoever writes locks the whole file
            await transaction.execute(sa.text("LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE"))
        yield


async def next_look() -> None:
    """Time in which a sender that may go on does: it never sleeps longer than that."""
    await asyncio.sleep(LONGEST_SLEEP + 0.2)


def claimed(per_second: float) -> int:
    """How many deliveries may be claimed and not yet sent, at most: a tenth of a second of sending.

    A claim is made when the first slot after those that are taken is no more than LEAD_SECONDS away. So what that time
    holds may still wait for its slot, and the claim is added to it.
    """
    return math.ceil(LEAD_SECONDS * per_second) + pace.claim_size(per_second)


def in_flight(per_second: float) -> float:
    """How many requests may wait for their answer: it takes a few milliseconds here, no longer on a busy machine."""
    return 0.2 * per_second
