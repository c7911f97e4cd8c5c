"""The database fails in the middle of a broadcast: the bot waits, logs it once, goes on, and no chat gets it twice."""

import asyncio
import itertools
import re
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from outreachbot.errors import StoreFailed
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from tests.support.broadcasts import report_numbers
from tests.support.deliveries import (
    CHATS,
    PACE,
    chats_reached,
    deliveries_locked,
    messages_received,
    most_claimed,
    next_look,
    postgres_only,
    sqlite_only,
    start_broadcast,
    wait_for_report,
)
from tests.support.program import started

BEFORE = 100  # sent when the database fails


@sqlite_only
async def test_a_disk_that_is_full_for_a_while_delays_the_broadcast(harness, db, crowd):
    async with started(harness, "run") as program:
        progress = await start_broadcast(harness)
        await harness.wait_until_inbox_is_empty()
        await harness.wait_until(lambda: chats_reached(harness) >= BEFORE)
        program.limit_file_size(0)
        await program.wait_for_text(b" waits: ")
        before = chats_reached(harness)
        await next_look()
        more = chats_reached(harness) - before
        program.limit_file_size(resource.RLIM_INFINITY)
        report = report_numbers(await wait_for_report(harness, progress))
        code, written = await program.terminate()

    assert (re.findall(r"(\w+) waits: the database \S+ does not work", written), code) == (["sending"], 0)
    assert re.findall(r"(\w+) goes on: ", written) == ["sending"]
    assert "Traceback" not in written
    assert more <= most_claimed(PACE)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert messages_received(harness, crowd) == [1] * CHATS


@sqlite_only
async def test_a_locked_sqlite_file_delays_the_broadcast(harness, db, crowd, sender_looks, monkeypatch, caplog):
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.2)
    async with harness.running_bot():
        progress = await start_broadcast(harness)
        await harness.wait_until(lambda: chats_reached(harness) >= BEFORE)
        async with deliveries_locked(db):
            await harness.wait_until(lambda: "sending waits" in caplog.text)
            before = chats_reached(harness)
            await sender_looks.wait_for_one()
            more = chats_reached(harness) - before
        report = report_numbers(await wait_for_report(harness, progress))

    assert len(re.findall(r"sending waits: the database \S+ does not work: database is locked", caplog.text)) == 1
    assert len(re.findall(r"sending goes on", caplog.text)) == 1
    assert more <= most_claimed(PACE)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert messages_received(harness, crowd) == [1] * CHATS


@postgres_only
async def test_a_locked_postgresql_table_delays_the_broadcast(harness, db, crowd):
    """PostgreSQL waits without a limit, so there is no failure to log."""
    async with harness.running_bot():
        progress = await start_broadcast(harness)
        await harness.wait_until(lambda: chats_reached(harness) >= BEFORE)
        async with deliveries_locked(db):
            before = chats_reached(harness)
            await next_look()
            more = chats_reached(harness) - before
        report = report_numbers(await wait_for_report(harness, progress))

    assert more <= most_claimed(PACE)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert messages_received(harness, crowd) == [1] * CHATS


@postgres_only
async def test_a_commit_whose_answer_is_lost_leaves_no_claim_behind(harness, db, crowd, monkeypatch, caplog):
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
    async with harness.running_bot():
        report = report_numbers(await wait_for_report(harness, await start_broadcast(harness)))

    assert "sending waits" in caplog.text
    assert report == {"sent": CHATS, "audience": CHATS}
    assert messages_received(harness, crowd) == [1] * CHATS
