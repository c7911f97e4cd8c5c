"""Unexpected updates from Telegram: the bot sets them aside and continues."""

import sqlalchemy as sa

from outreachbot.sandbox import people
from outreachbot.store.database import connect
from outreachbot.store.tables import inbox
from tests.support.harness import ADMIN, MEMBER, Harness


async def states(harness: Harness) -> dict[str, int]:
    query = sa.select(inbox.c.state, sa.func.count()).group_by(inbox.c.state)
    async with connect.open_database(harness.database_url, exclusive=False) as db, connect.reading(db) as connection:
        return dict((await connection.execute(query)).all())


async def test_kinds_of_updates_from_the_future_are_passed_over(harness):
    async with harness.running_bot():
        people.feed(harness.world, {"widget_query": {"id": "1", "what": [1, 2, {"x": None}]}})
        people.feed(
            harness.world, {"message": {"message_id": 5, "chat": {"id": MEMBER, "type": "private"}, "date": 1, "x": 1}}
        )
        answer = await harness.answer(MEMBER, "/about")

    assert "Run by" in answer["text"]
    assert "waiting" not in await states(harness)


async def test_an_update_that_can_not_be_parsed_is_set_aside(harness):
    async with harness.running_bot():
        people.feed(harness.world, {"message": {"chat": {"type": "private"}}})
        people.feed(harness.world, {"message": "what"})
        people.feed(harness.world, {"callback_query": []})
        answer = await harness.answer(MEMBER, "/about")

    assert "Run by" in answer["text"]
    assert (await states(harness))["aside"] >= 1


async def test_nothing_received_is_left_waiting(harness):
    async with harness.running_bot():
        for number in range(1, 31):
            people.say(harness.world, MEMBER, MEMBER, f"/facts {number}")
        await harness.wait_until(lambda: len(harness.said(MEMBER)) == 30)

    assert await states(harness) == {"done": 30}


async def test_updates_received_but_not_handled_are_handled_at_the_next_start(harness):
    update = {"message_id": 9, "date": 1, "text": "/about", "from": harness.world.users[MEMBER].json(),
              "chat": {"id": MEMBER, "type": "private", "first_name": "Mina"},
              "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}  # fmt: skip
    async with connect.open_database(harness.database_url) as db, connect.writing(db) as transaction:
        row = {
            "update_id": 7,
            "body": __import__("json").dumps({"update_id": 7, "message": update}),
            "received_at": 1.0,
        }
        await transaction.execute(sa.insert(inbox).values(**row))
    async with harness.running_bot():
        await harness.wait_until(lambda: harness.said(MEMBER))

    assert "Run by" in harness.said(MEMBER)[0]["text"]


async def test_menus_are_set_for_each_scope_and_only_when_they_changed(harness):
    codes = 1 + len(harness.content.languages)
    async with harness.running_bot():
        await harness.answer(ADMIN, "/start")
        await harness.wait_until(
            lambda: harness.world.tally.calls["setMyShortDescription"] == codes - 1
        )  # English is the default
        await harness.wait_until(
            lambda: len(harness.world.menus) == 3 * codes
        )  # private chats, groups, the admin's chat
    calls = dict(harness.world.tally.calls)
    async with harness.running_bot():
        await harness.answer(ADMIN, "/start")
        await harness.wait_until(
            lambda: harness.world.tally.calls["getMyShortDescription"] >= 2 * calls["getMyShortDescription"]
        )

    assert harness.world.tally.calls["setMyCommands"] == calls["setMyCommands"]
    assert harness.world.tally.calls["setMyDescription"] == calls["setMyDescription"]
