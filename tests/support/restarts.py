"""A bot that is killed and restarted repeatedly, faster than Python could import it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa

from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from tests.support.deliveries import wait_until
from tests.support.harness import Harness
from tests.support.program import environment

FORK_SERVER = Path(__file__).with_name("fork_server.py")


class RestartableBot:
    """`outreachbot run`, one process after another."""

    def __init__(self, fork_server: asyncio.subprocess.Process) -> None:
        self._fork_server = fork_server
        self._pid = 0

    async def start(self) -> None:
        assert self._fork_server.stdin
        self._fork_server.stdin.write(b"run\n")
        self._pid = await self._answer()

    async def kill(self, db: Database) -> None:
        """Kill it with SIGKILL and wait until PostgreSQL has noticed: by then the last commit is in the database."""
        await self._kill()
        if not db.is_sqlite:
            await wait_until(lambda: _alone(db))

    async def _kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        self._pid = 0
        assert await self._answer() == -signal.SIGKILL, "it had ended before it was killed"

    async def _answer(self) -> int:
        assert self._fork_server.stdout
        return int(await self._fork_server.stdout.readline())

    @property
    def is_running(self) -> bool:
        return self._pid != 0


@asynccontextmanager
async def restartable_bot(harness: Harness) -> AsyncIterator[RestartableBot]:
    """No process outlives the block. What they write is shown when the test fails."""
    pipe = asyncio.subprocess.PIPE
    fork_server = await asyncio.create_subprocess_exec(
        sys.executable, FORK_SERVER, env=environment(harness), stdin=pipe, stdout=pipe
    )
    bot = RestartableBot(fork_server)
    try:
        yield bot
    finally:
        if bot.is_running:
            await bot._kill()
        assert fork_server.stdin
        fork_server.stdin.close()
        await fork_server.wait()


async def _alone(db: Database) -> bool:
    """Whether nobody else is connected to the database."""
    query = (
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid != pg_backend_pid()"
    )
    async with connect.reading(db) as connection:
        return bool(await connection.scalar(sa.text(query)))
