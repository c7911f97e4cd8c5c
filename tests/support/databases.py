"""New databases for tests: the schema is created once for each test process and then copied, which is fast."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import delete, insert, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from outreachbot.store import tables as t
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database

PACE = {"name": "bulk", "next_slot": 0.0, "updated_at": 0.0}  # the row that the migrations make
_numbers = itertools.count(1)


async def migrate(url: str) -> None:
    """Migrate the database at this URL; a missing SQLite file is created."""
    async with connect.open_database(url):
        pass


async def create_database(server: str, *, template: str = "template1", name: str | None = None) -> str:
    """Create a PostgreSQL database as a copy of another to which nobody is connected; its URL."""
    name = name or f"test{next(_numbers)}"
    # FILE_COPY takes half the time of the default here, where fsync is off.
    await _execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@asynccontextmanager
async def temporary_database(server: str, *, template: str = "template1") -> AsyncIterator[str]:
    """The URL of a PostgreSQL database that is dropped after the block, whoever is still connected."""
    url = await create_database(server, template=template)
    yield url
    await _execute(server, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


async def delete_all_rows(db: Database) -> None:
    """Leave the database as the migrations do."""
    async with connect.writing(db) as transaction:
        for table in reversed(t.metadata.sorted_tables):
            await transaction.execute(delete(table))
        await transaction.execute(insert(t.pace).values(PACE))


async def _execute(server: str, statement: str) -> None:
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
