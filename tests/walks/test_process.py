"""The program as a process: started, stopped, killed, and its message when it can't continue."""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from outreachbot.sandbox import people
from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, FaultKind, InjectedFault
from outreachbot.store.database import connect
from outreachbot.store.delivery import ledger
from tests.support.broadcasts import compose, subscribe
from tests.support.harness import ADMIN, MEMBER, Harness
from tests.support.program import environment, outcome, started


@pytest.fixture
def any_harness(harness: Harness, empty_database_url: str) -> Harness:
    """The harness with a database that doesn't exist yet, once on SQLite and once on PostgreSQL."""
    return replace(harness, database_url=empty_database_url)


async def test_killed_in_a_burst_it_answers_every_update_after_the_restart(any_harness):
    harness = any_harness
    crowd = people.add_crowd(harness.world, 200)
    async with started(harness, "run") as program:
        await harness.answer(MEMBER, "/about")
        for chat in crowd:
            people.say(harness.world, chat, chat, "/facts 1")
        await harness.wait_until(lambda: len(harness.world.tally.deliveries) > 40)
        await program.kill()
    answered = len(harness.world.tally.deliveries)
    async with started(harness, "run"):
        await harness.wait_until(lambda: all(chat in harness.world.tally.deliveries for chat in crowd))

    assert 40 < answered < 201, "the kill came too late to show anything"


async def test_killed_in_a_broadcast_nobody_gets_it_twice_and_the_uncertain_are_listed(any_harness):
    harness = any_harness
    crowd = people.add_crowd(harness.world, 1000)
    await subscribe(harness, crowd)
    harness.per_second = 500
    async with started(harness, "run") as program:
        await harness.press(ADMIN, await compose(harness), "Send to")
        await harness.wait_until(lambda: len(harness.world.tally.deliveries) > 300)
        await program.kill()
    async with started(harness, "run"):
        await harness.wait_until(lambda: "finished" in harness.said(ADMIN)[-1]["text"])
    async with connect.open_database(harness.database_url, exclusive=False) as db, connect.reading(db) as connection:
        (broadcast,) = await ledger.list_messages(connection)
        tally = await ledger.count_states(connection, broadcast.id)
        listed = await ledger.list_not_sent(connection, broadcast.id)
    got = [harness.world.tally.deliveries.get(chat, 0) for chat in crowd]

    assert max(got) == 1
    assert (tally.audience, tally.sent + tally.uncertain) == (1000, 1000)
    assert got.count(0) <= tally.uncertain == len(listed) <= 100
    assert {chat for chat, n in zip(crowd, got, strict=True) if n == 0} <= {entry.chat_id for entry in listed}


@pytest.mark.parametrize("signals", [1, 3])
async def test_sigterm_lets_what_is_in_flight_finish_and_keeps_the_rest(harness, signals):
    crowd = people.add_crowd(harness.world, 300)
    await subscribe(harness, crowd)
    harness.per_second = 100
    harness.world.faults.latency = 0.05
    async with started(harness, "run") as program:
        await harness.press(ADMIN, await compose(harness), "Send to")
        await harness.wait_until(lambda: len(harness.world.tally.deliveries) > 50)
        for _ in range(signals):
            program.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            code, written = await program.end()
    async with connect.open_database(harness.database_url) as db, connect.reading(db) as connection:
        tally = await ledger.count_states(connection, 1)

    assert code == 0, written
    assert (tally.uncertain, tally.sending) == (0, 0)
    assert tally.sent + tally.queued == 300
    assert tally.sent == sum(chat in crowd for chat in harness.world.tally.deliveries)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals")
async def test_a_terminal_that_is_closed_ends_the_program_as_ever(harness):
    mine, its = os.openpty()
    # The first process of a session gets the terminal that it opens, and its SIGHUP.
    opens = "import os, sys; os.dup2(os.open(os.ttyname(0), os.O_RDWR), 0); os.execv(sys.executable, sys.argv[1:])"
    command = [sys.executable, "-c", opens, sys.executable, "-m", "outreachbot", "run"]
    process = await asyncio.create_subprocess_exec(
        *command, env=environment(harness), stdin=its, stdout=its, stderr=its, start_new_session=True
    )
    os.close(its)
    await harness.answer(MEMBER, "/about")
    os.close(mine)
    async with asyncio.timeout(20):
        assert await process.wait() == 0


async def test_the_second_program_on_a_database_is_refused_in_one_line(harness):
    async with started(harness, "run"):
        await harness.answer(MEMBER, "/about")
        code, written = await outcome(harness, "run")

    assert code == 1
    assert "another outreachbot already works with" in written
    assert "Traceback" not in written


async def test_the_second_program_on_a_token_is_refused_in_one_line(harness, tmp_path):
    async with started(harness, "run") as first:
        await harness.wait_until(
            lambda: harness.world.tally.calls["getUpdates"] >= 2
        )  # it has looked for a rival and found none
        second = f"sqlite+aiosqlite:///{tmp_path / 'second.db'}"
        code, written = await outcome(harness, "run", OUTREACHBOT_DATABASE_URL=second)
        answer = await harness.answer(MEMBER, "/help")

        assert first.process.returncode is None
    assert code == 1
    assert "another program already polls Telegram with this token" in written
    assert "/facts" in answer["text"]


