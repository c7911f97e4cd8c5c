"""Opens the database: SQLite or PostgreSQL, one schema, one process, short transactions."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filelock
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, InvalidRequestError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from outreachbot.errors import AlreadyRunning, StoreFailed, WrongUse
from outreachbot.store.database import migrate, sqlite

ADVISORY_LOCK = 0x6F757472_65616368  # "outreach": one bot for a PostgreSQL database
MIGRATION_LOCK = ADVISORY_LOCK + 1  # programs that open a database beside each other bring it up to date in turn
INSUFFICIENT_PRIVILEGE = "42501"  # PostgreSQL's SQLSTATE
BUSY_SECONDS = 10  # how long a statement waits for another process (a backup, say) that holds SQLite
READS = "outreachbot_reads"  # an execution option: this connection only reads
IDLE_SECONDS = 15.0  # after which PostgreSQL ends a transaction whose machine died: its locks would stop the others


Connection = AsyncConnection


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. Use it through `reading` and `writing`."""

    engine: AsyncEngine
    name: str  # for people: the file, or the address without its password
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # SQLite has one writer: ours queue here, not there

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"


@asynccontextmanager
async def reading(db: Database) -> AsyncIterator[Connection]:
    """A connection that only reads; StoreFailed when the database fails."""
    with _failures(db.name):
        async with db.engine.connect() as connection:
            # On SQLite AUTOCOMMIT would be set and taken back by statements; there our own BEGIN is left out instead.
            options = {READS: True} if db.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
            yield await connection.execution_options(**options)


@asynccontextmanager
async def writing(db: Database) -> AsyncIterator[Connection]:
    """One transaction, committed at the end of the block; StoreFailed (and nothing written) when the database fails."""
    with _failures(db.name):
        async with AsyncExitStack() as stack:
            if db.is_sqlite:
                await stack.enter_async_context(db.turn)
            yield await stack.enter_async_context(db.engine.begin())


@asynccontextmanager
async def open_database(url: str, *, exclusive: bool = True) -> AsyncIterator[Database]:
    """The database at this SQLAlchemy URL, its schema brought up to date. A new SQLite file is made if `exclusive`.

    Raises AlreadyRunning when another process has it and we want it `exclusive`, SchemaTooNew when a newer version
    wrote it, StoreFailed when it can't be opened, WrongUse when the URL can't be read.
    """
    db = _database(url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.engine.dispose)
        with _failures(db.name), _unknown_options():
            if exclusive:
                await stack.enter_async_context(_alone(db))
            elif db.is_sqlite:
                _must_be_there(Path(db.name))
            await _bring_up_to_date(db)
        yield db


@asynccontextmanager
async def open_unchanged(url: str) -> AsyncIterator[Database]:
    """The database for a look: it is neither made nor brought up to date nor held. Raises as `opened` does."""
    db = _database(url)
    try:
        with _failures(db.name), _unknown_options():
            if db.is_sqlite:
                _must_be_there(Path(db.name))
            async with db.engine.connect() as connection:
                await connection.run_sync(migrate.must_be_newest, db.name)
        yield db
    finally:
        await db.engine.dispose()


async def _bring_up_to_date(db: Database) -> None:
    async with db.engine.begin() as connection:  # SQLite's BEGIN IMMEDIATE lets one in at a time by itself
        if not db.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        await connection.run_sync(migrate.to_newest, db.name)


def _database(url: str) -> Database:
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and address.database in {None, "", ":memory:"}:
            raise WrongUse("OUTREACHBOT_DATABASE_URL names no file; write sqlite+aiosqlite:///outreachbot.db")
        engine = create_async_engine(
            address, hide_parameters=True, pool_size=5, max_overflow=5, pool_timeout=30, **_options(address.drivername)
        )
    except ModuleNotFoundError as error:
        raise WrongUse(f"OUTREACHBOT_DATABASE_URL needs {error.name}: pip install 'outreachbot[postgres]'") from None
    except (ArgumentError, InvalidRequestError, ValueError):
        raise WrongUse("OUTREACHBOT_DATABASE_URL can't be read; write sqlite+aiosqlite:///outreachbot.db") from None
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
        return Database(engine, str(address.database))
    _prepare_postgres(engine)
    return Database(engine, address.render_as_string(hide_password=True))


