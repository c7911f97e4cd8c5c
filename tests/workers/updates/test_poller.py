"""Polling: updates are confirmed only after they are stored, handled once, and only one program polls."""

import asyncio
import time

import pytest

from outreachbot.errors import AlreadyRunning, CannotRun, PollConflict, PollFailed, StoreFailed
from outreachbot.store import inbox
from outreachbot.store.database import connect
from outreachbot.workers.updates import poller
from outreachbot.workers.updates.dispatcher import Dispatcher
from outreachbot.workers.updates.poller import PROBE_SECONDS, PollStatus


class Telegram:
    """Returns one batch after another, or raises; notes from which offset it was polled."""

    def __init__(self, *batches):
        self.batches, self.offsets, self.seconds = list(batches), [], []

    async def fetch(self, offset, seconds):
        self.offsets.append(offset)
        self.seconds.append(seconds)
        batch = self.batches.pop(0)
        if isinstance(batch, Exception):
            raise batch
        return [{"update_id": number, "message": {"chat": {"id": 1}, "text": text}} for number, text in batch]


class Handled(list):
    async def __call__(self, update):
        self.append(update["update_id"])


async def poll(db, telegram, dispatcher=None, status=None):
    status, dispatcher = status or PollStatus(), dispatcher or Dispatcher(db, Handled())
    await poller.poll_updates(dispatcher, status, telegram.fetch, 1.0)
    await asyncio.gather(*dispatcher.tasks)


async def written(db):
    async with connect.reading(db) as connection:
        return [entry.update_id for entry in await inbox.list_waiting(connection, 0, 100)]


def batch(*numbers):
    return [(number, "hello") for number in numbers]


async def test_the_next_poll_confirms_what_is_stored(db):
    telegram, status, dispatcher = Telegram(batch(7, 8), batch(9), batch()), PollStatus(), Dispatcher(db, Handled())
    for _ in range(3):
        await poll(db, telegram, dispatcher, status)

    assert telegram.offsets == [0, 9, 10]
    assert dispatcher.handle == [7, 8, 9]


async def test_after_an_empty_poll_it_polls_without_an_offset_and_finds_lower_ids(db):
    telegram, status, dispatcher = Telegram(batch(900), batch(), batch(5)), PollStatus(), Dispatcher(db, Handled())
    for _ in range(3):
        await poll(db, telegram, dispatcher, status)

    assert telegram.offsets == [0, 901, 0]
    assert dispatcher.handle == [900, 5]


async def test_an_update_that_could_not_be_stored_is_not_confirmed_and_comes_again(db, failing):
    telegram, status, dispatcher = Telegram(batch(7), batch(7), batch()), PollStatus(), Dispatcher(db, Handled())
    async with failing("inbox"):
        with pytest.raises(StoreFailed):
            await poll(db, telegram, dispatcher, status)
    assert dispatcher.handle == []

    for _ in range(2):
        await poll(db, telegram, dispatcher, status)

    assert telegram.offsets == [0, 0, 8]
    assert dispatcher.handle == [7]


async def test_an_update_that_comes_again_is_handled_once(db):
    telegram, status, dispatcher = (
        Telegram(batch(7, 8), batch(7, 8, 9), batch(8)),
        PollStatus(),
        Dispatcher(db, Handled()),
    )
    for _ in range(3):
        await poll(db, telegram, dispatcher, status)

    assert dispatcher.handle == [7, 8, 9]


async def test_handled_updates_are_recorded_along_the_way(db):
    telegram, status, dispatcher = Telegram(batch(7), batch(8)), PollStatus(), Dispatcher(db, Handled())
    for _ in range(2):
        await poll(db, telegram, dispatcher, status)

    assert await written(db) == [8]


@pytest.mark.parametrize("text", ["\ud800", "\x00", "😀 ünïcödé", '"}', "\u2028"])
async def test_any_text_can_be_written_down(db, text):
    telegram, dispatcher = Telegram([(7, text)]), Dispatcher(db, Handled())
    await poll(db, telegram, dispatcher)

    assert dispatcher.handle == [7]
    assert await written(db) == [7]


async def test_a_failing_poll_is_logged_once_and_retried(db, caplog):
    telegram, status = Telegram(PollFailed("HTTP 502"), PollFailed("HTTP 502"), batch(7)), PollStatus(failures=0)
    async with asyncio.timeout(10):
        for _ in range(3):
            await poll(db, telegram, status=status)

    assert caplog.messages == ["no updates: HTTP 502; trying again", "Telegram answers again"]
    assert status.failures == 0


async def test_a_minute_without_a_successful_poll_ends_the_program(db):
    status = PollStatus(last_success=time.monotonic() - 61)

    with pytest.raises(CannotRun, match=r"no updates for (6[1-9]|[7-9]\d) s \(HTTP 502\)"):
        await poll(db, Telegram(PollFailed("HTTP 502")), status=status)


async def test_a_successful_poll_restarts_that_minute(db):
    status = PollStatus(last_success=time.monotonic() - 61)
    await poll(db, Telegram(batch()), status=status)
    await poll(db, Telegram(PollFailed("HTTP 502")), status=status)

    assert status.failures == 1


async def test_a_program_that_finds_a_rival_before_its_first_long_poll_gives_way(db):
    with pytest.raises(AlreadyRunning, match="another program already polls Telegram with this token"):
        await poll(db, Telegram(PollConflict("Conflict")))


async def test_the_program_that_polled_first_keeps_running(db):
    telegram, status = Telegram(PollConflict("Conflict"), batch(7)), PollStatus(is_alone=True)
    dispatcher = Dispatcher(db, Handled())
    for _ in range(2):
        await poll(db, telegram, dispatcher, status)

    assert dispatcher.handle == [7]


async def test_a_poll_that_stayed_open_makes_the_token_ours_and_later_polls_long(db):
    status = PollStatus()
    poller._record_success(status, time.monotonic() - PROBE_SECONDS / 4)
    assert not status.is_alone

    poller._record_success(status, time.monotonic() - PROBE_SECONDS)
    telegram = Telegram(batch())
    await poll(db, telegram, status=status)

    assert status.is_alone
    assert telegram.seconds == [poller.POLL_SECONDS]


async def test_polls_that_always_bring_something_make_it_ours_after_a_while(db):
    status = PollStatus(started=time.monotonic() - 60)
    await poll(db, Telegram(batch(7)), status=status)

    assert status.is_alone
