"""Updates at the desk: a chat's in their order, chats beside each other, and nothing forgotten."""

import asyncio
import json
import logging

import pytest
from sqlalchemy import select

from outreachbot.errors import StoreFailed, TelegramRefuses
from outreachbot.store import inbox, tables
from outreachbot.store.database import connect
from outreachbot.workers import loop
from outreachbot.workers.updates import dispatcher as desks
from outreachbot.workers.updates.dispatcher import Desk


@pytest.fixture(autouse=True)
def no_long_pauses(monkeypatch):
    monkeypatch.setattr(loop, "LONGEST_PAUSE", 0.001)


def update(number, chat_id=1):
    return {"update_id": number, "message": {"chat": {"id": chat_id}}}


async def receive(db, desk, *updates):
    """Write updates into the inbox and lay them on the desk."""
    async with connect.writing(db) as transaction:
        await inbox.add(transaction, {one["update_id"]: "{}" for one in updates}, 1.0)
    for one in updates:
        desks.put(desk, one["update_id"], one)


async def handled(desk):
    async with asyncio.timeout(5):
        while desk.tasks:
            await asyncio.gather(*desk.tasks)


async def states(db):
    """Update id -> its state and error in the inbox."""
    async with connect.reading(db) as connection:
        rows = await connection.execute(select(tables.inbox.c.update_id, tables.inbox.c.state, tables.inbox.c.error))
        return {row.update_id: (row.state, row.error) for row in rows}


class Handler:
    """Writes down what begins and what ends; updates whose number is held wait until they are let go."""

    def __init__(self, *held, errors=None):
        self.events, self.errors = [], errors or {}
        self.held = {number: asyncio.Event() for number in held}
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    async def __call__(self, one):
        number = one["update_id"]
        self.events.append(f"begin {number}")
        self.begun.set()
        if number in self.held:
            await self.held[number].wait()
        if errors := self.errors.get(number):
            raise errors.pop(0)
        self.events.append(f"end {number}")
        self.ended.set()


