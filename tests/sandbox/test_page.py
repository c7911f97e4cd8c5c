import asyncio
from datetime import UTC, date, datetime

import aiohttp
import pytest

from outreachbot.sandbox import attachments, groups, methods, page, people, scene
from outreachbot.sandbox.chat import MemberStatus
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import TOKEN, World, get_chat

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = date(2027, 3, 1)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x05\0\0\0\x03\x08\x02\0\0\0"
HOSTILE = "<img src=x onerror=alert(1)>\u202e&amp;\0"


class Site:
    """The page's routes over HTTP, and what they did with the date."""

    def __init__(self, session, url, world, stage, moves):
        self.session, self.url, self.world, self.stage, self.moves = session, url, world, stage, moves

    async def get(self, name, **query):
        async with self.session.get(f"{self.url}/page/{name}", params=query) as response:
            return response.status, await response.json()

    async def chat(self, view):
        status, chat = await self.get("chat", view=view)
        assert status == 200
        return chat

    async def post(self, name, body=None, **options):
        sent = {"data": body} if isinstance(body, aiohttp.FormData) else {"json": body}
        async with self.session.post(f"{self.url}/page/{name}", **(sent | options)) as response:
            return response.status, await response.json()

    def bot(self, method, **params):
        """What a bot does, straight in the sandbox."""
        return methods.OTHERS.get(method, methods.SENDING.get(method))(self.world, params)


@pytest.fixture
async def site():
    world = World(clock=lambda: NOW)
    stage = scene.build(world, 2)
    moves = []
    routes = page.routes(world, stage, lambda: NOW, moves.append, lambda: [("The day", DAY)])
    async with serve(world, routes=routes) as url, aiohttp.ClientSession() as session:
        yield Site(session, url, world, stage, moves)


async def test_the_scene(site):
    world, stage = site.world, site.stage
    assert get_chat(world, stage.member_id).bot_status is MemberStatus.LEFT
    group = get_chat(world, stage.group_id)
    assert group.members == {stage.admin_id: MemberStatus.CREATOR, stage.member_id: MemberStatus.MEMBER}
    assert group.bot_status is MemberStatus.MEMBER
    assert [get_chat(world, scene.CROWD + at).bot_status for at in range(2)] == [MemberStatus.MEMBER] * 2
    _, views = await site.get("views")
    assert [view["label"] for view in views] == ["Member", "Group (as its admin)", "Group (as a member)", "Admin"]


async def test_files_come_with_a_strict_policy(site):
    for path, kind in (("/", "text/html"), ("/page/chat.js", "text/javascript"), ("/page/chat.css", "text/css")):
        async with site.session.get(site.url + path) as response:
            assert (response.status, response.content_type) == (200, kind)
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            assert "unsafe" not in response.headers["Content-Security-Policy"]
            text = await response.text()
            assert "innerHTML" not in text
            assert "style=" not in text
    async with site.session.get(f"{site.url}/page/page.py") as response:
        assert response.status == 404


async def test_a_chat_from_start_to_stop(site):
    chat = await site.chat("member")
    assert (chat["state"], chat["messages"], chat["today"], chat["moved"]) == ("new", [], "2026-11-23", False)
    assert chat["suggestions"] == [{"label": "The day", "date": "2027-03-01"}]
    assert await site.post("say", {"view": "member", "text": "/start"}) == (200, {"id": 1})
    keyboard = [[{"text": "Facts", "callback_data": "facts"}, {"text": "Site", "url": "https://example.org/"}]]
    markup = {"inline_keyboard": keyboard}
    site.bot("sendMessage", chat_id=scene.MEMBER, text="<b>Hello</b>", parse_mode="HTML", reply_markup=markup)
    said, answer = (await site.chat("member"))["messages"]
    assert (said["mine"], said["sender"], said["entities"][0]["type"]) == (True, "Mina", "bot_command")
    assert (answer["mine"], answer["bot"], answer["keyboard"]) == (False, True, keyboard)
    assert answer["entities"] == [{"offset": 0, "length": 5, "type": "bold"}]
    site.bot("editMessageText", chat_id=scene.MEMBER, message_id=2, text="Bye")
    assert (await site.chat("member"))["messages"][1]["edited"] is True
    assert await site.post("block", {"view": "member", "blocked": True}) == (200, {"ok": True})
    assert (await site.chat("member"))["state"] == "blocked"
    assert (await site.post("say", {"view": "member", "text": "x"}))[0] == 400
    await site.post("block", {"view": "member", "blocked": False})
    chat = await site.chat("member")
    assert (chat["state"], chat["messages"][-1]["text"]) == ("open", "/start")


