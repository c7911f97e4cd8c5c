import pytest

from outreachbot.sandbox import groups


@pytest.fixture
def group(world):
    groups.create_chat(world, -100, "Friends", 1001)
    groups.join(world, 1002, -100)
    groups.add_bot(world, -100, 1001, admin=True)
    return -100


async def test_members(bot, group):
    status = {}
    for user_id in (1001, 1002, 4200000001):
        member = await bot.ok("getChatMember", chat_id=group, user_id=user_id)
        status[user_id] = member["status"]
    assert status == {1001: "creator", 1002: "member", 4200000001: "administrator"}
    assert await bot.refused("getChatMember", chat_id=group, user_id=7) == "400 Bad Request: user not found"
    assert await bot.ok("getChatMemberCount", chat_id=group) == 3
    admins = await bot.ok("getChatAdministrators", chat_id=group)
    assert [admin["user"]["id"] for admin in admins] == [1001, 4200000001]


async def test_people_come_and_go(bot, group, world):
    await bot.ok("deleteWebhook", drop_pending_updates=True)
    groups.leave(world, 1002, group)
    assert (await bot.updates())[0]["message"]["left_chat_member"]["id"] == 1002
    member = await bot.ok("getChatMember", chat_id=group, user_id=1002)
    assert member["status"] == "left"


async def test_private_chats_have_no_administrators(bot):
    refused = await bot.refused("getChatAdministrators", chat_id=1001)
    assert refused == "400 Bad Request: there are no administrators in the private chat"
    assert await bot.ok("getChatMemberCount", chat_id=1001) == 2
    assert (await bot.ok("getChatMember", chat_id=1001, user_id=1001))["status"] == "member"
    refused = await bot.refused("leaveChat", chat_id=1001)
    assert refused == "400 Bad Request: chat member status can't be changed in private chats"


async def test_get_chat_and_leave(bot, group):
    assert (await bot.ok("getChat", chat_id=group))["title"] == "Friends"
    assert await bot.ok("leaveChat", chat_id=group) is True
    refused = await bot.refused("getChat", chat_id=group)
    assert refused == "403 Forbidden: bot is not a member of the supergroup chat"


async def test_chat_actions(bot):
    assert await bot.ok("sendChatAction", chat_id=1001, action="typing") is True
    refused = await bot.refused("sendChatAction", chat_id=1001, action="dancing")
    assert refused == "400 Bad Request: wrong parameter action in request"
