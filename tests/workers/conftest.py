"""What the tests of the workers share: a database of their own on SQLite, and ways to make it fail and work again."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from sqlalchemy import text

from outreachbot.store import chats, connect
from outreachbot.store.connect import Database


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What the store says on PostgreSQL its own tests tell."""
    return sqlite_url


Failing = Callable[[str], AbstractAsyncContextManager[None]]


@pytest.fixture
def failing(db: Database) -> Failing:
    """In the block, whatever is done with this table fails."""

    async def rename(old: str, new: str) -> None:
        async with connect.writing(db) as transaction:
            await transaction.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    @asynccontextmanager
    async def fail(table: str) -> AsyncIterator[None]:
        await rename(table, "away")
        yield
        await rename("away", table)

    return fail


@pytest.fixture
def subscribe(db: Database) -> Callable[..., Awaitable[None]]:
    """Subscribe chats."""

    async def subscribe(*chat_ids: int, language: str = "en", topic_id: int | None = None, now: float = 1.0) -> None:
        async with connect.writing(db) as transaction:
            for chat_id in chat_ids:
                await chats.subscribe(
                    transaction, chat_id, kind="private", language=language, topic_id=topic_id, now=now
                )

    return subscribe
