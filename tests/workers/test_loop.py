"""The loop of all workers: it repeats, waits, is woken and is stopped."""

import asyncio
import logging

import pytest

from outreachbot.errors import CannotRun, StoreFailed
from outreachbot.workers import loop
from outreachbot.workers.loop import backoff, repeat, run_until_stopped, wait_for_event


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch):
    monkeypatch.setattr(loop, "LONGEST_PAUSE", 0.001)


def steps(*ends, stop):
    """A step that returns or raises these in turn, and stops the loop with the last."""
    left = list(ends)

    async def step():
        end = left.pop(0)
        if not left:
            stop.set()
        if isinstance(end, Exception):
            raise end
        return end

    return step


async def run(*ends):
    stop = asyncio.Event()
    async with asyncio.timeout(5):
        await repeat("testing", steps(*ends, stop=stop), pause=0.001, stop=stop)


async def test_it_goes_on_while_there_is_more_and_waits_where_there_is_not():
    await run(True, True, False, True, False, False)


async def test_a_failing_database_is_logged_once_and_retried_until_it_works(caplog):
    caplog.set_level(logging.INFO)
    await run(*[StoreFailed("the database x does not work: disk full")] * 5, False, True)

    assert caplog.messages == [
        "testing waits: the database x does not work: disk full",
        "testing goes on: the database works again",
    ]
    assert all(record.exc_info is None for record in caplog.records)


async def test_a_database_that_fails_again_is_logged_again(caplog):
    await run(StoreFailed("first"), False, StoreFailed("second"), False, False)

    assert [message for message in caplog.messages if "waits" in message] == [
        "testing waits: first",
        "testing waits: second",
    ]


@pytest.mark.parametrize("error", [CannotRun("no"), ValueError("what")])
async def test_any_other_error_ends_it(error):
    with pytest.raises(type(error), match=str(error)):
        await run(True, error, True)


async def test_a_stop_ends_a_long_wait():
    stop = asyncio.Event()

    async def step():
        asyncio.get_running_loop().call_soon(stop.set)
        return False

    async with asyncio.timeout(5):
        await repeat("testing", step, pause=1000, stop=stop)


async def test_a_wake_ends_a_long_wait_once():
    stop, wake, looks = asyncio.Event(), asyncio.Event(), []

    async def step():
        looks.append(1)
        asyncio.get_running_loop().call_soon((stop if len(looks) == 2 else wake).set)
        return False

    async with asyncio.timeout(5):
        await repeat("testing", step, pause=1000, stop=stop, wake=wake)

    assert len(looks) == 2
    assert not wake.is_set()


async def test_a_wake_during_the_step_is_not_lost():
    stop, wake, looks = asyncio.Event(), asyncio.Event(), []

    async def step():
        looks.append(1)
        (stop if len(looks) == 2 else wake).set()
        return False

    async with asyncio.timeout(5):
        await repeat("testing", step, pause=1000, stop=stop, wake=wake)

    assert len(looks) == 2


async def test_waiting_leaves_no_task_behind():
    await wait_for_event(asyncio.Event(), asyncio.Event(), 0.001)
    await asyncio.sleep(0)

    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_the_pause_between_tries_grows_and_never_breaks(monkeypatch):
    monkeypatch.setattr(loop, "LONGEST_PAUSE", 30.0)

    assert [backoff(failures) for failures in (1, 2, 3, 6, 5000)] == [1.0, 2.0, 4.0, 30.0, 30.0]


async def test_without_a_stop_the_works_result_is_returned():
    async def work():
        return 7

    assert await run_until_stopped(asyncio.Event(), work()) == 7


async def test_the_works_error_is_raised():
    async def work():
        raise ValueError("what")

    with pytest.raises(ValueError, match="what"):
        await run_until_stopped(asyncio.Event(), work())


async def test_a_stop_cancels_the_work():
    stop, ended = asyncio.Event(), []

    async def work():
        stop.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    assert await run_until_stopped(stop, work()) is None
    assert ended == ["cancelled"]


async def test_cancellation_leaves_no_work_behind():
    begun = asyncio.Event()

    async def work():
        begun.set()
        await asyncio.Event().wait()

    waiting = asyncio.create_task(run_until_stopped(asyncio.Event(), work()))
    await begun.wait()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert asyncio.all_tasks() == {asyncio.current_task()}
