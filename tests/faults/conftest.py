"""What every test here has: the harness on each database, and the database open beside the bot.

Two more faults that a broadcast must survive are in tests/walks: two programs with one token or one database
(test_process.py), and the same template error in several chats (test_troubles.py, test_broadcast.py).
"""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from outreachbot.sandbox import people
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from tests.support.deliveries import CHATS, PACE, subscribe_in_bulk
from tests.support.harness import Harness
from tests.support.sender_looks import SenderLooks


@pytest.fixture
def harness(harness: Harness, database_url: str) -> Harness:
    """On SQLite and on PostgreSQL."""
    return replace(harness, database_url=database_url)


@pytest.fixture
async def db(harness: Harness) -> AsyncIterator[Database]:
    """The database with its schema, open for this test as well as for the bot."""
    async with connect.open_database(harness.database_url, exclusive=False) as opened:
        yield opened


@pytest.fixture
async def sender_looks(monkeypatch: pytest.MonkeyPatch) -> SenderLooks:
    """When the sender of a bot that runs in the test's process looks for work."""
    return SenderLooks(monkeypatch)


@pytest.fixture
async def crowd(harness: Harness, db: Database) -> range:
    """The chats that the broadcast goes to, at a pace at which it takes two seconds."""
    harness.per_second = PACE
    chats = people.add_crowd(harness.world, CHATS)
    await subscribe_in_bulk(db, chats)
    return chats
