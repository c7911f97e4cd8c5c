"""The dispatcher: each chat's updates in their order, chats concurrently, and no update lost."""

import asyncio
import json
import logging

import pytest
from sqlalchemy import select

from outreachbot.errors import StoreFailed, TelegramRefuses
from outreachbot.store import inbox, tables
from outreachbot.store.database import connect
from outreachbot.workers import loop
from outreachbot.workers.updates import dispatcher as dispatchers
from outreachbot.workers.updates.dispatcher import Dispatcher


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch):
    monkeypatch.setattr(loop, "LONGEST_PAUSE", 0.001)


def update(number, chat_id=1):
    return {"update_id": number, "message": {"chat": {"id": chat_id}}}


async def receive(db, dispatcher, *updates):
    """Store updates in the inbox and dispatch them."""
    async with connect.writing(db) as transaction:
        await inbox.add(transaction, {update["update_id"]: "{}" for update in updates}, 1.0)
    for update in updates:
        dispatchers.dispatch_update(dispatcher, update["update_id"], update)


async def handled(dispatcher):
    async with asyncio.timeout(5):
        while dispatcher.tasks:
            await asyncio.gather(*dispatcher.tasks)


async def states(db):
    """The state and error of each update in the inbox, by id."""
    async with connect.reading(db) as connection:
        rows = await connection.execute(select(tables.inbox.c.update_id, tables.inbox.c.state, tables.inbox.c.error))
        return {row.update_id: (row.state, row.error) for row in rows}


class Handler:
    """Notes when the handling of an update begins and ends; updates with a held number wait until they are released."""

    def __init__(self, *held, errors=None):
        self.events, self.errors = [], errors or {}
        self.held = {number: asyncio.Event() for number in held}
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    async def __call__(self, update):
        number = update["update_id"]
        self.events.append(f"begin {number}")
        self.begun.set()
        if number in self.held:
            await self.held[number].wait()
        if errors := self.errors.get(number):
            raise errors.pop(0)
        self.events.append(f"end {number}")
        self.ended.set()


@pytest.mark.parametrize(
    ("body", "chat_id"),
    [
        ({"message": {"chat": {"id": 5}}}, 5),
        ({"channel_post": {"chat": {"id": -5}}}, -5),
        ({"my_chat_member": {"chat": {"id": 5}, "from": {"id": 6}}}, 5),
        ({"callback_query": {"from": {"id": 6}, "message": {"chat": {"id": 5}}}}, 5),
        ({"callback_query": {"from": {"id": 6}, "inline_message_id": "x"}}, 0),
        ({"callback_query": {"message": "what"}}, 0),
        ({"poll": {"id": "1"}}, 0),
        ({"message": {"chat": {"id": "five"}}}, 0),
        ({"message": "what"}, 0),
        ({}, 0),
    ],
)
def test_an_update_belongs_to_the_queue_of_its_chat(body, chat_id):
    assert dispatchers.find_chat_id({"update_id": 1, **body}) == chat_id


async def test_a_chats_updates_keep_their_order(db):
    handler = Handler(1)
    dispatcher = Dispatcher(db, handler)
    for number in (1, 2, 3):
        dispatchers.dispatch_update(dispatcher, number, update(number))
    await handler.begun.wait()
    assert handler.events == ["begin 1"]

    handler.held[1].set()
    await handled(dispatcher)

    assert handler.events == ["begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"]
    assert (dispatcher.handled, dispatcher.open_updates, dispatcher.queues) == ([1, 2, 3], 0, {})


async def test_chats_do_not_wait_for_each_other(db):
    handler = Handler(1)
    dispatcher = Dispatcher(db, handler)
    dispatchers.dispatch_update(dispatcher, 1, update(1, chat_id=1))
    dispatchers.dispatch_update(dispatcher, 2, update(2, chat_id=2))
    async with asyncio.timeout(5):
        await handler.ended.wait()
    before = handler.events[:]
    handler.held[1].set()
    await handled(dispatcher)

    assert before == ["begin 1", "begin 2", "end 2"]
    assert sorted(dispatcher.handled) == [1, 2]


