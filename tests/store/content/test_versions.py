"""The content files that were live: each is kept, for every time it went live."""

from outreachbot.store.content import versions
from outreachbot.store.content.versions import Version
from tests.support.transactions import transact


async def add(db, raw, now=1.0, **more):
    return await transact(db, versions.add, raw, raw.decode(), now, **more)


async def test_every_version_is_kept_and_the_newest_comes_first(db):
    first = await add(db, b"a")
    second = await add(db, "\ufeffə\r\n".encode(), now=2.0, by=2**40, changes=3)
    third = await add(db, b"a", now=3.0)

    assert await transact(db, versions.list_versions, 10) == [
        Version(third, "a", 3.0, None, None),
        Version(second, "\ufeffə\r\n", 2.0, 2**40, 3),
        Version(first, "a", 1.0, None, None),
    ]
    assert [version.id for version in await transact(db, versions.list_versions, 1)] == [third]
    assert [version.id for version in await transact(db, versions.list_versions, 10, before=third)] == [second, first]


async def test_a_version_comes_back_as_it_was_to_the_byte(db):
    raw = "\ufefflanguages: [az]\r\n# 🕯 ə\n".encode()

    assert await transact(db, versions.load_body, await add(db, raw)) == raw
    assert await transact(db, versions.load_body, 99) is None
