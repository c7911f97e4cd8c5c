"""A disk that is full for a while: nothing that members wrote is lost, and the program goes on by itself."""

import asyncio
import re
import resource
from pathlib import Path

import sqlalchemy as sa

from outreachbot.sandbox import people
from outreachbot.store.database import connect
from outreachbot.store.tables import inbox
from program import Program, started
from town import MEMBER, Town


async def wrote(program: Program, words: bytes) -> None:
    async with asyncio.timeout(30):
        while words not in program.written:
            await program.wrote()


def allow(program: Program, size: int) -> None:
    """No file of the program's grows beyond this size any more: as if the disk were full."""
    _, most = resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (size, most))


def sizes(town: Town) -> int:
    database = Path(town.database_url.removeprefix("sqlite+aiosqlite:///"))
    return max(Path(f"{database}{tail}").stat().st_size for tail in ("", "-wal"))


async def nothing_left_to_write(town: Town) -> None:
    """Wait until all that was handled is written down."""
    query = sa.select(inbox.c.seq).where(inbox.c.state == "waiting")
    async with connect.open_database(town.database_url, exclusive=False) as db, asyncio.timeout(30):
        while True:
            async with connect.reading(db) as connection:
                if (await connection.execute(query)).first() is None:
                    return
            await asyncio.sleep(0.05)


async def written_over(town: Town, room: int) -> str:
    """Twenty members subscribe while only so many more bytes fit on the disk; what the program wrote."""
    crowd = people.add_crowd(town.world, 20)
    async with started(town, "run") as program:
        await town.answer(MEMBER, "/about")
        await nothing_left_to_write(town)
        allow(program, sizes(town) + room)
        for chat in crowd:
            people.say(town.world, chat, chat, "/subscribe")
        await wrote(program, b" waits: ")
        assert program.process.returncode is None
        allow(program, resource.RLIM_INFINITY)
        await town.until(lambda: all(town.said(chat) for chat in crowd))
        await wrote(program, b" goes on: ")
        code, written = await program.terminate()
    assert code == 0
    assert [town.said(chat)[0]["text"].split(".")[0] for chat in crowd] == ["You are subscribed"] * len(crowd)
    return written


async def test_a_full_disk_delays_answers_and_is_said_once(town):
    written = await written_over(town, room=0)

    assert re.findall(r"(\w+) waits: the database \S+ does not work", written) == ["receiving"]
    assert "Traceback" not in written


async def test_a_disk_that_fills_up_while_answers_are_given_loses_none(town):
    written = await written_over(town, room=40_000)  # enough to receive them, too little to subscribe all

    assert "answering waits: the database" in written
    assert "Traceback" not in written
    assert "set aside" not in written
