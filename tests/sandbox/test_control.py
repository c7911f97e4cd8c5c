import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE

import aiohttp

from outreachbot.sandbox.world import TOKEN


async def test_verbs_over_http(bot, world):
    assert await bot.control("chats", count=3, first_id=2001) == (200, {"first": 2001, "count": 3})
    assert (await bot.control("say", user=2001, text="/facts"))[1]["text"] == "/facts"
    assert await bot.control("burst", text="/help", first=2001, count=3) == (200, {"updates": 3})
    assert await bot.control("burst", text="/help", chats=[2001]) == (200, {"updates": 1})
    sent = await bot.control("document", user=2001, name="ours.yaml", text="ə: 1")
    assert (sent[1]["document"]["file_name"], sent[1]["document"]["file_size"]) == ("ours.yaml", 5)
    assert len(await bot.updates()) == 6
    sent = await bot.ok("sendMessage", chat_id=2001, text="hello")
    status, pressed = await bot.control("press", user=2001, message_id=sent["message_id"], data="x")
    assert status == 200
    assert pressed["query"] in world.queries
    for path in ("block", "unblock", "start", "delete_account"):
        assert (await bot.control(path, user=2002))[0] == 200
    status, messages = await bot.read("chats/2001/messages")
    assert [message.get("text") for message in messages] == ["/facts", "/help", "/help", None, "hello"]


async def test_groups_over_http(bot):
    await bot.control("people", user=5, first_name="Eva")
    await bot.control("groups", chat=-5, title="Friends", owner=5, kind="group")
    for path in ("add_bot", "promote_bot"):
        assert (await bot.control(path, chat=-5, by=5))[0] == 200
    await bot.control("join", user=1001, chat=-5)
    status, moved = await bot.control("migrate", chat=-5)
    assert status == 200
    status, topic = await bot.control("topic", chat=moved["chat"], name="Letters", by=5)
    await bot.ok("sendMessage", chat_id=moved["chat"], message_thread_id=topic["topic"], text="x")
    await bot.control("groups", chat=-6, title="News", owner=5, kind="channel")
    await bot.control("add_bot", chat=-6, by=5)
    assert (await bot.control("post", chat=-6, text="news"))[1]["text"] == "news"
    for path in ("kick_bot", "remove_bot"):
        assert (await bot.control(path, chat=-6, by=5))[0] == 200


async def test_faults_and_counters_over_http(bot):
    fault = {"kind": "too_many", "method": "sendMessage", "chats": [1001], "seconds": 2}
    body = {"faults": [fault], "limits": {"messages_per_second": 30}, "latency": 1}
    assert await bot.control("faults", **body) == (200, {"waiting": 1})
    assert await bot.refused("sendMessage", chat_id=1001, text="x") == "429 Too Many Requests: retry after 2"
    await bot.ok("sendMessage", chat_id=1001, text="x")
    _, counters = await bot.read("counters")
    assert (counters["too_many"], counters["delivered"], counters["deliveries"]) == (1, 1, {"1001": 1})
    assert counters["calls"]["sendMessage"] == 2
    await bot.control("reset")
    _, counters = await bot.read("counters?chats=0")
    assert (counters["delivered"], "deliveries" in counters) == (0, False)
    await bot.control("faults", fault=fault)
    assert await bot.control("faults", clear=True) == (200, {"waiting": 0})
    assert (await bot.control("feed", update={"strange": {}}))[0] == 200


async def test_wrong_orders_get_one_line(bot):
    for path, body, line in (
        ("say", {"text": "x"}, "The body needs 'user'."),
        ("say", {"user": 7, "text": "x"}, "The sandbox has no user 7."),
        ("migrate", {"chat": 1001}, "Chat 1001 is a private chat."),
        ("faults", {"fault": {"kind": "flood"}}, "'flood' is not a valid FaultKind"),
    ):
        assert await bot.control(path, **body) == (400, {"error": line})
    assert await bot.read("chats/7/messages") == (400, {"error": "The sandbox has no chat 7."})
    async with bot.session.post(f"{bot.url}/sandbox/say", data=b"x") as response:
        assert (response.status, await response.json()) == (400, {"error": "The body must be JSON."})


async def test_a_process_of_its_own():
    """Ready chats, another token, and an end without a traceback."""
    arguments = ["--port", "0", "--chats", "3", "--fast", "--token", "5:abc", "--token", TOKEN]
    command = [sys.executable, "-m", "outreachbot.sandbox", *arguments]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    url = (await process.stdout.readline()).decode().split()[-1]
    async with aiohttp.ClientSession() as session:
        params = {"chat_id": 1003, "text": "x"}
        async with session.post(f"{url}/bot5:abc/sendMessage", json=params) as response:
            assert response.status == 200
    os.kill(process.pid, signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 10)
    assert (process.returncode, errors) == (0, b"")