async def test_the_group_has_two_views_of_one_chat(site):
    await site.post("say", {"view": "group-member", "text": "hello"})
    member, admin = await site.chat("group-member"), await site.chat("group-admin")
    services = [message["service"] for message in member["messages"] if "service" in message]
    assert services == ["Mina joined", "Ada (admin) added Outreach demo"]
    assert (member["title"], member["people"], member["state"]) == ("Neighbours", 3, "open")
    assert (member["messages"][-1]["mine"], admin["messages"][-1]["mine"]) == (True, False)
    reply = {"view": "group-admin", "text": "yes", "reply_to": member["messages"][-1]["id"]}
    assert (await site.post("say", reply))[0] == 200
    last = (await site.chat("group-member"))["messages"][-1]
    assert (last["reply"]["sender"], last["reply"]["text"]) == ("Mina", "hello")


async def test_the_narrowest_menu_counts(site):
    def menu(scope, **language):
        commands = [{"command": scope["type"], "description": "x"}]
        site.bot("setMyCommands", commands=commands, scope=scope, **language)

    async def seen(view):
        return [command["command"] for command in (await site.chat(view))["commands"]]

    assert await seen("member") == []
    menu({"type": "default"})
    assert await seen("group-member") == ["default"]
    menu({"type": "all_private_chats"}, language_code="ru")
    assert await seen("member") == ["default"]
    menu({"type": "all_private_chats"}, language_code="en")
    menu({"type": "chat", "chat_id": 22})
    menu({"type": "all_group_chats"})
    menu({"type": "chat_administrators", "chat_id": site.stage.group_id})
    views = ("member", "admin", "group-member", "group-admin")
    assert [await seen(view) for view in views] == [
        ["all_private_chats"], ["chat"], ["all_group_chats"], ["chat_administrators"]
    ]  # fmt: skip


async def test_a_press_brings_what_the_bot_answers(site):
    people.start(site.world, scene.MEMBER)
    sent = site.bot("sendMessage", chat_id=scene.MEMBER, text="x")
    press = {"view": "member", "message_id": sent["message_id"], "data": "go"}
    pressed = asyncio.create_task(site.post("press", press))
    while not site.world.queries:
        await site.world.wait_for_change(site.world.version, 0.01)
    (query_id,) = site.world.queries
    site.bot("answerCallbackQuery", callback_query_id=query_id, text=HOSTILE, show_alert=True)
    assert await pressed == (200, {"text": HOSTILE, "alert": True, "url": "", "answered": True})


async def test_a_press_without_an_answer_ends(site, monkeypatch):
    monkeypatch.setattr(page, "ANSWER_SECONDS", 0.05)
    people.start(site.world, scene.MEMBER)
    status, answer = await site.post("press", {"view": "member", "message_id": 1, "data": "go"})
    assert (status, answer["answered"]) == (200, False)


async def test_a_picture(site):
    people.start(site.world, scene.MEMBER)
    form = aiohttp.FormData({"view": "member", "caption": HOSTILE, "reply_to": "1"})
    form.add_field("file", PNG, filename="a.png", content_type="image/png")
    assert (await site.post("attach", form))[0] == 200
    photo = (await site.chat("member"))["messages"][-1]["photo"]
    assert (photo["width"], photo["height"]) == (5, 3)
    async with site.session.get(site.url + photo["source"]) as response:
        assert await response.read() == PNG


async def test_any_other_file_is_a_document_that_a_bot_can_fetch(site):
    people.start(site.world, scene.MEMBER)
    form = aiohttp.FormData({"view": "member"})
    form.add_field("file", b"languages: [en]\n", filename=HOSTILE[:-1], content_type="application/yaml")
    assert (await site.post("attach", form))[0] == 200
    file = (await site.chat("member"))["messages"][-1]["file"]
    sent = site.world.updates[-1][1]["message"]["document"]
    path = site.bot("getFile", file_id=sent["file_id"])["file_path"]

    assert file["size"] == sent["file_size"] == 16
    for address in (file["source"], f"/file/bot{TOKEN}/{path}"):
        async with site.session.get(site.url + address) as response:
            assert await response.read() == b"languages: [en]\n"
            assert response.content_type == "application/octet-stream"


async def test_waiting_for_changes(site):
    version = (await site.chat("member"))["version"]
    waiting = asyncio.create_task(site.get("changes", since=version))
    await site.get("views")  # the long poll does not hold up others
    people.start(site.world, scene.MEMBER)
    assert await waiting == (200, {"version": site.world.version})
    assert site.world.version > version
    assert (await site.get("changes", since=version + 10**6))[0] == 200  # seen before a restart: at once