async def test_polling_waits_while_too_many_updates_are_open(db):
    handler = Handler(*range(dispatchers.MAX_OPEN))
    dispatcher = Dispatcher(db, handler)
    for number in range(dispatchers.MAX_OPEN):
        dispatchers.dispatch_update(dispatcher, number, update(number, chat_id=number // dispatchers.MAX_OPEN_PER_CHAT))
    waiting = asyncio.create_task(dispatchers.wait_for_capacity(dispatcher))
    await handler.begun.wait()
    assert not waiting.done()

    for held in handler.held.values():
        held.set()
    async with asyncio.timeout(5):
        await waiting

    assert dispatcher.open_updates < dispatchers.MAX_OPEN
    await handled(dispatcher)


async def test_no_chat_can_fill_the_memory_and_its_updates_keep_their_order(db):
    handler = Handler(0)
    dispatcher = Dispatcher(db, handler)
    numbers = range(dispatchers.MAX_OPEN + 10)
    async with connect.writing(db) as transaction:
        await inbox.add(transaction, {number: json.dumps(update(number)) for number in numbers}, 1.0)
    for number in numbers:
        dispatchers.dispatch_update(dispatcher, number, update(number))
    open_at_most = dispatcher.open_updates
    handler.held[0].set()
    await handled(dispatcher)

    assert open_at_most == dispatchers.MAX_OPEN_PER_CHAT
    assert dispatcher.handled == list(numbers)
    assert (dispatcher.open_updates, dispatcher.queues) == (0, {})


async def test_no_more_run_beside_each_other_than_telegram_likes(db):
    numbers = range(dispatchers.MAX_CONCURRENT + 5)
    handler = Handler(*numbers)
    dispatcher = Dispatcher(db, handler)
    for number in numbers:
        dispatchers.dispatch_update(dispatcher, number, update(number, chat_id=number + 1))
    for _ in range(10):
        await asyncio.sleep(0)
    begun = len(handler.events)
    for held in handler.held.values():
        held.set()
    await handled(dispatcher)

    assert begun == dispatchers.MAX_CONCURRENT
    assert sorted(dispatcher.handled) == list(numbers)


async def test_handled_and_failed_updates_are_recorded(db):
    dispatcher = Dispatcher(db, Handler(errors={2: [ValueError("what")]}))
    await receive(db, dispatcher, update(1), update(2), update(3))
    await handled(dispatcher)
    await dispatchers.record_handled(dispatcher)

    assert await states(db) == {1: ("done", None), 2: ("aside", "ValueError: what"), 3: ("done", None)}
    assert (dispatcher.handled, dispatcher.set_aside) == ([], [])


async def test_a_fatal_error_leaves_its_update_and_all_later_ones_in_the_inbox(db):
    dispatcher = Dispatcher(db, Handler(errors={2: [TelegramRefuses("frozen")]}))
    await receive(db, dispatcher, update(1), update(2), update(3), update(4, chat_id=4))
    await handled(dispatcher)
    with pytest.raises(TelegramRefuses):
        await dispatchers.record_handled(dispatcher)
    await dispatchers.close_dispatcher(dispatcher, 1.0)
    kept = {number for number, (state, _) in (await states(db)).items() if state == "waiting"}

    assert {2, 3} <= kept
    assert 1 not in kept


async def test_an_update_that_met_a_failing_database_is_tried_until_it_works(db, caplog):
    caplog.set_level(logging.INFO)
    broken = [StoreFailed("disk full") for _ in range(3)]
    handler = Handler(errors={1: broken, 2: [StoreFailed("disk full")]})
    dispatcher = Dispatcher(db, handler)
    await receive(
        db, dispatcher, update(1, chat_id=1), update(2, chat_id=2), update(3, chat_id=1), update(4, chat_id=4)
    )
    await handled(dispatcher)
    await dispatchers.record_handled(dispatcher)

    assert {state for state, _ in (await states(db)).values()} == {"done"}
    assert handler.events.index("end 1") < handler.events.index("begin 3")
    assert caplog.messages == ["answering waits: disk full", "answering goes on: the database works again"]


async def test_results_a_failing_database_did_not_take_are_kept_for_the_next_write(db, failing):
    dispatcher = Dispatcher(db, Handler(errors={2: [ValueError("what")]}))
    await receive(db, dispatcher, update(1), update(2))
    await handled(dispatcher)
    async with failing("inbox"):
        with pytest.raises(StoreFailed):
            await dispatchers.record_handled(dispatcher)
        dispatchers.dispatch_update(dispatcher, 3, update(3))
        await handled(dispatcher)
        assert (dispatcher.handled, [number for number, _ in dispatcher.set_aside]) == ([1, 3], [2])
    await dispatchers.record_handled(dispatcher)

    assert {number: state for number, (state, _) in (await states(db)).items()} == {1: "done", 2: "aside"}


async def test_updates_received_before_are_resumed_in_order(db):
    handler = Handler()
    async with connect.writing(db) as transaction:
        numbers = {number: f'{{"update_id": {number}, "message": {{"chat": {{"id": 1}}}}}}' for number in (9, 5, 7)}
        await inbox.add(transaction, numbers, 1.0)
        await inbox.settle(transaction, [5], [])
    dispatcher = Dispatcher(db, handler)
    await dispatchers.resume_waiting(dispatcher)
    await handled(dispatcher)

    assert handler.events == ["begin 9", "end 9", "begin 7", "end 7"]


async def test_more_updates_than_fit_in_memory_are_resumed_in_batches(db, monkeypatch):
    monkeypatch.setattr(dispatchers, "MAX_OPEN", 4)
    async with connect.writing(db) as transaction:
        await inbox.add(transaction, {number: f'{{"update_id": {number}}}' for number in range(11)}, 1.0)
    dispatcher = Dispatcher(db, Handler())
    async with asyncio.timeout(5):
        await dispatchers.resume_waiting(dispatcher)
    await handled(dispatcher)

    assert dispatcher.handled == list(range(11))


async def test_at_the_end_running_updates_finish_and_the_rest_stays_in_the_inbox(db):
    handler = Handler(1, 2)
    dispatcher = Dispatcher(db, handler)
    await receive(db, dispatcher, update(1, chat_id=1), update(2, chat_id=2), update(3, chat_id=2))
    await handler.begun.wait()
    handler.held[1].set()
    await dispatchers.close_dispatcher(dispatcher, 0.05)
    await handled_or_cancelled(dispatcher)

    assert {number: state for number, (state, _) in (await states(db)).items()} == {
        1: "done",
        2: "waiting",
        3: "waiting",
    }


async def handled_or_cancelled(dispatcher):
    await asyncio.gather(*dispatcher.tasks, return_exceptions=True)
