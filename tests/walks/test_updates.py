"""What Telegram sends that nobody expects: the bot sets it aside and goes on."""

import sqlalchemy as sa

from outreachbot.sandbox import people
from outreachbot.store.database import connect
from outreachbot.store.tables import inbox
from town import ADMIN, MEMBER, Town


async def states(town: Town) -> dict[str, int]:
    query = sa.select(inbox.c.state, sa.func.count()).group_by(inbox.c.state)
    async with connect.open_database(town.database_url, exclusive=False) as db, connect.reading(db) as connection:
        return dict((await connection.execute(query)).all())


async def test_kinds_of_updates_from_the_future_are_passed_over(town):
    async with town.bot():
        people.feed(town.world, {"widget_query": {"id": "1", "what": [1, 2, {"x": None}]}})
        people.feed(
            town.world, {"message": {"message_id": 5, "chat": {"id": MEMBER, "type": "private"}, "date": 1, "x": 1}}
        )
        answer = await town.answer(MEMBER, "/about")

    assert "Run by" in answer["text"]
    assert "waiting" not in await states(town)


async def test_an_update_that_can_not_be_parsed_is_set_aside(town):
    async with town.bot():
        people.feed(town.world, {"message": {"chat": {"type": "private"}}})
        people.feed(town.world, {"message": "what"})
        people.feed(town.world, {"callback_query": []})
        answer = await town.answer(MEMBER, "/about")

    assert "Run by" in answer["text"]
    assert (await states(town))["aside"] >= 1


async def test_nothing_received_is_left_waiting(town):
    async with town.bot():
        for number in range(1, 31):
            people.say(town.world, MEMBER, MEMBER, f"/facts {number}")
        await town.until(lambda: len(town.said(MEMBER)) == 30)

    assert await states(town) == {"done": 30}


async def test_what_was_received_and_not_handled_is_handled_at_the_next_start(town):
    update = {"message_id": 9, "date": 1, "text": "/about", "from": town.world.users[MEMBER].json(),
              "chat": {"id": MEMBER, "type": "private", "first_name": "Mina"},
              "entities": [{"type": "bot_command", "offset": 0, "length": 6}]}  # fmt: skip
    async with connect.open_database(town.database_url) as db, connect.writing(db) as transaction:
        row = {
            "update_id": 7,
            "body": __import__("json").dumps({"update_id": 7, "message": update}),
            "received_at": 1.0,
        }
        await transaction.execute(sa.insert(inbox).values(**row))
    async with town.bot():
        await town.until(lambda: town.said(MEMBER))

    assert "Run by" in town.said(MEMBER)[0]["text"]


async def test_menus_are_set_for_each_scope_and_only_when_they_changed(town):
    codes = 1 + len(town.content.languages)
    async with town.bot():
        await town.answer(ADMIN, "/start")
        await town.until(lambda: town.world.tally.calls["setMyShortDescription"] == codes - 1)  # English is the default
        await town.until(lambda: len(town.world.menus) == 3 * codes)  # private chats, groups, the admin's chat
    calls = dict(town.world.tally.calls)
    async with town.bot():
        await town.answer(ADMIN, "/start")
        await town.until(lambda: town.world.tally.calls["getMyShortDescription"] >= 2 * calls["getMyShortDescription"])

    assert town.world.tally.calls["setMyCommands"] == calls["setMyCommands"]
    assert town.world.tally.calls["setMyDescription"] == calls["setMyDescription"]
