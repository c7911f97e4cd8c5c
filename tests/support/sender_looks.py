"""Waits until the bot's sender, in the test's process, has looked for work: better than a pause of some length."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection, Database
from outreachbot.workers.delivery import sender
from outreachbot.workers.delivery.sender import Sender
from tests.support.harness import PATIENCE


class SenderLooks:
    """Counts the steps of the sender and its transactions. Create it before the bot starts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._begun = self._ended = self._transactions = 0
        self._changed = asyncio.Event()
        self._step, self._writing = sender.send_next, connect.writing
        monkeypatch.setattr(sender, "send_next", self._counted_step)
        monkeypatch.setattr(connect, "writing", self._counted_writing)

    async def wait_for_one(self) -> None:
        """Wait until a step that begins from now on has ended, however it ends."""
        already = self._begun
        async with asyncio.timeout(PATIENCE):
            while self._ended <= already:
                await self._change()

    async def wait_until_writing(self) -> None:
        """Wait until the sender is in a transaction, or waits for one to begin."""
        async with asyncio.timeout(PATIENCE):
            while not self._transactions:
                await self._change()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _counted_step(self, of: Sender) -> bool:
        self._begun += 1
        try:
            return await self._step(of)
        finally:
            self._ended += 1
            self._changed.set()

    @asynccontextmanager
    async def _counted_writing(self, db: Database) -> AsyncIterator[Connection]:
        task = asyncio.current_task()
        if task is None or task.get_name() != "sending":
            async with self._writing(db) as connection:
                yield connection
            return
        self._transactions += 1
        self._changed.set()
        try:
            async with self._writing(db) as connection:
                yield connection
        finally:
            self._transactions -= 1
