"""One program per database, atomic transactions, and failures reported in one line."""

import asyncio
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, make_url, select, text

from outreachbot.errors import AlreadyRunning, StoreFailed, WrongUse
from outreachbot.store.database import connect
from outreachbot.store.tables import composing

HOLD = """
import asyncio, sys
from outreachbot.store.database import connect
async def main():
    async with connect.open_database(sys.argv[1]):
        print("open", flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
"""


@pytest.fixture(autouse=True)
async def threads_end():
    """aiosqlite does not wait for the thread of a file that it could not open: here its event loop does."""
    yield
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)


async def put(db, *admin_ids):
    async with connect.writing(db) as transaction:
        for admin_id in admin_ids:
            await transaction.execute(insert(composing).values(admin_id=admin_id, since=1.0))


async def count(db):
    async with connect.reading(db) as connection:
        return await connection.scalar(select(func.count()).select_from(composing))


async def refusal(url, error, **options):
    """The one line with which the database is refused."""
    with pytest.raises(error) as caught:
        async with connect.open_database(url, **options):
            pass
    assert "\n" not in str(caught.value)
    return str(caught.value)


async def glance(url):
    async with connect.open_unchanged(url) as db:
        return await count(db)


async def test_reading_needs_no_lock_and_changes_nothing(empty_database_url):
    async with connect.open_database(empty_database_url) as db:
        await put(db, 1)
        assert await glance(empty_database_url) == 1


async def test_reading_an_empty_or_older_database_is_refused_and_leaves_it_unchanged(empty_database_url):
    with pytest.raises(StoreFailed):
        await glance(empty_database_url)
    if "sqlite" in empty_database_url:
        assert not file_of(empty_database_url).exists()
    async with connect.open_database(empty_database_url) as db, connect.writing(db) as transaction:
        await transaction.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(StoreFailed, match="is not of this version: start the bot once"):
        await glance(empty_database_url)


def file_of(url):
    return Path(str(make_url(url).database))


def touch(url):
    """An empty file is an empty database."""
    if url.startswith("sqlite"):
        file_of(url).touch()


async def test_a_second_opening_is_refused(database_url, db):
    said = await refusal(database_url, AlreadyRunning)

    assert said == f"another outreachbot already works with {db.name}: stop it first, or use another database"


