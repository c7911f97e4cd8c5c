"""An admin's album arrives in parts and is previewed once all of them have arrived."""

import datetime as dt

import pytest

from outreachbot.bot.broadcasts import compose
from outreachbot.domain.messages.message import MAX_ALBUM
from outreachbot.sandbox import attachments
from outreachbot.store.broadcasts import composing
from tests.support.harness import ADMIN, buttons


@pytest.fixture
def come(harness, write, hand):
    """Let Ada send an album with these captions as a broadcast; return how many messages she had received before."""

    async def come(*captions):
        await write("/broadcast")
        before = len(harness.said(ADMIN))
        attachments.send_album(harness.world, ADMIN, ADMIN, captions)
        await hand()
        return before

    return come


@pytest.fixture
def wait(harness, context):
    """Let this many seconds pass, then process complete albums."""

    async def wait(seconds=composing.ALBUM_SECONDS):
        harness.clock.ahead += dt.timedelta(seconds=seconds)
        await compose.preview_albums(context)

    return wait


async def test_nothing_is_said_until_all_of_it_has_come(harness, come, wait, body):
    before = await come("", "The caption", "another")
    await wait(0)
    assert len(harness.said(ADMIN)) == before

    await wait()
    await wait()

    *preview, question = harness.said(ADMIN)[before:]
    assert [message.get("caption") for message in preview] == [
        "The caption\n\nNo more of these: /unsubscribe",
        None,
        None,
    ]
    assert buttons(question)[-1]["callback_data"] == "broadcast:discard:1"
    assert len((await body(1)).media) == 3


async def test_an_album_too_long_is_cut_to_what_telegram_takes(come, wait, body):
    await come(*[""] * (MAX_ALBUM + 2))
    await wait()

    assert len((await body(1)).media) == MAX_ALBUM


async def test_an_album_of_one_part_is_a_single_picture_with_unsubscribe(harness, come, wait, body):
    before = await come("The caption")
    await wait()
    preview, _question = harness.said(ADMIN)[before:]

    assert preview["caption"] == "The caption"
    assert [button["callback_data"] for button in buttons(preview)] == ["+unsubscribe"]


async def test_the_later_of_two_albums_counts(come, wait, hand, harness, body):
    await come("first", "")
    attachments.send_album(harness.world, ADMIN, ADMIN, ["second", "", ""])
    await hand()
    await wait()

    assert ((await body(1)).text.splitlines()[0], len((await body(1)).media)) == ("second", 3)


async def test_a_cancelled_album_is_not_previewed(write, come, wait, row):
    await come("", "")
    await write("/cancel")
    await wait(60)

    assert await row(1) is None


async def test_a_refused_album_is_reported_once_and_the_next_is_a_new_attempt(harness, come, wait, hand, row):
    before = await come("x" * 1020, "")
    for _ in range(3):
        await wait()
    (refused,) = harness.said(ADMIN)[before:]
    assert "message caption is too long" in refused["text"]

    attachments.send_album(harness.world, ADMIN, ADMIN, ["short", ""])
    await hand()
    await wait()

    assert [(await row(number)).state for number in (1, 2)] == ["cancelled", "draft"]


async def test_nobody_elses_album_is_taken(harness, write, hand, wait, row):
    attachments.send_album(harness.world, ADMIN, ADMIN, ["", ""])
    await hand()
    await wait()

    assert "/facts" in harness.said(ADMIN)[-1]["text"]
    assert await row(1) is None
