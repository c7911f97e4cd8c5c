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

ADVISORY_LOCK = 0x6F757472_65616368  # "outreach": PostgreSQL grants it to one bot per database
MIGRATION_LOCK = ADVISORY_LOCK + 1  # processes that open a database at the same time upgrade it in turn
INSUFFICIENT_PRIVILEGE = "42501"  # PostgreSQL's SQLSTATE
BUSY_SECONDS = 10  # how long a statement waits while another process (a backup, say) has SQLite locked
READ_ONLY = "outreachbot_reads"  # an execution option for connections that only read
IDLE_SECONDS = 15.0  # after this PostgreSQL ends an idle transaction: a dead machine's locks would block the others


Connection = AsyncConnection


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. Use it through `reading` and `writing`."""

    engine: AsyncEngine
    name: str  # for people: the file, or the URL without its password
    write_lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # SQLite has one writer: ours wait here, not there

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"


@asynccontextmanager
async def reading(db: Database) -> AsyncIterator[Connection]:
    """A connection that only reads. Raises StoreFailed when the database fails."""
    with _translate_errors(db.name):
        async with db.engine.connect() as connection:
            # On SQLite, setting and resetting AUTOCOMMIT would cost statements; our own BEGIN is left out instead.
            options = {READ_ONLY: True} if db.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
            yield await connection.execution_options(**options)


@asynccontextmanager
async def writing(db: Database) -> AsyncIterator[Connection]:
    """One transaction, committed at the end of the block. Raises StoreFailed, with nothing written, when it fails."""
    with _translate_errors(db.name):
        async with AsyncExitStack() as stack:
            if db.is_sqlite:
                await stack.enter_async_context(db.write_lock)
            yield await stack.enter_async_context(db.engine.begin())


@asynccontextmanager
async def open_database(url: str, *, exclusive: bool = True) -> AsyncIterator[Database]:
    """The database at this SQLAlchemy URL, with its schema upgraded. Only `exclusive` creates a missing SQLite file.

    Raises AlreadyRunning when another process holds it and we want it `exclusive`, SchemaTooNew when a newer version
    wrote it, StoreFailed when it can't be opened, WrongUse when the URL can't be read.
    """
    db = _create_database(url)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(db.engine.dispose)
        with _translate_errors(db.name), _translate_unknown_options():
            if exclusive:
                await stack.enter_async_context(_lock_exclusively(db))
            elif db.is_sqlite:
                _require_file(Path(db.name))
            await _upgrade_schema(db)
        yield db


@asynccontextmanager
async def open_unchanged(url: str) -> AsyncIterator[Database]:
    """The database for reading: it is not created, upgraded or locked.

    Raises StoreFailed when it is missing, can't be opened or has another schema, WrongUse when the URL can't be read.
    """
    db = _create_database(url)
    try:
        with _translate_errors(db.name), _translate_unknown_options():
            if db.is_sqlite:
                _require_file(Path(db.name))
            async with db.engine.connect() as connection:
                await connection.run_sync(migrate.require_newest, db.name)
        yield db
    finally:
        await db.engine.dispose()


async def _upgrade_schema(db: Database) -> None:
    async with db.engine.begin() as connection:  # SQLite: BEGIN IMMEDIATE admits one process at a time
        if not db.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        await connection.run_sync(migrate.upgrade_to_newest, db.name)


def _create_database(url: str) -> Database:
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite" and address.database in {None, "", ":memory:"}:
            raise WrongUse("OUTREACHBOT_DATABASE_URL names no file; write sqlite+aiosqlite:///outreachbot.db")
        engine = create_async_engine(
            address,
            hide_parameters=True,
            pool_size=5,
            max_overflow=5,
            pool_timeout=30,
            **_engine_options(address.drivername),
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


def _engine_options(driver: str) -> dict[str, Any]:
    if driver.startswith("sqlite"):
        # LIFO: each connection has its own page cache, so few connections should be kept warm.
        return {"connect_args": {"timeout": BUSY_SECONDS, "async_creator_fn": sqlite.Connection}, "pool_use_lifo": True}
    return {"pool_pre_ping": True}  # replaces connections that a restarted server dropped


def _prepare_sqlite(engine: AsyncEngine) -> None:
    """Begin transactions ourselves: IMMEDIATE locks at once, so two writers can't deadlock when they upgrade a lock."""

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        if not connection.get_execution_options().get(READ_ONLY):  # readers must not lock
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_postgres(engine: AsyncEngine) -> None:
    """Limit idle transactions: the server would keep those of a machine that lost power for hours."""

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        # Not a connection parameter: a pooler like PgBouncer rejects parameters that it does not know.
        cursor = connection.cursor()
        cursor.execute(f"SET idle_in_transaction_session_timeout = {round(IDLE_SECONDS * 1000)}")
        cursor.close()
        connection.commit()


@asynccontextmanager
async def _lock_exclusively(db: Database) -> AsyncIterator[None]:
    """Keep other bots from opening the database until the block ends (or the process dies)."""
    refusal = AlreadyRunning(
        f"another outreachbot already works with {db.name}: stop it first, or use another database"
    )
    if db.is_sqlite:
        with _file_lock(Path(db.name), refusal):
            yield
        return
    async with db.engine.connect() as connection:  # its session holds the lock
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}):
            raise refusal
        yield


def _require_file(file: Path) -> None:
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
def _translate_unknown_options() -> Iterator[None]:
    """Raise WrongUse for an unknown option: the URL's query becomes keyword arguments of the driver's `connect`."""
    try:
        yield
    except TypeError as error:
        if "keyword argument" not in str(error):
            raise
        raise WrongUse(
            f"OUTREACHBOT_DATABASE_URL has an option its driver does not know ({error}); asyncpg calls sslmode ssl"
        ) from None


@contextmanager
def _translate_errors(name: str) -> Iterator[None]:
    """Turn the database's errors into StoreFailed, with a message of one line.

    Errors that show a mistake in our own statement are not caught. All others are: SQLAlchemy has no class for
    asyncpg's lost connections, full disks and wrong passwords, which arrive as plain DBAPIErrors.
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
        reason = error.strerror or str(error) or type(error).__name__
        raise StoreFailed(f"the database {name} can't be opened: {reason}") from error


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).split("\n", 1)[0].removeprefix("(sqlite3.OperationalError) ")
