"""A disk that is full for a while: no message of a member is lost, and the program continues automatically."""

import re
import resource
from pathlib import Path

from outreachbot.sandbox import people
from tests.support.harness import MEMBER, Harness
from tests.support.program import started


def sizes(harness: Harness) -> int:
    database = Path(harness.database_url.removeprefix("sqlite+aiosqlite:///"))
    return max(Path(f"{database}{tail}").stat().st_size for tail in ("", "-wal"))


async def written_over(harness: Harness, room: int) -> str:
    """Let twenty members subscribe while only this many more bytes fit on the disk; return the program's output."""
    crowd = people.add_crowd(harness.world, 20)
    async with started(harness, "run") as program:
        await harness.answer(MEMBER, "/about")
        await harness.wait_until_inbox_is_empty()
        program.limit_file_size(sizes(harness) + room)
        for chat in crowd:
            people.say(harness.world, chat, chat, "/subscribe")
        await program.wait_for_text(b" waits: ")
        assert program.process.returncode is None
        program.limit_file_size(resource.RLIM_INFINITY)
        await harness.wait_until(lambda: all(harness.said(chat) for chat in crowd))
        await program.wait_for_text(b" goes on: ")
        code, written = await program.terminate()
    assert code == 0
    assert [harness.said(chat)[0]["text"].split(".")[0] for chat in crowd] == ["You are subscribed"] * len(crowd)
    return written


async def test_a_full_disk_delays_answers_and_is_said_once(harness):
    written = await written_over(harness, room=0)

    assert re.findall(r"(\w+) waits: the database \S+ does not work", written) == ["receiving"]
    assert "Traceback" not in written


async def test_a_disk_that_fills_up_while_answers_are_given_loses_none(harness):
    written = await written_over(harness, room=40_000)  # enough to receive them, too little to subscribe all

    assert "answering waits: the database" in written
    assert "Traceback" not in written
    assert "set aside" not in written
