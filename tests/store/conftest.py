"""What the tests of the store say in one line: who is subscribed, what is queued, what became of it."""

import asyncio
import datetime as dt
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, make_url, select, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats
from outreachbot.store import tables as t
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.database import insert as inserts
from outreachbot.store.database.connect import Database
from outreachbot.store.delivery import leases, messages
from outreachbot.store.delivery import queueing as delivery_queueing

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
    async with connect.open_database(url):
        pass


@pytest.fixture(params=["sqlite", "postgres"])
def ready_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"ready_{request.param}")
    return url


async def _empty(db: Database) -> None:
    """As the migrations leave it."""
    async with connect.writing(db) as transaction:
        for table in reversed(t.metadata.sorted_tables):
            await transaction.execute(delete(table))
        await transaction.execute(insert(t.pace).values(PACE))


@pytest.fixture
def empty() -> Callable[[Database], Awaitable[None]]:
    return _empty


@pytest.fixture
async def db(ready_url: str) -> AsyncIterator[Database]:
    """An open database with its schema and nothing in it, once on SQLite and once on PostgreSQL."""
    async with connect.open_database(ready_url) as opened:
        if not opened.is_sqlite:
            await _empty(opened)
        yield opened


@pytest.fixture
def until_blocked(db: Database) -> Callable[..., Awaitable[None]]:
    """Wait until one transaction waits for another's lock, or the task needed none."""

    async def until_blocked(task: asyncio.Task[object]) -> None:
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        async with connect.reading(db) as connection, asyncio.timeout(5):
            while not task.done() and not await connection.scalar(waiting):
                pass

    return until_blocked


@pytest.fixture
def subscribe(db: Database) -> Callable[..., Awaitable[None]]:
    """Subscribe chats; `own` are columns of theirs: zone, hour, joined."""

    async def subscribe(
        *chat_ids: int, now: float = 1.0, kind: str = "private", language: str = "en", **own: object
    ) -> None:
        async with connect.writing(db) as transaction:
            for chat_id in chat_ids:
                await chats.subscribe(transaction, chat_id, kind=kind, language=language, topic_id=None, now=now)
                if own:
                    await transaction.execute(update(t.chats).where(t.chats.c.id == chat_id).values(**own))

    return subscribe


@pytest.fixture
async def sender(db: Database) -> int:
    """A sender that may claim, with a lease."""
    async with connect.writing(db) as transaction:
        return await leases.begin(transaction, "test", 1.0, is_main=True)


@pytest.fixture
def deliver(db: Database, sender: int) -> Callable[..., Awaitable[int]]:
    """Write a running message down, with its deliveries (chat id -> state); its id. The air is `sender`'s."""

    async def deliver(
        states: dict[int, DeliveryState],
        kind: MessageKind = MessageKind.BROADCAST,
        reason: Reason | None = None,
        key: str | None = None,
        **columns: object,
    ) -> int:
        async with connect.writing(db) as transaction:
            message_id = await messages.create(transaction, kind, BODIES, 1.0, key=key)
            assert message_id is not None
            runs = {"state": MessageState.RUNNING, "started_at": 1.0, "queued_to": None}
            await transaction.execute(update(t.messages).where(t.messages.c.id == message_id).values(**runs))
            for chat_id, state in states.items():
                row = {"message_id": message_id, "chat_id": chat_id, "state": state, "reason": reason, **columns}
                row["sender_id"] = sender if state is DeliveryState.SENDING else None
                await transaction.execute(inserts.insert(transaction, t.deliveries).values(**row))
        return message_id

    return deliver


@pytest.fixture
def queue(db: Database) -> Callable[..., Awaitable[list[int]]]:
    """Queue whatever is to be queued; how many chats each piece had."""

    async def queue(waves: Mapping[str, float | None] | None = None, zone: str = "") -> list[int]:
        pieces: list[int] = []
        at = {name: None if at is None else dt.datetime.fromtimestamp(at, dt.UTC) for name, at in (waves or {}).items()}
        while True:
            async with connect.writing(db) as transaction:
                if not (waiting := await delivery_queueing.list_queueing(transaction, 1)):
                    return pieces
                pieces.append(await delivery_queueing.queue_next_piece(transaction, waiting[0], at, zone))

    return queue


@pytest.fixture
def confirm(db: Database) -> Callable[..., Awaitable[int]]:
    """Write a broadcast and start it; its id. Its audience is to be queued."""

    async def confirm(
        to: BroadcastAudience | None = None, *, kind: MessageKind = MessageKind.BROADCAST, of_id: int | None = None
    ) -> int:
        async with connect.writing(db) as transaction:
            message_id = await records.create_draft(transaction, 11, 5, BODIES, 1.0, kind=kind, of_id=of_id)
            await messages.set_audience(transaction, message_id, to or BroadcastAudience())
            assert await messages.start(transaction, message_id, 2.0)
        return message_id

    return confirm


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
