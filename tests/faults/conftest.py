"""What every test here has: a town on each database, and an eye on the ledger beside the bot.

Of the list of faults that a broadcast must survive, two lines stand in tests/walks: two programs on one token or one
database (test_process.py), and the same template error from several chats (test_troubles.py, test_broadcast.py).
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
    """Once with SQLite and once with PostgreSQL."""
    return replace(town, database_url=database_url)


@pytest.fixture
async def db(town: Town) -> AsyncIterator[Database]:
    """The database with its schema, open for this test as well as for the bot."""
    async with connect.open_database(town.database_url):
        pass  # made, and left to the bot alone
    async with connect.open_database(town.database_url, exclusive=False) as opened:
        yield opened


@pytest.fixture
async def crowd(town: Town, db: Database) -> range:
    """Whom the broadcast goes to, at a pace at which two seconds are enough to do something in its middle."""
    town.per_second = PACE
    chats = people.add_crowd(town.world, CHATS)
    await subscribe(db, chats)
    return chats
