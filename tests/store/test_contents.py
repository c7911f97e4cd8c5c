"""The content files that were live: each is kept, and it is known when the hour of many chats changed."""

import pytest

from outreachbot.domain.schedule import Group
from outreachbot.store import contents
from outreachbot.store.contents import Version
from transactions import do

NINE, TEN, TOKYO = Group("Asia/Baku", 9), Group("Asia/Baku", 10), Group("Asia/Tokyo", 9)


async def add(db, raw, default=NINE, now=1.0, **more):
    return await do(db, contents.add, raw, raw.decode(), default, now, **more)


async def test_every_version_is_kept_and_the_newest_comes_first(db):
    first = await add(db, b"a")
    second = await add(db, "\ufeffə\r\n".encode(), now=2.0, by=2**40, changes=3)
    third = await add(db, b"a", now=3.0)

    assert await do(db, contents.every, 10) == [
        Version(third, "a", 3.0, None, None),
        Version(second, "\ufeffə\r\n", 2.0, 2**40, 3),
        Version(first, "a", 1.0, None, None),
    ]
    assert [one.id for one in await do(db, contents.every, 1)] == [third]
    assert [one.id for one in await do(db, contents.every, 10, before=third)] == [second, first]


async def test_a_version_comes_back_as_it_was_to_the_byte(db):
    raw = "\ufefflanguages: [az]\r\n# 🕯 ə\n".encode()

    assert await do(db, contents.body, await add(db, raw)) == raw
    assert await do(db, contents.body, 99) is None


@pytest.mark.parametrize(
    ("defaults", "since"),
    [
        ([], None),
        ([NINE, NINE], None),
        ([NINE, TEN], 2.0),
        ([NINE, TEN, TEN], 2.0),
        ([NINE, TEN, NINE, NINE], 3.0),
        ([NINE, TOKYO], 2.0),
    ],
)
async def test_it_is_known_since_when_the_hour_or_zone_holds(db, defaults, since):
    for number, default in enumerate(defaults, 1):
        await add(db, b"a", default, float(number))

    assert await do(db, contents.regrouped_at) == since
