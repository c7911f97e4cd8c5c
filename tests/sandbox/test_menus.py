import pytest

FACTS = [{"command": "facts", "description": "Facts"}]


async def test_menus_per_scope_and_language(bot):
    await bot.ok("setMyCommands", commands=FACTS)
    chat = {"type": "chat", "chat_id": 1001}
    await bot.ok("setMyCommands", commands=[], scope=chat, language_code="ru")
    assert await bot.ok("getMyCommands") == FACTS
    assert await bot.ok("getMyCommands", language_code="ru") == []
    await bot.ok("deleteMyCommands")
    assert await bot.ok("getMyCommands") == []


@pytest.mark.parametrize(
    ("params", "answer"),
    [
        ({"commands": FACTS * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": [{"command": "Facts", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "", "description": "x"}]}, "command must be non-empty"),
        ({"commands": [{"command": "x" * 33, "description": "x"}]}, "command length must not exceed 32"),
        ({"commands": [{"command": "x", "description": ""}]}, "command description must be non-empty"),
        ({"commands": [{"command": "x", "description": "x" * 257}]}, "command description length must not exceed 256"),
        ({"commands": FACTS, "scope": {"type": "chat", "chat_id": 7}}, "chat not found"),
        ({"commands": FACTS, "scope": {"type": "x"}}, "can't parse BotCommandScope: Unsupported type specified"),
        ({"commands": FACTS, "language_code": "xyz"}, "invalid language code specified"),
    ],
)
async def test_wrong_menus_are_refused(bot, params, answer):
    assert await bot.refused("setMyCommands", **params) == f"400 Bad Request: {answer}"


@pytest.mark.parametrize(
    ("name", "key", "most"), [("Description", "description", 512), ("ShortDescription", "short_description", 120)]
)
async def test_descriptions_per_language(bot, name, key, most):
    await bot.ok(f"setMy{name}", **{key: "for all"})
    await bot.ok(f"setMy{name}", **{key: "для всех"}, language_code="ru")
    assert await bot.ok(f"getMy{name}", language_code="ru") == {key: "для всех"}
    assert await bot.ok(f"getMy{name}", language_code="az") == {key: "for all"}
    assert (await bot.refused(f"setMy{name}", **{key: "x" * (most + 1)})).startswith("400 Bad Request: ")
    await bot.ok(f"setMy{name}", **{key: ""})
    assert await bot.ok(f"getMy{name}") == {key: ""}


async def test_the_name(bot):
    assert await bot.ok("getMyName") == {"name": "Outreach demo"}
    await bot.ok("setMyName", name="Remembrance")
    assert await bot.ok("getMyName", language_code="en") == {"name": "Remembrance"}


async def test_get_me_describes_the_bot(bot):
    me = await bot.ok("getMe")
    assert (me["id"], me["username"], me["can_read_all_group_messages"]) == (4200000001, "outreach_demo_bot", False)
    assert await bot.ok("logOut") is True
    assert await bot.ok("close") is True