@pytest.mark.parametrize(
    ("body", "lane"),
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
def test_an_update_belongs_to_the_lane_of_its_chat(body, lane):
    assert desks.lane_of({"update_id": 1, **body}) == lane


async def test_a_chats_updates_keep_their_order(db):
    handler = Handler(1)
    desk = Desk(db, handler)
    for number in (1, 2, 3):
        desks.put(desk, number, update(number))
    await handler.begun.wait()
    assert handler.events == ["begin 1"]

    handler.held[1].set()
    await handled(desk)

    assert handler.events == ["begin 1", "end 1", "begin 2", "end 2", "begin 3", "end 3"]
    assert (desk.done, desk.open, desk.lanes) == ([1, 2, 3], 0, {})


async def test_chats_do_not_wait_for_each_other(db):
    handler = Handler(1)
    desk = Desk(db, handler)
    desks.put(desk, 1, update(1, chat_id=1))
    desks.put(desk, 2, update(2, chat_id=2))
    async with asyncio.timeout(5):
        await handler.ended.wait()
    before = handler.events[:]
    handler.held[1].set()
    await handled(desk)

    assert before == ["begin 1", "begin 2", "end 2"]
    assert sorted(desk.done) == [1, 2]


async def test_a_full_desk_holds_back(db):
    handler = Handler(*range(desks.FULL))
    desk = Desk(db, handler)
    for number in range(desks.FULL):
        desks.put(desk, number, update(number, chat_id=number // desks.LANE_FULL))
    room = asyncio.create_task(desks.has_room(desk))
    await handler.begun.wait()
    assert not room.done()

    for held in handler.held.values():
        held.set()
    async with asyncio.timeout(5):
        await room

    assert desk.open < desks.FULL
    await handled(desk)


async def test_no_chat_can_fill_the_desk_and_its_updates_keep_their_order(db):
    handler = Handler(0)
    desk = Desk(db, handler)
    numbers = range(desks.FULL + 10)
    async with connect.writing(db) as transaction:
        await inbox.add(transaction, {number: json.dumps(update(number)) for number in numbers}, 1.0)
    for number in numbers:
        desks.put(desk, number, update(number))
    open_at_most = desk.open
    handler.held[0].set()
    await handled(desk)

    assert open_at_most == desks.LANE_FULL
    assert desk.done == list(numbers)
    assert (desk.open, desk.lanes) == (0, {})


async def test_no_more_run_beside_each_other_than_telegram_likes(db):
    numbers = range(desks.AT_ONCE + 5)
    handler = Handler(*numbers)
    desk = Desk(db, handler)
    for number in numbers:
        desks.put(desk, number, update(number, chat_id=number + 1))
    for _ in range(10):
        await asyncio.sleep(0)
    begun = len(handler.events)
    for held in handler.held.values():
        held.set()
    await handled(desk)

    assert begun == desks.AT_ONCE
    assert sorted(desk.done) == list(numbers)


async def test_what_was_handled_and_what_could_not_be_is_written_down(db):
    desk = Desk(db, Handler(errors={2: [ValueError("what")]}))
    await receive(db, desk, update(1), update(2), update(3))
    await handled(desk)
    await desks.settle(desk)

    assert await states(db) == {1: ("done", None), 2: ("aside", "ValueError: what"), 3: ("done", None)}
    assert (desk.done, desk.aside) == ([], [])


async def test_what_ends_the_program_leaves_its_update_and_all_later_ones_in_the_inbox(db):
    desk = Desk(db, Handler(errors={2: [TelegramRefuses("frozen")]}))
    await receive(db, desk, update(1), update(2), update(3), update(4, chat_id=4))
    await handled(desk)
    with pytest.raises(TelegramRefuses):
        await desks.settle(desk)
    await desks.close(desk, 1.0)
    kept = {number for number, (state, _) in (await states(db)).items() if state == "waiting"}

    assert {2, 3} <= kept
    assert 1 not in kept


async def test_an_update_that_met_a_failing_database_is_tried_until_it_works(db, caplog):
    caplog.set_level(logging.INFO)
    broken = [StoreFailed("disk full") for _ in range(3)]
    handler = Handler(errors={1: broken, 2: [StoreFailed("disk full")]})
    desk = Desk(db, handler)
    await receive(db, desk, update(1, chat_id=1), update(2, chat_id=2), update(3, chat_id=1), update(4, chat_id=4))
    await handled(desk)
    await desks.settle(desk)

    assert {state for state, _ in (await states(db)).values()} == {"done"}
    assert handler.events.index("end 1") < handler.events.index("begin 3")
    assert caplog.messages == ["answering waits: disk full", "answering goes on: the database works again"]


async def test_what_a_failing_database_did_not_take_is_kept_for_the_next_time(db, failing):
    desk = Desk(db, Handler(errors={2: [ValueError("what")]}))
    await receive(db, desk, update(1), update(2))
    await handled(desk)
    async with failing("inbox"):
        with pytest.raises(StoreFailed):
            await desks.settle(desk)
        desks.put(desk, 3, update(3))
        await handled(desk)
        assert (desk.done, [number for number, _ in desk.aside]) == ([1, 3], [2])
    await desks.settle(desk)

    assert {number: state for number, (state, _) in (await states(db)).items()} == {1: "done", 2: "aside"}


async def test_what_was_received_before_is_taken_up_in_its_order(db):
    handler = Handler()
    async with connect.writing(db) as transaction:
        numbers = {number: f'{{"update_id": {number}, "message": {{"chat": {{"id": 1}}}}}}' for number in (9, 5, 7)}
        await inbox.add(transaction, numbers, 1.0)
        await inbox.settle(transaction, [5], [])
    desk = Desk(db, handler)
    await desks.resume(desk)
    await handled(desk)

    assert handler.events == ["begin 9", "end 9", "begin 7", "end 7"]


async def test_more_than_fits_on_the_desk_is_taken_up_piece_by_piece(db, monkeypatch):
    monkeypatch.setattr(desks, "FULL", 4)
    async with connect.writing(db) as transaction:
        await inbox.add(transaction, {number: f'{{"update_id": {number}}}' for number in range(11)}, 1.0)
    desk = Desk(db, Handler())
    async with asyncio.timeout(5):
        await desks.resume(desk)
    await handled(desk)

    assert desk.done == list(range(11))


async def test_at_the_end_what_runs_may_finish_and_the_rest_stays_in_the_inbox(db):
    handler = Handler(1, 2)
    desk = Desk(db, handler)
    await receive(db, desk, update(1, chat_id=1), update(2, chat_id=2), update(3, chat_id=2))
    await handler.begun.wait()
    handler.held[1].set()
    await desks.close(desk, 0.05)
    await handled_or_cancelled(desk)

    assert {number: state for number, (state, _) in (await states(db)).items()} == {
        1: "done",
        2: "waiting",
        3: "waiting",
    }


async def handled_or_cancelled(desk):
    await asyncio.gather(*desk.tasks, return_exceptions=True)
