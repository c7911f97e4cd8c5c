"""Whose next message is taken as a broadcast, and albums that arrive in parts."""

import pytest

from outreachbot.domain.messages.message import MAX_ALBUM, Media, MediaKind
from outreachbot.store.broadcasts import composing
from outreachbot.store.broadcasts.composing import ALBUM_SECONDS, SECONDS, Album, Composing
from outreachbot.store.database import connect
from tests.support.transactions import transact

ADMIN, OTHER = 11, 22
PHOTOS = [Media(MediaKind.PHOTO, f"photo {number}") for number in range(MAX_ALBUM + 3)]
VIDEO = Media(MediaKind.VIDEO, "video")


async def add(db, media, now, *, admin_id=ADMIN, group="g", caption="", language="en"):
    await transact(db, composing.add_album_part, admin_id, group, media, caption, language=language, now=now)


async def whole(db, now):
    async with connect.reading(db) as connection:
        return await composing.list_complete_albums(connection, now)


async def test_an_admin_who_was_asked_composes_a_broadcast_next(db):
    await transact(db, composing.start, ADMIN, 100.0)

    assert await transact(db, composing.find, ADMIN, 101.0) == Composing(None)
    assert await transact(db, composing.find, OTHER, 101.0) is None


async def test_an_admin_can_compose_a_correction_instead(db):
    await transact(db, composing.start, ADMIN, 100.0, 7)
    assert await transact(db, composing.find, ADMIN, 101.0) == Composing(7)
    await transact(db, composing.start, ADMIN, 102.0)
    assert await transact(db, composing.find, ADMIN, 103.0) == Composing(None)


async def test_an_hour_later_it_is_forgotten(db):
    await transact(db, composing.start, ADMIN, 100.0)

    assert await transact(db, composing.find, ADMIN, 99.0 + SECONDS) is not None
    assert await transact(db, composing.find, ADMIN, 100.0 + SECONDS) is None


async def test_asking_again_starts_the_hour_anew(db):
    await transact(db, composing.start, ADMIN, 100.0)
    await transact(db, composing.start, ADMIN, 200.0)

    assert await transact(db, composing.find, ADMIN, 150.0 + SECONDS) is not None


async def test_after_cancelling_an_admin_writes_ordinary_messages_again(db):
    await transact(db, composing.start, ADMIN, 100.0)
    await transact(db, composing.start, OTHER, 100.0)

    assert await transact(db, composing.stop, ADMIN) is True
    assert await transact(db, composing.stop, ADMIN) is False
    assert await transact(db, composing.find, ADMIN, 101.0) is None
    assert await transact(db, composing.find, OTHER, 101.0) is not None


async def test_an_album_is_whole_when_no_further_part_comes(db):
    await transact(db, composing.start, ADMIN, 100.0, 7)
    await add(db, PHOTOS[0], 100.0, caption="<b>look</b>", language="az")
    await add(db, VIDEO, 101.0, language="az")
    assert await whole(db, 101.0 + ALBUM_SECONDS / 2) == []

    album = Album(ADMIN, "az", 7, (PHOTOS[0], VIDEO), "<b>look</b>")
    assert await whole(db, 101.0 + ALBUM_SECONDS) == [album]
    assert await whole(db, 5.0) == [album]  # the clock was set back: it is not waited for until then


async def test_the_caption_is_that_of_the_part_that_has_one(db):
    await transact(db, composing.start, ADMIN, 100.0)
    for number, caption in enumerate(["", "the caption", ""]):
        await add(db, PHOTOS[number], 100.0, caption=caption)

    (album,) = await whole(db, 110.0)
    assert (album.caption, album.media) == ("the caption", tuple(PHOTOS[:3]))


async def test_an_album_has_no_more_parts_than_telegram_allows(db):
    await transact(db, composing.start, ADMIN, 100.0)
    for media in PHOTOS:
        await add(db, media, 100.0)

    assert [album.media for album in await whole(db, 110.0)] == [tuple(PHOTOS[:MAX_ALBUM])]


async def test_another_album_takes_the_place_of_the_first(db):
    await transact(db, composing.start, ADMIN, 100.0)
    await add(db, PHOTOS[0], 100.0, group="first", caption="first")
    await add(db, PHOTOS[1], 100.0, group="second")

    assert [(album.media, album.caption) for album in await whole(db, 110.0)] == [((PHOTOS[1],), "")]


@pytest.mark.parametrize("end", ["gave up", "asked anew"])
async def test_a_cancelled_album_is_deleted(db, end):
    await transact(db, composing.start, ADMIN, 100.0)
    await add(db, PHOTOS[0], 100.0)
    await transact(db, composing.stop, ADMIN) if end == "gave up" else await transact(db, composing.start, ADMIN, 101.0)

    assert await whole(db, 110.0) == []


async def test_an_unrequested_album_part_is_ignored(db):
    await add(db, PHOTOS[0], 100.0)

    assert await whole(db, 110.0) == []
    assert await transact(db, composing.find, ADMIN, 110.0) is None


async def test_two_admins_each_write_an_album_of_their_own(db):
    for admin_id in (ADMIN, OTHER):
        await transact(db, composing.start, admin_id, 100.0)
    for number, admin_id in enumerate([ADMIN, OTHER, ADMIN]):
        await add(db, PHOTOS[number], 100.0, admin_id=admin_id)

    albums = {album.admin_id: album.media for album in await whole(db, 110.0)}
    assert albums == {ADMIN: (PHOTOS[0], PHOTOS[2]), OTHER: (PHOTOS[1],)}