def test_another_process_is_refused_until_the_first_dies(empty_database_url):
    async def opens():
        async with connect.open_database(empty_database_url) as db:
            return await count(db)

    with subprocess.Popen(
        [sys.executable, "-c", HOLD, empty_database_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(AlreadyRunning):
            asyncio.run(opens())
        holder.kill()
        holder.wait()
        assert asyncio.run(until_free(opens)) == 0


async def until_free(opens):
    """PostgreSQL takes a moment to notice that a client was killed."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await opens()
            except AlreadyRunning:
                await asyncio.sleep(0.01)


async def test_a_closed_database_can_be_opened_again_with_what_was_written(empty_database_url):
    async with connect.open_database(empty_database_url) as db:
        await put(db, 1)
    async with connect.open_database(empty_database_url) as db:
        assert await count(db) == 1


async def test_a_database_whose_user_failed_is_free_again(empty_database_url):
    with pytest.raises(ZeroDivisionError):
        async with connect.open_database(empty_database_url):
            raise ZeroDivisionError
    async with connect.open_database(empty_database_url) as db:
        assert await count(db) == 0


async def test_a_refused_opening_leaves_the_lock_with_the_first(database_url, db):
    await refusal(database_url, AlreadyRunning)
    await refusal(database_url, AlreadyRunning)

    assert await count(db) == 0


async def test_a_non_exclusive_opening_is_allowed_beside_another(database_url, db):
    async with connect.open_database(database_url, exclusive=False) as other:
        await put(db, 1)
        await put(other, 2)
        assert await count(other) == await count(db) == 2


async def test_an_exclusive_opening_is_allowed_beside_a_shared_one(empty_database_url):
    touch(empty_database_url)
    async with (
        connect.open_database(empty_database_url, exclusive=False),
        connect.open_database(empty_database_url) as db,
    ):
        assert await count(db) == 0


async def test_a_failing_block_writes_nothing(db):
    async def fail():
        async with connect.writing(db) as transaction:
            await transaction.execute(insert(composing).values(admin_id=1, since=1.0))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await count(db) == 0


async def test_a_cancelled_writer_writes_nothing_and_blocks_nobody(db):
    inside, never = asyncio.Event(), asyncio.Event()

    async def write():
        async with connect.writing(db) as transaction:
            await transaction.execute(insert(composing).values(admin_id=1, since=1.0))
            inside.set()
            await never.wait()

    task = asyncio.create_task(write())
    await inside.wait()
    task.cancel()
    await asyncio.wait([task])
    async with asyncio.timeout(5):
        await put(db, 2)

    assert await count(db) == 1


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 8, 13])
async def test_a_writer_cancelled_at_any_moment_blocks_nobody(empty_sqlite_url, turns):
    async with connect.open_database(empty_sqlite_url) as db:
        task = asyncio.create_task(put(db, *range(20)))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        async with asyncio.timeout(5):
            await put(db, 100)

        assert await count(db) == 1


async def test_a_reader_does_not_wait_for_a_writer_and_sees_what_is_committed(db):
    await put(db, 1)
    async with connect.writing(db) as transaction:
        await transaction.execute(insert(composing).values(admin_id=2, since=1.0))
        async with asyncio.timeout(5):
            assert await count(db) == 1
    assert await count(db) == 2


async def test_many_writers_at_once_all_write(db):
    await asyncio.gather(*(put(db, admin_id) for admin_id in range(50)))

    assert await count(db) == 50


async def test_a_wrong_statement_is_a_bug_not_a_database_failure(db):
    with pytest.raises(Exception, match="composing") as caught:
        await put(db, 1, 1)

    assert not isinstance(caught.value, StoreFailed)
    assert await count(db) == 0


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "can't be read"),
        ("outreachbot.db", "can't be read"),
        ("sqlite:///outreachbot.db", "can't be read"),
        ("nosql+driver://host/name", "can't be read"),
        ("postgresql+asyncpg://user@host:port/name", "can't be read"),
        ("sqlite+aiosqlite://", "names no file"),
        ("sqlite+aiosqlite:///:memory:", "names no file"),
    ],
)
async def test_an_unparsable_url_is_a_usage_error(url, said):
    assert said in await refusal(url, WrongUse)


async def test_a_missing_driver_is_wrong_use_and_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "asyncpg", None)

    said = await refusal("postgresql+asyncpg://user@localhost/name", WrongUse)

    assert said == "OUTREACHBOT_DATABASE_URL needs asyncpg: pip install 'outreachbot[postgres]'"


async def test_an_option_that_the_driver_does_not_know_is_wrong_use(empty_postgres_url):
    assert "sslmode" in await refusal(f"{empty_postgres_url}&sslmode=require", WrongUse)


async def test_a_server_that_is_not_there_is_said_without_the_password():
    said = await refusal("postgresql+asyncpg://user:geheim@127.0.0.1:1/name", StoreFailed)

    assert "user:***@127.0.0.1:1/name" in said
    assert "geheim" not in said


@pytest.mark.parametrize("exclusive", [True, False])
@pytest.mark.parametrize("change", [{"database": "nowhere"}, {"username": "nobody"}])
async def test_an_unknown_database_or_user_is_said(empty_postgres_url, change, exclusive):
    url = make_url(empty_postgres_url).set(**change).render_as_string(hide_password=False)

    assert "does not exist" in await refusal(url, StoreFailed, exclusive=exclusive)


async def test_a_user_without_rights_is_said(empty_postgres_url):
    async with connect.open_database(empty_postgres_url) as db, connect.writing(db) as transaction:
        await transaction.execute(text("CREATE ROLE guest LOGIN"))
    url = make_url(empty_postgres_url).set(username="guest").render_as_string(hide_password=False)

    assert "permission denied" in await refusal(url, StoreFailed)


async def end_connections(db):
    """Terminate all connections but ours, as a restart of the server does."""
    others = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    async with connect.writing(db) as transaction:
        await transaction.execute(others)


async def test_a_connection_lost_in_a_transaction_fails_it_and_the_next_works(empty_postgres_url):
    async def lose(db, other):
        async with connect.writing(db) as transaction:
            await transaction.execute(insert(composing).values(admin_id=1, since=1.0))
            await end_connections(other)
            await transaction.execute(select(1))

    async with (
        connect.open_database(empty_postgres_url) as db,
        connect.open_database(empty_postgres_url, exclusive=False) as other,
    ):
        with pytest.raises(StoreFailed) as caught:
            await lose(db, other)

        assert "\n" not in str(caught.value)
        assert await count(db) == 0


async def test_a_database_whose_connections_were_lost_closes_without_errors(empty_postgres_url):
    async with connect.open_database(empty_postgres_url, exclusive=False) as other:
        async with connect.open_database(empty_postgres_url):
            await end_connections(other)
        async with connect.open_database(empty_postgres_url) as db:
            assert await count(db) == 0


@pytest.mark.parametrize("statement", ["SELECT pg_sleep(5)", "LOCK TABLE inbox"])
async def test_a_statement_that_takes_too_long_fails(empty_postgres_url, statement):
    async def run_short(db):
        async with connect.writing(db) as transaction:
            await transaction.execute(text("SET LOCAL statement_timeout = 20"))
            await transaction.execute(text(statement))

    async with connect.open_database(empty_postgres_url) as db, connect.writing(db) as blocking:
        await blocking.execute(text("LOCK TABLE inbox"))
        with pytest.raises(StoreFailed, match="timeout"):
            await run_short(db)


async def test_programs_that_open_an_empty_database_at_once_all_get_it(empty_database_url):
    touch(empty_database_url)

    async def opens():
        async with connect.open_database(empty_database_url, exclusive=False) as db:
            return await count(db)

    async with asyncio.timeout(20):
        assert await asyncio.gather(*(opens() for _ in range(4))) == [0] * 4


async def test_sqlite_keeps_what_is_committed_through_a_power_cut(empty_sqlite_url):
    async with connect.open_database(empty_sqlite_url) as db, connect.reading(db) as connection:
        pragmas = [
            await connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert pragmas == ["wal", 2, 1]


@pytest.mark.parametrize("exclusive", [True, False])
async def test_a_folder_that_is_missing_or_a_file_is_said(tmp_path, exclusive):
    (tmp_path / "file").touch()
    for folder in ("file", "missing"):
        said = await refusal(f"sqlite+aiosqlite:///{tmp_path}/{folder}/test.db", StoreFailed, exclusive=exclusive)

        assert folder in said
    assert not (tmp_path / "missing").exists()


async def test_a_non_exclusive_opening_creates_no_database(empty_sqlite_url):
    assert "there is no database" in await refusal(empty_sqlite_url, StoreFailed, exclusive=False)
    assert not file_of(empty_sqlite_url).exists()


async def test_a_folder_in_place_of_the_file_is_said(tmp_path):
    assert "unable to open" in await refusal(f"sqlite+aiosqlite:///{tmp_path}", StoreFailed)


async def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(empty_sqlite_url):
    file_of(empty_sqlite_url).write_bytes(b"These are the minutes of our last meeting.\n" * 100)

    assert "not a database" in await refusal(empty_sqlite_url, StoreFailed)
    assert file_of(empty_sqlite_url).read_bytes() == b"These are the minutes of our last meeting.\n" * 100


async def test_a_damaged_database_is_said(empty_sqlite_url):
    async with connect.open_database(empty_sqlite_url):
        pass
    whole = file_of(empty_sqlite_url).read_bytes()
    file_of(empty_sqlite_url).write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))

    assert "malformed" in await refusal(empty_sqlite_url, StoreFailed)


async def test_a_database_that_may_only_be_read_says_so(empty_sqlite_url):
    async with connect.open_database(empty_sqlite_url) as db:
        event.listen(db.engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA query_only = ON"))
        await db.engine.dispose()

        with pytest.raises(StoreFailed, match="readonly"):
            await put(db, 1)
        assert await count(db) == 0


async def limit_pages(db, pages):
    """Limit the file to this many pages, but not fewer than it has."""
    await db.engine.dispose()
    event.listen(db.engine.sync_engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count = {pages}"))


async def test_a_full_disk_writes_nothing_of_the_transaction(empty_sqlite_url):
    async with connect.open_database(empty_sqlite_url) as db:
        await put(db, 1)
        await limit_pages(db, 1)
        with pytest.raises(StoreFailed, match="full"):
            await put(db, *range(100, 2000))
        await limit_pages(db, 1_000_000)
        await put(db, 2)

        assert await count(db) == 2


FILL = """
import asyncio, resource, signal, sys
from sqlalchemy import insert
from outreachbot.errors import StoreFailed
from outreachbot.store.database import connect
from outreachbot.store.tables import composing
async def main():
    async with connect.open_database(sys.argv[1]) as db:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
        for start in range(0, 10**6, 1000):
            try:
                async with connect.writing(db) as c:
                    await c.execute(insert(composing), [dict(admin_id=start + n, since=1.0) for n in range(1000)])
            except StoreFailed as error:
                print(start, str(error).count("\\n"))
                return
asyncio.run(main())
"""


async def test_a_disk_that_takes_no_more_bytes_keeps_whole_transactions_only(empty_sqlite_url):
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", FILL, empty_sqlite_url, stdout=subprocess.PIPE)
    out, _ = await run.communicate()
    written, newlines = map(int, out.split())

    assert (run.returncode, newlines) == (0, 0)
    async with connect.open_database(empty_sqlite_url) as db:
        assert await count(db) == written > 0


async def test_a_file_that_another_program_holds_is_said(empty_sqlite_url, monkeypatch):
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.05)
    async with connect.open_database(empty_sqlite_url) as db:
        other = sqlite3.connect(file_of(empty_sqlite_url), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreFailed, match="locked"):
            await put(db, 1)
        other.execute("ROLLBACK")
        other.close()
        await put(db, 2)

        assert await count(db) == 1


REFUSED = """
import asyncio, os, sys, aiosqlite
from outreachbot.errors import StoreFailed
from outreachbot.store.database import connect
async def main():
    try:
        async with connect.open_database(sys.argv[1], exclusive=sys.argv[2] == "alone"):
            print("opened")
    except StoreFailed as error:
        print(error)
if os.getuid() == 0:  # root may write everywhere: be somebody else
    os.seteuid(65534)
asyncio.run(main())
"""


@pytest.mark.parametrize("how", ["alone", "beside"])
def test_a_folder_that_may_not_be_written_is_said(how):
    with tempfile.TemporaryDirectory() as folder:
        if how == "beside":
            Path(folder, "test.db").touch(0o444)
        Path(folder).chmod(0o555)
        command = [sys.executable, "-c", REFUSED, f"sqlite+aiosqlite:///{folder}/test.db", how]
        run = subprocess.run(command, capture_output=True, text=True, check=True)

        assert run.stdout.startswith(f"the database {folder}/test.db ")
        assert run.stdout.count("\n") == 1
        assert [file.stat().st_size for file in Path(folder).iterdir()] == ([0] if how == "beside" else [])
