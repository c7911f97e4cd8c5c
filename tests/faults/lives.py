"""A bot that is killed and started again and again, faster than Python could import it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
from accounts import until

from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from program import environment
from town import Town

FORKER = Path(__file__).with_name("nursery.py")


class Lives:
    """`outreachbot run`, one process after another."""

    def __init__(self, forker: asyncio.subprocess.Process) -> None:
        self._forker = forker
        self._pid = 0

    async def start(self) -> None:
        assert self._forker.stdin
        self._forker.stdin.write(b"run\n")
        self._pid = await self._answer()

    async def kill(self, db: Database) -> None:
        """kill -9, and wait until PostgreSQL has noticed it: nothing is committed after that."""
        await self._kill()
        if not db.is_sqlite:
            await until(lambda: _alone(db))

    async def _kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        self._pid = 0
        assert await self._answer() == -signal.SIGKILL, "it had ended before it was killed"

    async def _answer(self) -> int:
        assert self._forker.stdout
        return int(await self._forker.stdout.readline())

    @property
    def runs(self) -> bool:
        return self._pid != 0


@asynccontextmanager
async def lives(town: Town) -> AsyncIterator[Lives]:
    """No process outlives the block. What they write is shown when the test fails."""
    pipe = asyncio.subprocess.PIPE
    forker = await asyncio.create_subprocess_exec(
        sys.executable, FORKER, env=environment(town), stdin=pipe, stdout=pipe
    )
    life = Lives(forker)
    try:
        yield life
    finally:
        if life.runs:
            await life._kill()
        assert forker.stdin
        forker.stdin.close()
        await forker.wait()


async def _alone(db: Database) -> bool:
    """Whether nobody else is connected to the database."""
    query = (
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid != pg_backend_pid()"
    )
    async with connect.reading(db) as connection:
        return bool(await connection.scalar(sa.text(query)))