async def test_moving_the_date(site):
    version = site.world.version
    assert await site.post("date", {"date": "2027-02-26"}) == (200, {"ok": True})
    assert (await site.chat("member"))["moved"] is True
    assert site.world.version > version
    await site.post("date", {"date": None})
    assert (await site.chat("member"))["moved"] is False
    assert site.moves == [date(2027, 2, 26), None]


async def test_hostile_names_and_texts_come_through_as_they_are(site):
    people.add_person(site.world, scene.MEMBER, HOSTILE, language="en")
    assert (await site.post("say", {"view": "member", "text": f"x{HOSTILE}y \U0001f56f /facts"}))[0] == 200
    site.world.bot["first_name"] = "half \ud800"
    groups.leave(site.world, scene.MEMBER, site.stage.group_id)
    (message,) = (await site.chat("member"))["messages"]
    assert (message["sender"], message["text"]) == (HOSTILE, f"x{HOSTILE}y \U0001f56f /facts")
    assert (await site.chat("admin"))["bot"]["name"] == "half \ud800"
    assert (await site.chat("group-admin"))["messages"][-1]["service"] == f"{HOSTILE} left"


async def test_other_kinds_of_messages_have_words(site):
    people.start(site.world, scene.MEMBER)
    attachments.send_poll(site.world, scene.MEMBER, scene.MEMBER, "When?", ["now"])
    attachments.send_location(site.world, scene.MEMBER, scene.MEMBER, 1.0, 2.0)
    site.bot("sendPhoto", chat_id=scene.MEMBER, photo="https://example.org/a.jpg")
    _, poll, place, photo = (await site.chat("member"))["messages"]
    assert (poll["attached"], place["attached"], photo["photo"]["source"]) == ("Poll: When?", "Location", "")


async def test_only_the_newest_question_opens_the_reply_field(site):
    people.start(site.world, scene.MEMBER)
    site.world.reply_prompts = {
        scene.MEMBER: site.bot("sendMessage", chat_id=scene.MEMBER, text="Which?")["message_id"]
    }
    assert [message["asks"] for message in (await site.chat("member"))["messages"]] == [False, True]
    people.say(site.world, scene.MEMBER, scene.MEMBER, "this")
    assert not any(message["asks"] for message in (await site.chat("member"))["messages"])


@pytest.mark.parametrize(
    ("name", "body", "line"),
    [
        ("say", [1], "can't parse request JSON object"),
        ("say", {}, "view must be one of member, group-admin, group-member, admin."),
        ("say", {"view": ["member"], "text": "x"}, "view must be one of"),
        ("say", {"view": "member"}, "A text is missing."),
        ("say", {"view": "member", "text": " \n"}, "There is nothing to say"),
        ("say", {"view": "member", "text": "x" * 4097}, "The text is too long: at most 4096 characters."),
        ("say", {"view": "member", "text": "\ud800"}, "strings must be encoded in UTF-8"),
        ("say", {"view": "member", "text": "x", "reply_to": "x"}, "reply_to must be the number of a message."),
        ("say", {"view": "member", "text": "x", "reply_to": 9}, f"Chat {scene.MEMBER} has no message 9."),
        ("attach", {"view": "member", "file": "x"}, "file must be a file."),
        ("press", {"view": "member", "data": "x"}, "message_id must be the number of a message."),
        ("press", {"view": "member", "message_id": 1}, "A text is missing."),
        ("block", {"view": "group-admin", "blocked": True}, "Only in a private chat can the bot be stopped."),
        ("block", {"view": "member", "blocked": "yes"}, "blocked must be true or false."),
        ("date", {"date": "tomorrow"}, "date must be a day of the years 2000 to 2199"),
        ("date", {"date": "9999-12-31"}, "date must be a day of the years 2000 to 2199"),
        ("date", {"date": 5}, "date must be a day"),
    ],
)
async def test_wrong_input_gets_one_line(site, name, body, line):
    status, answer = await site.post(name, body)
    assert status == 400
    assert line in answer["error"]
    assert "\n" not in answer["error"]
    assert site.moves == []


async def test_wrong_questions_get_one_line(site):
    assert (await site.get("chat", view="x"))[0] == 400
    for since in ("", "x", "-1", "1" * 20):
        status, answer = await site.get("changes", since=since)
        assert (status, answer["error"]) == (400, "since must be the version last seen.")


async def test_a_page_of_another_site_may_not_act(site):
    say = {"view": "member", "text": "x"}
    status, answer = await site.post("say", say, headers={"Origin": "https://example.org"})
    assert (status, answer["error"]) == (400, "Only the sandbox's own page may do that.")
    assert (await site.post("say", say, headers={"Origin": site.url}))[0] == 200
    options = {"data": b'{"view":"member","text":"x"}', "headers": {"Content-Type": "text/plain"}}
    async with site.session.post(f"{site.url}/page/say", **options) as response:
        assert response.status == 400
