"""A connection to SQLite that needs one trip to its thread per statement.

aiosqlite makes four: to get a cursor, to execute, to fetch and to close. Each trip wakes the thread, which then
competes with ours for the interpreter.
"""

import sqlite3
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from functools import partial
from typing import Any, Self

import aiosqlite

Execute = Callable[[sqlite3.Cursor, str, Any], object]

# FULL: a commit survives a power cut, so a message that was sent is never taken for unsent.
# A negative cache size is in KiB: 600 per connection, as more makes nothing faster here.
PRAGMAS = ("synchronous = FULL", "foreign_keys = ON", "cache_size = -600")
RETRY_SECONDS = 0.02
CHUNK = 64  # rows; aiosqlite requires a value, but nothing here reads in chunks


class Cursor:
    """A statement and its result, with the part of a cursor's interface that SQLAlchemy's asyncio adapter uses."""

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
        """Do nothing: `Connection.run` has closed SQLite's cursor."""


class Connection(aiosqlite.Connection):
    """The connection that SQLAlchemy uses."""

    def __init__(self, database: str, *, timeout: float, **options: Any) -> None:
        """Prepare a connection, which opens when awaited; `timeout` in seconds. It never begins transactions itself."""
        super().__init__(partial(sqlite3.connect, database, timeout=timeout, isolation_level=None, **options), CHUNK)
        self._thread.daemon = True  # as in SQLAlchemy: the program can exit without waiting for it
        self._timeout = timeout

    def __await__(self) -> Generator[Any, None, Self]:
        return self._open().__await__()

    async def _open(self) -> Self:
        self._thread.start()
        try:
            await self._connect()
            await self._execute(_set_up, self._conn, self._timeout)  # type: ignore[no-untyped-call]
        except BaseException:
            await self.close()
            self._thread.join()  # or it might report to an event loop that is closed by then
            raise
        return self

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)

    async def run(self, cursor: Cursor, execute: Execute, sql: str, parameters: Iterable[Any]) -> None:
        """Execute, fetch and close in one trip; the result is stored in the cursor."""
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


def _set_up(connection: sqlite3.Connection, timeout: float) -> None:
    _enable_wal(connection, time.monotonic() + timeout)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _enable_wal(connection: sqlite3.Connection, until: float) -> None:
    """Let readers work beside the writer. SQLite's own timeout does not apply to this pragma, so we retry."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return
