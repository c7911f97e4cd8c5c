"""SQLite's connection: how it is set up, and one trip to its thread for each statement.

aiosqlite goes there four times: for a cursor, to execute, for the rows, and to close. Each trip wakes a thread, which
then contends with ours for the interpreter.
"""

import sqlite3
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

Execute = Callable[[sqlite3.Cursor, str, Any], object]

# FULL: what is committed survives a power cut, so a message whose request left is never taken for unsent.
# 600 KB of pages for each connection (a minus means KiB): with more nothing that we do is faster.
PRAGMAS = ("synchronous = FULL", "foreign_keys = ON", "cache_size = -600")
AGAIN_SECONDS = 0.02
CHUNK = 64  # rows; aiosqlite asks for it, and nothing here reads in chunks


class Cursor:
    """One statement and its result: what SQLAlchemy's asyncio adapter uses of a cursor."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self.connection = connection
        self.rows: Sequence[Any] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        await self.connection.run(self, sqlite3.Cursor.execute, sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        await self.connection.run(self, sqlite3.Cursor.executemany, sql, parameters)
        return self

    async def fetchall(self) -> Sequence[Any]:
        return self.rows

    async def close(self) -> None:
        """It was closed in its thread."""


class Connection(aiosqlite.Connection):
    """What SQLAlchemy works with."""

    def __init__(self, database: str, *, timeout: float, **options: Any) -> None:
        """To be awaited. It begins no transactions by itself; `timeout` in seconds, as sqlite3.connect takes it."""
        super().__init__(partial(sqlite3.connect, database, timeout=timeout, isolation_level=None, **options), CHUNK)
        self._thread.daemon = True  # as SQLAlchemy has it: the end of the program does not wait for it
        self._patience = timeout

    def __await__(self) -> Generator[Any, None, Self]:
        return self._begin().__await__()

    async def _begin(self) -> Self:
        self._thread.start()
        try:
            await self._connect()
            await self._execute(_set_up, self._conn, self._patience)  # type: ignore[no-untyped-call]
        except BaseException:  # no database, say
            await self.close()
            self._thread.join()  # it has only to end; later it might have something to say to a loop that is closed
            raise
        return self

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    async def run(self, cursor: Cursor, execute: Execute, sql: str, parameters: Iterable[Any]) -> None:
        """Execute, fetch and close in one go; the cursor holds what came of it."""
        await self._execute(self._run, cursor, execute, sql, parameters)  # type: ignore[no-untyped-call]

    def _run(self, result: Cursor, execute: Execute, sql: str, parameters: Iterable[Any]) -> None:
        cursor = self._conn.cursor()
        try:
            execute(cursor, sql, parameters)
            result.description = cursor.description
            result.rows = cursor.fetchall() if cursor.description else ()
            result.rowcount, result.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()


def _set_up(connection: sqlite3.Connection, patience: float) -> None:
    _write_ahead(connection, time.monotonic() + patience)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection, until: float) -> None:
    """Readers don't wait for the writer. SQLite waits for nobody here, whatever its time-out: so we do."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(AGAIN_SECONDS)
        else:
            return
