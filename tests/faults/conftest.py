"""What these tests share: the bot on each database, and a connection to the same database.

Two more faults that a broadcast must survive are in tests/walks: two programs with one token or one database
(test_process.py), and the same template error in several chats (test_troubles.py, test_broadcast.py).
"""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from accounts import CHATS, PACE, subscribe

from outreachbot.sandbox import people
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from town import Town


@pytest.fixture
def town(town: Town, database_url: str) -> Town:
    """On SQLite and on PostgreSQL."""
    return replace(town, database_url=database_url)


@pytest.fixture
async def db(town: Town) -> AsyncIterator[Database]:
    """The database with its schema, open both for this test and for the bot."""
    async with connect.open_database(town.database_url):
        pass  # create the schema
    async with connect.open_database(town.database_url, exclusive=False) as opened:
        yield opened


@pytest.fixture
async def crowd(town: Town, db: Database) -> range:
    """The chats that the broadcast goes to, at a pace at which it takes two seconds."""
    town.per_second = PACE
    chats = people.add_crowd(town.world, CHATS)
    await subscribe(db, chats)
    return chats
