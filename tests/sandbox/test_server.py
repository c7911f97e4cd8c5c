import asyncio
import socket

import aiohttp
import pytest
import telegram

from outreachbot.errors import CannotRun
from outreachbot.sandbox import attachments, groups, people
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import TOKEN, World


async def test_unknown_methods_and_tokens(bot):
    assert await bot.refused("getMeNot") == "404 Not Found"
    for token in ("4200000001:wrong", "nonsense", ""):
        bot.token = token
        assert await bot.refused("getMe") == "401 Unauthorized"


async def test_any_token_is_adopted(world):
    open_world = World(clock=world.clock, tokens=None)
    async with serve(open_world) as url, aiohttp.ClientSession() as session:
        async with session.get(f"{url}/bot77:abc-DEF_1/getMe") as response:
            assert (await response.json())["result"]["id"] == 77
        async with session.get(f"{url}/botabc/getMe") as response:
            assert response.status == 401


async def test_the_server_stops_at_once_with_open_polls_and_the_world_can_be_served_again(world):
    async with aiohttp.ClientSession() as session:
        async with asyncio.timeout(None) as limit, serve(world) as url:
            opened = world.arrivals.version
            poll = asyncio.create_task(session.post(f"{url}/bot{TOKEN}/getUpdates", json={"timeout": 50}))
            page = asyncio.create_task(world.wait_for_change(world.version))
            await world.arrivals.wait_past(opened)
            limit.reschedule(asyncio.get_running_loop().time() + 25)  # half of the time that the poll would wait
        with pytest.raises(aiohttp.ClientError):
            await poll
        await page
        port = int(url.rpartition(":")[2])
        async with serve(world, port=port) as url, session.post(f"{url}/bot{TOKEN}/getMe") as response:
            assert response.status == 200


async def test_a_port_in_use_is_reported_in_one_line(world):
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CannotRun, match="Choose another port"):
        async with serve(world, port=taken.getsockname()[1]):
            pass


async def test_a_page_learns_of_changes(world):
    since = world.version
    assert await world.wait_for_change(since, 0.01) == since
    waiting = asyncio.create_task(world.wait_for_change(since))
    await asyncio.sleep(0)
    people.say(world, 1001, 1001, "x")
    assert await waiting > since


async def test_old_messages_are_forgotten(world):
    world.keep = 3
    ids = [people.say(world, 1001, 1001, str(at))["message_id"] for at in range(5)]
    assert list(world.chats[1001].messages) == ids[2:]


async def test_a_brief_world_keeps_what_people_write_and_counts_the_rest(world):
    brief = World(clock=world.clock, keep=0)
    people.add_crowd(brief, 3)
    said = people.say(brief, 1001, 1001, "<b>to copy</b>", html=True)
    async with serve(brief) as url, aiohttp.ClientSession() as session:

        async def call(method, **params):
            async with session.post(f"{url}/bot{TOKEN}/{method}", json=params) as response:
                return (await response.json())["result"]

        copied = await call("copyMessage", chat_id=1002, from_chat_id=1001, message_id=said["message_id"])
        await call("editMessageText", chat_id=1002, message_id=copied["message_id"], text="x")
        await call("deleteMessage", chat_id=1002, message_id=copied["message_id"])
    assert (brief.chats[1002].messages, brief.tally.deliveries, brief.tally.texts) == (None, {1002: 1}, {})


async def test_python_telegram_bot_reads_everything(bot, world):
    """What the library can't parse, no bot built on it could use."""
    groups.create_chat(world, -100, "Friends", 1001, kind="group")
    groups.add_bot(world, -100, 1001)
    groups.create_chat(world, -200, "News", 1001, kind="channel")
    groups.add_bot(world, -200, 1001)
    new_id = groups.migrate(world, -100)
    groups.open_topic(world, new_id, "Letters", 1001)
    people.say(world, 1001, 1001, "/facts")
    attachments.send_photo(world, 1001, 1001, "/facts")
    attachments.send_poll(world, 1001, 1001, "When?", ["Now"])
    people.press(world, 1001, 1001, 999, "x")
    people.block(world, 1001)
    people.start(world, 1001)
    groups.post(world, -200, "news")
    groups.kick_bot(world, -200, 1001)
    async with telegram.Bot(TOKEN, base_url=f"{bot.url}/bot", base_file_url=f"{bot.url}/file/bot") as ptb:
        assert ptb.username == "outreach_demo_bot"
        updates = await ptb.get_updates(timeout=0)
        assert len(updates) == len(world.updates)
        assert all(update.api_kwargs == {} for update in updates)
        markup = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("x", callback_data="y")]])
        sent = await ptb.send_message(1001, "<b>😀 x</b>", parse_mode="HTML", reply_markup=markup)
        assert sent.parse_entities() == {sent.entities[0]: "😀 x"}
        photo = await ptb.send_photo(1001, b"\x89PNG\r\n\x1a\n" + bytes(16), caption="x")
        assert await (await photo.photo[-1].get_file()).download_as_bytearray() == b"\x89PNG\r\n\x1a\n" + bytes(16)
        assert (await ptb.copy_message(1001, 1001, sent.message_id)).message_id > photo.message_id
        assert (await ptb.forward_message(1001, 1001, sent.message_id)).forward_origin is not None
        assert len(await ptb.send_media_group(1001, [telegram.InputMediaPhoto(b"\xff\xd8\xff")] * 2)) == 2
        for user_id in (1001, 1002, ptb.id):
            await ptb.get_chat_member(new_id, user_id)
        assert (await ptb.get_chat(new_id)).is_forum is True
        await ptb.set_my_commands([("facts", "Facts")], scope=telegram.BotCommandScopeChat(1001))
        with pytest.raises(telegram.error.ChatMigrated) as migrated:
            await ptb.send_message(-100, "x")
        assert migrated.value.new_chat_id == new_id


def test_the_clock_is_the_one_given(world):
    assert people.say(world, 1001, 1001, "x")["date"] == int(world.clock().timestamp())