@pytest.mark.parametrize(
    ("setting", "value", "code", "words"),
    [
        ("OUTREACHBOT_TOKEN", "", 2, "ask @BotFather"),
        ("OUTREACHBOT_TOKEN", "secret", 2, "is not a bot token"),
        ("OUTREACHBOT_ADMINS", "ada", 2, "OUTREACHBOT_ADMINS: must be Telegram user ids"),
        ("OUTREACHBOT_CONTENT", "nowhere.yaml", 2, "nowhere.yaml can't be read"),
        ("OUTREACHBOT_DATABASE_URL", "mysql://x", 2, "OUTREACHBOT_DATABASE_URL: must start with"),
        (
            "OUTREACHBOT_DATABASE_URL",
            "sqlite+aiosqlite:////nowhere/at/all.db",
            1,
            "the folder /nowhere/at does not exist",
        ),
        ("OUTREACHBOT_MESSAGES_PER_SECOND", "0", 2, "OUTREACHBOT_MESSAGES_PER_SECOND"),
        ("OUTREACHBOT_API_URL", "telegram", 2, "OUTREACHBOT_API_URL: must be the address"),
        ("OUTREACHBOT_TOKEN", "999:wrong", 1, "check OUTREACHBOT_TOKEN"),
        ("OUTREACHBOT_TOKEN_FILE", "/nowhere/token", 0, ""),
    ],
)
async def test_a_startup_error_is_reported_in_one_line(harness, tmp_path, setting, value, code, words):
    if code == 0:  # the token itself wins over a file that can't be read
        async with started(harness, "run", folder=tmp_path, **{setting: value}) as program:
            await harness.answer(MEMBER, "/about")
            assert (await program.terminate())[0] == 0
        return
    ended, written = await outcome(harness, "run", folder=tmp_path, **{setting: value})

    assert ended == code
    assert words in written
    assert len(written.strip().splitlines()) == 1


async def test_a_token_that_is_revoked_ends_the_program_loudly(harness):
    async with started(harness, "run") as program:
        await harness.answer(MEMBER, "/about")
        harness.world.faults.pending.append(
            InjectedFault(FaultKind.REFUSED, "getUpdates", times=ALWAYS, code=401, description="Unauthorized")
        )
        people.say(harness.world, MEMBER, MEMBER, "/help")
        async with asyncio.timeout(20):
            code, written = await program.end()

    assert code == 1
    assert "check OUTREACHBOT_TOKEN" in written
    assert "Traceback" not in written


async def test_the_token_is_in_nothing_that_was_written(harness, tmp_path):
    crowd = people.add_crowd(harness.world, 30)
    await subscribe(harness, crowd)
    secret = "4200000001:sandbox"
    faults = harness.world.faults.pending
    faults.append(InjectedFault(FaultKind.PROXY, "getUpdates", times=1))
    faults.append(InjectedFault(FaultKind.GARBAGE, "getUpdates", times=1))
    faults.append(InjectedFault(FaultKind.LOST_BEFORE, "getMe", times=1))
    faults.append(InjectedFault(FaultKind.LOST_AFTER, ANY_SEND, times=3))
    async with started(harness, "run", "--verbose") as program:
        await harness.wait_until(lambda: harness.world.tally.calls["getUpdates"] >= 3)
        people.feed(harness.world, {"message": {"chat": {"type": "private"}}})
        await harness.answer(MEMBER, "/about")
        code, written = await program.terminate()
    refused = await outcome(
        harness, "run", OUTREACHBOT_TOKEN=secret + "x", OUTREACHBOT_API_URL=harness.url + "/nowhere"
    )
    nowhere = await outcome(harness, "check", "nowhere.yaml")

    assert code == 0
    assert written.count("\n") > 3, "nothing was written that could have held it"
    for text in (written, refused[1], nowhere[1]):
        assert secret not in text
        assert "sandbox" not in text.replace(str(tmp_path), "")


async def test_a_database_that_is_no_database_is_refused_and_left_alone(harness, tmp_path):
    file = tmp_path / "test.db"
    file.write_bytes(b"these are my holiday photos " * 100)
    code, written = await outcome(harness, "run")

    assert code == 1
    assert "test.db" in written
    assert "Traceback" not in written
    assert file.read_bytes().startswith(b"these are my holiday photos")


async def test_it_waits_for_a_telegram_that_is_not_up_yet(harness):
    harness.world.faults.pending.append(InjectedFault(FaultKind.PROXY, "getMe", times=2))
    async with started(harness, "run"):
        answer = await harness.answer(MEMBER, "/about")

    assert "Run by" in answer["text"]


async def test_the_broadcasts_command_lists_the_outcomes(harness: Harness, tmp_path: Path):
    await subscribe(harness, people.add_crowd(harness.world, 3))
    people.block(harness.world, 1002)
    harness.world.updates.clear()
    async with harness.running_bot():
        question = await compose(harness)
        await harness.press(ADMIN, question, "Send to")
        await harness.wait_until(lambda: "finished" in harness.current(ADMIN, question)["text"])
        everything = await outcome(harness, "broadcasts", COLUMNS="120")
        single = await outcome(harness, "broadcasts", "1", COLUMNS="120")
        none = await outcome(harness, "broadcasts", "7")

    assert "finished" in everything[1]
    assert "1002" in single[1]
    assert "blocked" in single[1]
    assert none == (2, "there is no message 7: `outreachbot broadcasts` lists the newest\n")
