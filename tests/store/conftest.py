"""What the tests of the store say in one line: who is subscribed, what is queued, what became of it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, make_url, select, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from outreachbot.domain.delivery import MessageState, Reason, State
from outreachbot.domain.message import Message
from outreachbot.store import chats, connect, outbox
from outreachbot.store import insert as inserts
from outreachbot.store import tables as t
from outreachbot.store.connect import Database

PACE = {"name": "bulk", "next_slot": 0.0, "updated_at": 0.0}  # the row that the migration makes
BODIES = {"en": Message("hello")}


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with its schema and nothing in it: a copy of it is made faster than the schema."""
    file = tmp_path_factory.mktemp("store") / "empty.db"
    asyncio.run(_make(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture
def ready_sqlite(empty_file: Path, tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{shutil.copy(empty_file, tmp_path / 'test.db')}"


@pytest.fixture(scope="session")
def ready_postgres(postgres: str) -> str:
    """A database of its own, whose schema stays from test to test."""

    async def create() -> str:
        engine = create_async_engine(postgres, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text("CREATE DATABASE ready"))
        await engine.dispose()
        url = make_url(postgres).set(database="ready").render_as_string(hide_password=False)
        await _make(url)
        return url

    return asyncio.run(create())


async def _make(url: str) -> None:
    async with connect.opened(url):
        pass


@pytest.fixture(params=["sqlite", "postgres"])
def ready_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"ready_{request.param}")
    return url


@pytest.fixture
async def db(ready_url: str) -> AsyncIterator[Database]:
    """An open database with its schema and nothing in it, once on SQLite and once on PostgreSQL."""
    async with connect.opened(ready_url) as opened:
        if not opened.is_sqlite:
            async with connect.writing(opened) as transaction:
                for table in reversed(t.metadata.sorted_tables):
                    await transaction.execute(delete(table))
                await transaction.execute(insert(t.pace).values(PACE))
        yield opened


@pytest.fixture
def subscribe(db: Database) -> Callable[..., Awaitable[None]]:
    """Subscribe chats; with a zone and an hour of their own where they are given."""

    async def subscribe(
        *chat_ids: int, now: float = 1.0, kind: str = "private", zone: str | None = None, hour: int | None = None
    ) -> None:
        async with connect.writing(db) as transaction:
            for chat_id in chat_ids:
                await chats.subscribe(transaction, chat_id, kind=kind, language="en", topic_id=None, now=now)
                own = update(t.chats).where(t.chats.c.id == chat_id).values(zone=zone, hour=hour)
                await transaction.execute(own)

    return subscribe


@pytest.fixture
def deliver(db: Database) -> Callable[..., Awaitable[int]]:
    """Write a running message down, with its deliveries (chat id -> state); its id."""

    async def deliver(
        states: dict[int, State], kind: str = outbox.BROADCAST, reason: Reason | None = None, key: str | None = None
    ) -> int:
        async with connect.writing(db) as transaction:
            message_id = await outbox.write(transaction, kind, BODIES, 1.0, key=key)
            assert message_id is not None
            await outbox.move(transaction, message_id, MessageState.RUNNING, only_from=[MessageState.DRAFT])
            for chat_id, state in states.items():
                row = {"message_id": message_id, "chat_id": chat_id, "state": state, "reason": reason}
                await transaction.execute(inserts.insert(transaction, t.deliveries).values(**row))
        return message_id

    return deliver


@pytest.fixture
def states(db: Database) -> Callable[[int], Awaitable[dict[int, str]]]:
    """Where a message's deliveries stand, by chat."""

    async def states(message_id: int) -> dict[int, str]:
        query = select(t.deliveries.c.chat_id, t.deliveries.c.state).where(t.deliveries.c.message_id == message_id)
        async with connect.reading(db) as connection:
            return dict((await connection.execute(query)).all())

    return states


@pytest.fixture
def state(db: Database) -> Callable[[int], Awaitable[str]]:
    """Where a message stands."""

    async def state(message_id: int) -> str:
        async with connect.reading(db) as connection:
            return (
                await connection.execute(select(t.messages.c.state).where(t.messages.c.id == message_id))
            ).scalar_one()

    return state
