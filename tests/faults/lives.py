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

NURSERY = Path(__file__).with_name("nursery.py")


class Lives:
    """`outreachbot run`, one process after the other."""

    def __init__(self, nursery: asyncio.subprocess.Process) -> None:
        self._nursery = nursery
        self._pid = 0

    async def start(self) -> None:
        assert self._nursery.stdin
        self._nursery.stdin.write(b"run\n")
        self._pid = await self._answer()

    async def kill(self, db: Database) -> None:
        """kill -9. What was committed last stands in the database afterwards: PostgreSQL has noticed the death too."""
        await self._kill()
        if not db.is_sqlite:
            await until(lambda: _alone(db))

    async def _kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        self._pid = 0
        assert await self._answer() == -signal.SIGKILL, "it had ended before it was killed"

    async def _answer(self) -> int:
        assert self._nursery.stdout
        return int(await self._nursery.stdout.readline())

    @property
    def runs(self) -> bool:
        return self._pid != 0


@asynccontextmanager
async def lives(town: Town) -> AsyncIterator[Lives]:
    """None of them outlives the block. What they write is shown when the test fails."""
    pipe = asyncio.subprocess.PIPE
    nursery = await asyncio.create_subprocess_exec(
        sys.executable, NURSERY, env=environment(town), stdin=pipe, stdout=pipe
    )
    life = Lives(nursery)
    try:
        yield life
    finally:
        if life.runs:
            await life._kill()
        assert nursery.stdin
        nursery.stdin.close()
        await nursery.wait()


async def _alone(db: Database) -> bool:
    """Whether nobody else is connected to the database."""
    query = (
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid != pg_backend_pid()"
    )
    async with connect.reading(db) as connection:
        return bool(await connection.scalar(sa.text(query)))
