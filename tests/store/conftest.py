"""Fixtures for tests of the store: subscribe chats, queue deliveries, and read their states."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import pytest
from sqlalchemy import select, text, update

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
from tests.support import databases

BODIES = {"en": Message("hello")}


@pytest.fixture(scope="session")
def shared_postgres_url(postgres: str, postgres_template: str) -> str:
    """One database for all tests here: emptying it takes a fifth of the time of copying another."""
    return asyncio.run(databases.create_database(postgres, template=postgres_template))


@pytest.fixture
def postgres_url(shared_postgres_url: str) -> str:
    return shared_postgres_url


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """An open database with its schema and nothing in it, once on SQLite and once on PostgreSQL."""
    async with connect.open_database(database_url) as opened:
        if not opened.is_sqlite:
            await databases.delete_all_rows(opened)
        yield opened


@pytest.fixture
def until_blocked(db: Database) -> Callable[..., Awaitable[None]]:
    """Wait until the task's transaction is blocked by another's lock, or has ended."""

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
    """Create a running message with these deliveries (by chat id); return its id. `sender` claims those being sent."""

    async def deliver(
        states: dict[int, DeliveryState],
        kind: MessageKind = MessageKind.BROADCAST,
        reason: Reason | None = None,
        key: str | None = None,
        **columns: object,
    ) -> int:
        async with connect.writing(db) as transaction:
            outbox_id = await messages.create(transaction, kind, BODIES, 1.0, key=key)
            assert outbox_id is not None
            runs = {"state": MessageState.RUNNING, "started_at": 1.0, "queued_to": None}
            await transaction.execute(update(t.messages).where(t.messages.c.id == outbox_id).values(**runs))
            for chat_id, state in states.items():
                row = {"message_id": outbox_id, "chat_id": chat_id, "state": state, "reason": reason, **columns}
                row["sender_id"] = sender if state is DeliveryState.SENDING else None
                await transaction.execute(inserts.insert(transaction, t.deliveries).values(**row))
        return outbox_id

    return deliver


@pytest.fixture
def queue(db: Database) -> Callable[..., Awaitable[list[int]]]:
    """Queue every audience; return the number of chats in each piece."""

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
    """Write a broadcast and start it; return its id. Its audience isn't queued yet."""

    async def confirm(
        to: BroadcastAudience | None = None, *, kind: MessageKind = MessageKind.BROADCAST, of_id: int | None = None
    ) -> int:
        async with connect.writing(db) as transaction:
            outbox_id = await records.create_draft(transaction, 11, 5, BODIES, 1.0, kind=kind, of_id=of_id)
            await messages.set_audience(transaction, outbox_id, to or BroadcastAudience())
            assert await messages.start(transaction, outbox_id, 2.0)
        return outbox_id

    return confirm


@pytest.fixture
def states(db: Database) -> Callable[[int], Awaitable[dict[int, str]]]:
    """The state of each of a message's deliveries, by chat."""

    async def states(outbox_id: int) -> dict[int, str]:
        query = select(t.deliveries.c.chat_id, t.deliveries.c.state).where(t.deliveries.c.message_id == outbox_id)
        async with connect.reading(db) as connection:
            return dict((await connection.execute(query)).all())

    return states


@pytest.fixture
def state(db: Database) -> Callable[[int], Awaitable[str]]:
    """The state of a message."""

    async def state(outbox_id: int) -> str:
        async with connect.reading(db) as connection:
            return (
                await connection.execute(select(t.messages.c.state).where(t.messages.c.id == outbox_id))
            ).scalar_one()

    return state