def _options(driver: str) -> dict[str, Any]:
    if driver.startswith("sqlite"):
        # The connection used last is used next: each keeps its pages, so few of them should get warm.
        return {"connect_args": {"timeout": BUSY_SECONDS, "async_creator_fn": sqlite.Connection}, "pool_use_lifo": True}
    return {"pool_pre_ping": True}  # a connection that a restarted server dropped is replaced, not used


def _prepare_sqlite(engine: AsyncEngine) -> None:
    """Take transactions into our own hands: a writer says so at its BEGIN, so two can't deadlock on an upgrade."""

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        if not connection.get_execution_options().get(READS):  # a reader must not lock
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_postgres(engine: AsyncEngine) -> None:
    """A machine that loses its power says no goodbye: without a limit, the server would wait for it for hours."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        # Not as a parameter of the connection: a pooler in between refuses those that it does not know.
        cursor = connection.cursor()
        cursor.execute(f"SET idle_in_transaction_session_timeout = {round(IDLE_SECONDS * 1000)}")
        cursor.close()
        connection.commit()


@asynccontextmanager
async def _alone(db: Database) -> AsyncIterator[None]:
    """Hold the database for this process alone until the block ends (or the process dies)."""
    refusal = AlreadyRunning(
        f"another outreachbot already works with {db.name}: stop it first, or use another database"
    )
    if db.is_sqlite:
        with _file_lock(Path(db.name), refusal):
            yield
        return
    async with db.engine.connect() as connection:  # the lock lives as long as this connection
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}):
            raise refusal
        yield


def _must_be_there(file: Path) -> None:
    if not file.exists():
        raise StoreFailed(f"there is no database {file}: OUTREACHBOT_DATABASE_URL says which it is")


@contextmanager
def _file_lock(database: Path, refusal: AlreadyRunning) -> Iterator[None]:
    file = database.absolute()
    if not file.parent.is_dir():
        raise StoreFailed(f"the folder {file.parent} does not exist: make it, or change OUTREACHBOT_DATABASE_URL")
    lock = filelock.FileLock(f"{file}.lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise refusal from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _unknown_options() -> Iterator[None]:
    """What stands behind the URL's `?` are arguments of the driver's `connect`."""
    try:
        yield
    except TypeError as error:
        if "keyword argument" not in str(error):
            raise
        raise WrongUse(
            f"OUTREACHBOT_DATABASE_URL has an option its driver does not know ({error}); asyncpg calls sslmode ssl"
        ) from None


@contextmanager
def _failures(name: str) -> Iterator[None]:
    """Read the database's errors in one place: they become StoreFailed, in one line.

    asyncpg's have no kinds for a lost connection, a full disk or a wrong password: all of them are plain DBAPIErrors.
    So what goes on as it is are the kinds that say that our statement is wrong.
    """
    try:
        yield
    except (IntegrityError, DataError, ProgrammingError) as error:
        if getattr(error.orig, "sqlstate", None) != INSUFFICIENT_PRIVILEGE:
            raise
        raise StoreFailed(f"the database {name} does not work: {_first_line(error)}") from error
    except (DBAPIError, PoolTimeout) as error:
        raise StoreFailed(f"the database {name} does not work: {_first_line(error)}") from error
    except OSError as error:
        why = error.strerror or str(error) or type(error).__name__
        raise StoreFailed(f"the database {name} can't be opened: {why}") from error


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).split("\n", 1)[0].removeprefix("(sqlite3.OperationalError) ")
