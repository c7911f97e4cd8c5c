"""Where deep links lead, and the start code that records which link somebody followed."""

import pytest
from sqlalchemy import select

from outreachbot.sandbox import groups, people
from outreachbot.store import audience, chats, tables
from outreachbot.store.database import connect
from tests.support.harness import ADMIN, MEMBER


@pytest.fixture
def start(harness, hand):
    """Follow a deep link; return the bot's answer."""

    async def start(payload, user_id=MEMBER):
        people.start(harness.world, user_id, payload)
        await hand()
        return harness.said(user_id)[-1]["text"]

    return start


async def came_with(context):
    """Chat -> its code."""
    async with connect.reading(context.db) as db:
        return dict((await db.execute(select(tables.chats.c.id, tables.chats.c.joined))).all())


@pytest.mark.parametrize("code", ["leaflet", "Q1-2026_b", "x", "a" * 64])
async def test_a_start_code_is_remembered_without_subscribing(harness, context, start, code):
    said = await start(code)

    assert said == await start("")
    assert await came_with(context) == {MEMBER: code}
    async with connect.reading(context.db) as db:
        chat = await chats.find(db, MEMBER)
        assert chat is not None
        assert (chat.kind, chat.language, chat.subscribed) == ("private", "en", False)
        assert await audience.list_start_codes(db) == [], "a code of nobody who subscribed is no audience"


async def test_the_first_code_counts(context, start):
    for code in ("leaflet", "poster", ""):
        await start(code)

    assert await came_with(context) == {MEMBER: "leaflet"}


async def test_a_start_code_leaves_an_existing_subscription(harness, context, hand, start):
    people.say(harness.world, MEMBER, MEMBER, "/subscribe")
    await hand()
    await start("leaflet")

    async with connect.reading(context.db) as db:
        chat = await chats.find(db, MEMBER)
        assert chat is not None
        assert chat.subscribed
        assert await audience.list_start_codes(db) == ["leaflet"]


@pytest.mark.parametrize("payload", ["two words", "a" * 65, "<b>", "٣", "x\ny"])
async def test_an_invalid_code_is_not_remembered(context, start, payload):
    await start(payload)

    assert await came_with(context) == {}


@pytest.mark.parametrize("payload", ["facts", "facts_deaths", "campaign", "timeline_1992", "letter"])
async def test_a_deep_link_to_a_page_is_no_code(context, start, payload):
    welcome = await start("")

    assert await start(payload) != welcome
    assert await came_with(context) == {}


@pytest.mark.parametrize("code", ["campaign_x", "letter_x", "campaign_2026", "letters"])
async def test_a_code_may_begin_like_a_page_that_has_none_below_it(context, start, code):
    welcome = await start("")

    assert await start(code) == welcome
    assert await came_with(context) == {MEMBER: code}


async def test_in_a_group_a_code_means_nothing(harness, context, hand):
    groups.create_chat(harness.world, -1001, "Neighbours", ADMIN)
    groups.add_bot(harness.world, -1001, ADMIN)
    people.say(harness.world, ADMIN, -1001, "/start leaflet")
    await hand()

    assert await came_with(context) == {}
    assert len(harness.said(-1001)) == 1
