"""The database fails in the middle of a broadcast: the bot waits, logs it once, goes on, and no chat gets it twice."""

import asyncio
import itertools
import re
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from accounts import CHATS, PACE, begin, claimed, copies, finished, locked, next_look, on_postgres, on_sqlite, reached
from test_broadcast import numbers
from test_full_disk import allow, nothing_left_to_write, wrote

from outreachbot.errors import StoreFailed
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from program import started

BEFORE = 100  # sent when the database fails


@on_sqlite
async def test_a_disk_that_is_full_for_a_while_delays_the_broadcast(town, db, crowd):
    async with started(town, "run") as program:
        progress = await begin(town)
        await nothing_left_to_write(town)
        await town.until(lambda: reached(town) >= BEFORE)
        allow(program, 0)
        await wrote(program, b" waits: ")
        before = reached(town)
        await next_look()
        more = reached(town) - before
        allow(program, resource.RLIM_INFINITY)
        report = numbers(await finished(town, progress))
        code, written = await program.terminate()

    assert (re.findall(r"(\w+) waits: the database \S+ does not work", written), code) == (["sending"], 0)
    assert re.findall(r"(\w+) goes on: ", written) == ["sending"]
    assert "Traceback" not in written
    assert more <= claimed(PACE)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert copies(town, crowd) == [1] * CHATS


@on_sqlite
async def test_a_locked_sqlite_file_delays_the_broadcast(town, db, crowd, monkeypatch, caplog):
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.2)
    async with town.bot():
        progress = await begin(town)
        await town.until(lambda: reached(town) >= BEFORE)
        async with locked(db):
            await town.until(lambda: "sending waits" in caplog.text)
            before = reached(town)
            await next_look()
            more = reached(town) - before
        report = numbers(await finished(town, progress))

    assert len(re.findall(r"sending waits: the database \S+ does not work: database is locked", caplog.text)) == 1
    assert len(re.findall(r"sending goes on", caplog.text)) == 1
    assert more <= claimed(PACE)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert copies(town, crowd) == [1] * CHATS


@on_postgres
async def test_a_locked_postgresql_table_delays_the_broadcast(town, db, crowd):
    """PostgreSQL waits without a limit, so there is no failure to log."""
    async with town.bot():
        progress = await begin(town)
        await town.until(lambda: reached(town) >= BEFORE)
        async with locked(db):
            before = reached(town)
            await next_look()
            more = reached(town) - before
        report = numbers(await finished(town, progress))

    assert more <= claimed(PACE)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert copies(town, crowd) == [1] * CHATS


@on_postgres
async def test_a_commit_whose_answer_is_lost_leaves_nothing_claimed_for_ever(town, db, crowd, monkeypatch, caplog):
    """As when the server restarts or the network fails at that moment: it is committed and seems to have failed."""
    lost = itertools.cycle([False] * 9 + [True])
    writing = connect.writing

    @asynccontextmanager
    async def write(database: Database) -> AsyncIterator[connect.Connection]:
        async with writing(database) as connection:
            yield connection
        if asyncio.current_task().get_name() == "sending" and next(lost):
            raise StoreFailed("connection was closed in the middle of operation")

    monkeypatch.setattr(connect, "writing", write)
    async with town.bot():
        report = numbers(await finished(town, await begin(town)))

    assert "sending waits" in caplog.text
    assert report == {"sent": CHATS, "audience": CHATS}
    assert copies(town, crowd) == [1] * CHATS
