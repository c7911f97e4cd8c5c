"""Updates are stored once, wait in order, and are deleted when they are handled and old."""

import json

import pytest
from sqlalchemy import select

from outreachbot.store import inbox
from outreachbot.store import tables as t
from outreachbot.store.database import connect
from outreachbot.store.inbox import UpdateState


async def add(db, *update_ids, now=1.0):
    async with connect.writing(db) as transaction:
        return await inbox.add(
            transaction, {update_id: f'{{"update_id": {update_id}}}' for update_id in update_ids}, now
        )


async def settle(db, done=(), aside=()):
    async with connect.writing(db) as transaction:
        await inbox.settle(transaction, done, aside)


async def waiting(db, after=0, limit=100):
    async with connect.reading(db) as connection:
        return await inbox.list_waiting(connection, after, limit)


async def ids(db):
    return [letter.update_id for letter in await waiting(db)]


async def rows(db):
    """The stored state and error of each update."""
    async with connect.reading(db) as connection:
        kept = await connection.execute(select(t.inbox.c.update_id, t.inbox.c.state, t.inbox.c.error))
        return {row.update_id: (row.state, row.error) for row in kept}


async def test_an_update_is_new_once(db):
    assert await add(db, 1, 2) == {1, 2}
    assert await add(db, 2, 3) == {3}
    assert await add(db, 1, 2, 3) == set()
    assert await ids(db) == [1, 2, 3]


async def test_a_handled_update_is_not_new_again(db):
    await add(db, 1, 2)
    await settle(db, done=[1], aside=[(2, "bad")])

    assert await add(db, 1, 2) == set()
    assert await ids(db) == []


async def test_a_handled_updates_text_is_not_kept(db):
    await add(db, 1, 2)
    await settle(db, done=[1], aside=[(2, "bad")])
    async with connect.reading(db) as connection:
        assert await inbox.load_body(connection, 1) == ""
        assert await inbox.load_body(connection, 2) == '{"update_id": 2}'


async def test_the_first_text_of_an_update_stays(db):
    async with connect.writing(db) as transaction:
        await inbox.add(transaction, {1: "first"}, 1.0)
        await inbox.add(transaction, {1: "second"}, 2.0)

    assert [letter.body for letter in await waiting(db)] == ["first"]


async def test_no_updates_are_nothing_to_do(db):
    assert await add(db) == set()
    await settle(db)
    assert await rows(db) == {}


async def test_updates_wait_in_the_order_of_arrival_whatever_their_ids(db):
    await add(db, 900, 901)
    await add(db, 5, 3)

    assert await ids(db) == [900, 901, 5, 3]


async def test_a_large_batch_keeps_its_order(db):
    await add(db, *range(1000, 2000))

    assert [letter.update_id for letter in await waiting(db, limit=2000)] == list(range(1000, 2000))


async def test_waiting_updates_are_read_in_pieces(db):
    await add(db, *range(7))
    read, after = [], 0
    while letters := await waiting(db, after, limit=3):
        assert len(letters) <= 3
        read += [letter.update_id for letter in letters]
        after = letters[-1].seq

    assert read == list(range(7))


async def test_handled_updates_wait_no_more_and_say_why_they_could_not_be(db):
    await add(db, 1, 2, 3)
    await settle(db, done=[1], aside=[(3, "KeyError: 'chat' 🕯")])

    assert await ids(db) == [2]
    assert await rows(db) == {
        1: (UpdateState.DONE, None),
        2: (UpdateState.WAITING, None),
        3: (UpdateState.ASIDE, "KeyError: 'chat' 🕯"),
    }


async def test_settling_an_unknown_update_does_no_harm(db):
    await add(db, 1)
    await settle(db, done=[77], aside=[(78, "bad")])

    assert await ids(db) == [1]


@pytest.mark.parametrize(
    "text", ["🕯👩‍👩‍👧 Xocalı שלום \u202e\ufeff", "a" * 100_000, 'nul \\u0000 and "\\ud83d"', "%s :x ? $1 {}"]
)
async def test_an_update_comes_back_letter_for_letter(db, text):
    body = json.dumps({"message": {"text": text}}, ensure_ascii=False)
    async with connect.writing(db) as transaction:
        await inbox.add(transaction, {2**40: body}, 1.0)

    (letter,) = await waiting(db)

    assert (letter.update_id, letter.body) == (2**40, body)


async def test_only_what_was_handled_long_ago_is_forgotten(db):
    await add(db, 1, 2, 3, now=0.0)
    await add(db, 4, now=1.0)
    await settle(db, done=[1, 4], aside=[(2, "bad")])
    async with connect.writing(db) as transaction:
        await inbox.purge(transaction, inbox.KEEP_SECONDS + 0.5)

    assert set(await rows(db)) == {3, 4}
    assert await ids(db) == [3]


async def test_updates_after_the_newest_was_deleted_are_queued_last(db):
    await add(db, 7, 8, now=0.0)
    await settle(db, done=[8])
    async with connect.writing(db) as transaction:
        await inbox.purge(transaction, inbox.KEEP_SECONDS * 2)
    await add(db, 3)

    assert await ids(db) == [7, 3]
