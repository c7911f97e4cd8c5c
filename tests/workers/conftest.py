"""Fixtures for tests of workers: an SQLite database, broadcasts, and a Telegram with the answers a test wants."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select, text

from outreachbot.domain.delivery import pace
from outreachbot.domain.delivery.outcomes import Outcome, Sent
from outreachbot.domain.delivery.states import MessageKind
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats, tables
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.delivery import leases, messages
from outreachbot.store.delivery.bodies import Bodies
from outreachbot.store.delivery.outbox import Claimed
from outreachbot.workers.delivery import queueing
from outreachbot.workers.delivery import sender as senders
from outreachbot.workers.delivery.sender import Sender

ADMIN = 22
HELLO = {"en": Message("hello")}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite alone: the store's own tests run on PostgreSQL too."""
    return sqlite_url


Failing = Callable[[str], AbstractAsyncContextManager[None]]


@pytest.fixture
def failing(db: Database) -> Failing:
    """In the block, every statement on this table fails."""

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


@pytest.fixture
def broadcast(db: Database) -> Callable[..., Awaitable[int]]:
    """Create a broadcast to all subscribed chats (or a correction or deletion), start and queue it; its id."""

    async def broadcast(
        bodies: Bodies = HELLO, *, kind: MessageKind = MessageKind.BROADCAST, of_id: int | None = None
    ) -> int:
        async with connect.writing(db) as transaction:
            outbox_id = await records.create_draft(transaction, ADMIN, ADMIN, bodies, 1.0, kind=kind, of_id=of_id)
            await messages.start(transaction, outbox_id, 2.0)
        while await queueing.queue_audience(db, "UTC", asyncio.Event()):
            pass
        return outbox_id

    return broadcast


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No gaps between messages to one chat, and the sender looks at a clock that was moved at once."""
    monkeypatch.setattr(pace, "PRIVATE_GAP", 0.0)
    monkeypatch.setattr(pace, "GROUP_GAP", 0.0)
    monkeypatch.setattr(senders, "LONGEST_SLEEP", 0.01)


class Clock:
    """A clock that a test can move."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class Telegram:
    """Answers as a test wants, by chat (a list: in turn; an event: when it is set); otherwise with success."""

    def __init__(self) -> None:
        self.answers: dict[int, Any] = {}
        self.tried: list[Claimed] = []
        self.got: list[tuple[int, str]] = []
        self.at: list[float] = []  # monotonic, of each try
        self.most = 0  # requests under way at once
        self._now = 0

    async def send(self, claimed: Claimed, message: Message) -> Outcome:
        self.tried.append(claimed)
        self.at.append(time.monotonic())
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            answer = await self._answer(claimed.chat_id)
        finally:
            self._now -= 1
        if isinstance(answer, Sent):
            self.got.append((claimed.chat_id, message.text))
        return answer

    async def _answer(self, chat_id: int) -> Outcome:
        answer = self.answers.get(chat_id, Sent(abs(chat_id) * 10))
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            answer = Sent(abs(chat_id) * 10)
        await asyncio.sleep(0)
        outcome: Outcome = answer
        return outcome

    def times(self, chat_id: int) -> int:
        """How often this chat was tried."""
        return sum(claimed.chat_id == chat_id for claimed in self.tried)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def telegram() -> Telegram:
    return Telegram()


@pytest.fixture
def sender_of(db: Database, telegram: Telegram, clock: Clock) -> Callable[..., Awaitable[Sender]]:
    """A sender with a lease."""

    async def sender_of(*, per_second: float = 500.0, replies: Callable[[], int] = lambda: 0) -> Sender:
        async with connect.writing(db) as transaction:
            sender_id = await leases.begin(transaction, "test", clock(), is_main=True)
        return Sender(db, sender_id, telegram.send, clock, per_second, replies)

    return sender_of


async def _run(sender: Sender) -> None:
    async with asyncio.timeout(20):
        while await senders.send_next(sender):
            pass


@pytest.fixture
def run() -> Callable[[Sender], Awaitable[None]]:
    """Repeat the step until there is nothing more to do."""
    return _run


@pytest.fixture
def states(db: Database) -> Callable[..., Awaitable[Counter[str]]]:
    """How many deliveries of a message are in each state."""

    async def states(outbox_id: int = 1) -> Counter[str]:
        query = select(tables.deliveries.c.state).where(tables.deliveries.c.message_id == outbox_id)
        async with connect.reading(db) as connection:
            return Counter((await connection.execute(query)).scalars())

    return states


@pytest.fixture
def message_state(db: Database) -> Callable[..., Awaitable[tuple[str, str | None]]]:
    """The state of a message, and why it is paused."""

    async def message_state(outbox_id: int = 1) -> tuple[str, str | None]:
        query = select(tables.messages.c.state, tables.messages.c.state_reason)
        async with connect.reading(db) as connection:
            row = (await connection.execute(query.where(tables.messages.c.id == outbox_id))).one()
        return row.state, row.state_reason

    return message_state
