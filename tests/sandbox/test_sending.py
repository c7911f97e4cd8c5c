import json
import struct
from io import BytesIO

import pytest

from outreachbot.sandbox import attachments, files, groups, people

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x20\0\0\0\x10\x08\x02\0\0\0"


def keyboard(*buttons):
    return {"inline_keyboard": [list(buttons)]}


async def test_a_text_is_answered_as_telegram_does(bot):
    message = await bot.ok("sendMessage", chat_id=1001, text=" <b>Hi</b> 😀 /facts ", parse_mode="HTML")
    assert message == {
        "message_id": 2,
        "from": {"id": 4200000001, "is_bot": True, "first_name": "Outreach demo", "username": "outreach_demo_bot"},
        "chat": {"id": 1001, "type": "private", "first_name": "Ada", "username": "ada"},
        "date": 1772096400,
        "text": "Hi 😀 /facts",
        "entities": [
            {"type": "bold", "offset": 0, "length": 2},
            {"type": "bot_command", "offset": 6, "length": 6},
        ],
    }


async def test_parameters_come_as_json_form_multipart_or_query(bot, world):
    markup = keyboard({"text": "Facts", "callback_data": "facts"})
    url = f"{bot.url}/bot{bot.token}/SENDMESSAGE"
    wanted = {"chat_id": "1001", "text": "ä+&=", "reply_markup": json.dumps(markup)}
    answers = [await bot.ok("sendMessage", chat_id=1001, text="ä+&=", reply_markup=markup)]
    async with bot.session.post(url, data=wanted) as response:
        answers.append((await response.json())["result"])
    async with bot.session.get(url, params=wanted) as response:
        answers.append((await response.json())["result"])
    with_file = {**wanted, "caption": "ä+&=", "photo": BytesIO(PNG)}
    async with bot.session.post(f"{bot.url}/bot{bot.token}/sendPhoto", data=with_file) as response:
        photo = (await response.json())["result"]
    assert [answer["text"] for answer in answers] == ["ä+&="] * 3
    assert [answer["reply_markup"] for answer in [*answers, photo]] == [markup] * 4
    assert (photo["photo"][0]["width"], photo["photo"][0]["height"], photo["caption"]) == (32, 16, "ä+&=")
    assert world.files.by_id[photo["photo"][0]["file_id"]].data == PNG


@pytest.mark.parametrize(
    ("params", "answer"),
    [
        ({"text": ""}, "400 Bad Request: message text is empty"),
        ({"text": " \n "}, "400 Bad Request: text must be non-empty"),
        ({"text": "x" * 4097}, "400 Bad Request: message is too long"),
        ({"text": "😀" * 2049}, "400 Bad Request: message is too long"),
        ({"text": "x" * 40000}, "400 Bad Request: text is too long"),
        ({"text": "\ud83d"}, "400 Bad Request: strings must be encoded in UTF-8"),
        ({"text": "x", "parse_mode": "BBCode"}, "400 Bad Request: unsupported parse_mode"),
        ({"chat_id": ""}, "400 Bad Request: chat_id is empty"),
        ({"chat_id": 5}, "400 Bad Request: chat not found"),
        ({"chat_id": "@nobody"}, "400 Bad Request: chat not found"),
        ({"message_thread_id": 9}, "400 Bad Request: message thread not found"),
        ({"reply_parameters": {"message_id": 99}}, "400 Bad Request: message to be replied not found"),
        ({"reply_markup": "{"}, "400 Bad Request: can't parse reply keyboard markup JSON object"),
        ({"entities": [{"type": "x", "offset": 0, "length": 1}]},
         "400 Bad Request: can't parse MessageEntity: Unsupported type specified"),
    ],
)  # fmt: skip
async def test_wrong_messages_are_refused(bot, world, params, answer):
    assert await bot.refused("sendMessage", **({"chat_id": 1001, "text": "x"} | params)) == answer
    assert world.tally.deliveries == {}


@pytest.mark.parametrize(
    ("button", "answer"),
    [
        ({"text": "x", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "url": "nowhere"}, "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL"),
        (
            {"text": "x", "url": "ftp://a.b"},
            "inline keyboard button URL 'ftp://a.b' is invalid: Unsupported URL protocol",
        ),
        ({"text": "", "url": "a.b"}, "inline keyboard button text must be non-empty"),
        ({"text": "x"}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"url": "a.b"}, "can't parse inline keyboard button: Can't find field \"text\""),
    ],
)
async def test_wrong_buttons_are_refused(bot, button, answer):
    refused = await bot.refused("sendMessage", chat_id=1001, text="x", reply_markup=keyboard(button))
    assert refused == f"400 Bad Request: {answer}"


async def test_keyboards_have_limits_and_addresses_one_form(bot):
    button = {"text": "x", "url": "Example.ORG"}
    for markup in (keyboard(*[button] * 9), {"inline_keyboard": [[button]] * 101}):
        refused = await bot.refused("sendMessage", chat_id=1001, text="x", reply_markup=markup)
        assert refused == "400 Bad Request: reply markup is too long"
    links = ["Example.ORG", "tg://resolve?domain=x", "https://a.b/c d"]
    markup = keyboard(*({"text": "x", "url": link} for link in links))
    message = await bot.ok("sendMessage", chat_id=1001, text="x", reply_markup=markup)
    written = [button["url"] for button in message["reply_markup"]["inline_keyboard"][0]]
    assert written == ["http://example.org/", "tg://resolve?domain=x", "https://a.b/c%20d"]
    asked = await bot.ok("sendMessage", chat_id=1001, text="x", reply_markup={"force_reply": True})
    assert "reply_markup" not in asked


async def test_sending_to_people_who_cannot_be_reached(bot, world):
    assert await bot.refused("sendMessage", chat_id=1002, text="x") == (
        "403 Forbidden: bot can't initiate conversation with a user"
    )
    people.block(world, 1001)
    assert await bot.refused("sendMessage", chat_id=1001, text="x") == "403 Forbidden: bot was blocked by the user"
    people.unblock(world, 1001)
    people.delete_account(world, 1001)
    assert await bot.refused("sendMessage", chat_id=1001, text="x") == "403 Forbidden: user is deactivated"


@pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
async def test_chats_the_bot_is_not_in(bot, world, kind):
    groups.create_chat(world, -100, "Friends", 1001, kind=kind)
    outside = f"403 Forbidden: bot is not a member of the {kind} chat"
    assert await bot.refused("sendMessage", chat_id=-100, text="x") == outside
    groups.add_bot(world, -100, 1001, admin=True)
    await bot.ok("sendMessage", chat_id=-100, text="x")
    groups.kick_bot(world, -100, 1001)
    kicked = f"403 Forbidden: bot was kicked from the {kind} chat"
    assert await bot.refused("sendMessage", chat_id=-100, text="x") == kicked


async def test_rights_to_write(bot, world):
    groups.create_chat(world, -100, "Friends", 1001)
    groups.add_bot(world, -100, 1001)
    groups.mute(world, -100)
    assert await bot.refused("sendMessage", chat_id=-100, text="x") == (
        "400 Bad Request: not enough rights to send text messages to the chat"
    )
    assert await bot.refused("sendPhoto", chat_id=-100, photo="https://a.b/c.jpg") == (
        "400 Bad Request: not enough rights to send photos to the chat"
    )
    groups.create_chat(world, -200, "News", 1001, kind="channel", username="News")
    groups.add_bot(world, -200, 1001)
    message = await bot.ok("sendMessage", chat_id="@news", text="x")
    assert "from" not in message
    assert message["sender_chat"]["title"] == "News"
    groups.demote_bot(world, -200, 1001)
    assert await bot.refused("sendMessage", chat_id=-200, text="x") == (
        "400 Bad Request: need administrator rights in the channel chat"
    )
    groups.create_chat(world, -300, "Gone", 1001, kind="group")
    groups.delete_group(world, -300)
    assert await bot.refused("sendMessage", chat_id=-300, text="x") == "403 Forbidden: the group chat was deleted"


async def test_topics(bot, world):
    groups.create_chat(world, -100, "Friends", 1001)
    groups.add_bot(world, -100, 1001)
    topic = groups.open_topic(world, -100, "Letters", 1001)
    message = await bot.ok("sendMessage", chat_id=-100, text="x", message_thread_id=topic)
    assert (message["message_thread_id"], message["is_topic_message"]) == (topic, True)
    groups.close_topic(world, -100, topic)
    closed = await bot.refused("sendMessage", chat_id=-100, text="x", message_thread_id=topic)
    assert closed == "400 Bad Request: TOPIC_CLOSED"


async def test_pictures(bot, world):
    refused = await bot.refused("sendPhoto", chat_id=1001, photo="AgAC-unknown")
    assert refused == "400 Bad Request: wrong file identifier/HTTP URL specified"
    refused = await bot.refused("sendPhoto", chat_id=1001)
    assert refused == "400 Bad Request: there is no photo in the request"
    for width, height in ((9000, 2000), (2100, 100)):
        file = {"chat_id": "1001", "photo": BytesIO(PNG[:16] + struct.pack(">II", width, height))}
        async with bot.session.post(f"{bot.url}/bot{bot.token}/sendPhoto", data=file) as response:
            assert (await response.json())["description"] == "Bad Request: PHOTO_INVALID_DIMENSIONS"
    photo = attachments.send_photo(world, 1001, 1001, "mine", data=PNG)["photo"][0]["file_id"]
    long = await bot.refused("sendPhoto", chat_id=1001, photo=photo, caption="x" * 1025)
    assert long == "400 Bad Request: message caption is too long"
    mixed = await bot.refused("sendDocument", chat_id=1001, document=photo)
    assert mixed == "400 Bad Request: can't use file of type Photo as Document"
    message = await bot.ok("sendPhoto", chat_id=1001, photo=photo, caption="<i>a</i>", parse_mode="HTML")
    assert message["caption_entities"] == [{"type": "italic", "offset": 0, "length": 1}]
    file = await bot.ok("getFile", file_id=photo)
    async with bot.session.get(f"{bot.url}/file/bot{bot.token}/{file['file_path']}") as response:
        assert await response.read() == PNG
    async with bot.session.get(f"{bot.url}/sandbox/files/{photo}") as response:
        assert await response.read() == PNG
    async with bot.session.get(f"{bot.url}/file/bot1:wrong/{file['file_path']}") as response:
        assert (response.status, (await response.json())["description"]) == (401, "Unauthorized")
    async with bot.session.get(f"{bot.url}/file/bot{bot.token}/photos/nowhere.jpg") as response:
        assert (response.status, (await response.json())["description"]) == (404, "Not Found")
    assert await bot.refused("getFile", file_id="x") == "400 Bad Request: invalid file_id"
    large = attachments.send_document(world, 1001, 1001, data=bytes(20 * 2**20 + 1))["document"]["file_id"]
    assert await bot.refused("getFile", file_id=large) == "400 Bad Request: file is too big"


async def test_uploads_are_checked_and_old_bytes_go(bot, world, monkeypatch):
    for data, answer in ((b"", "file must be non-empty"), (b"no picture", "IMAGE_PROCESS_FAILED")):
        form = {"chat_id": "1001", "photo": BytesIO(data)}
        async with bot.session.post(f"{bot.url}/bot{bot.token}/sendPhoto", data=form) as response:
            assert (await response.json())["description"] == f"Bad Request: {answer}"
    monkeypatch.setattr(files, "MAX_STORED_BYTES", len(PNG))
    first, second = (files.add(world.files, "photo", PNG) for _ in range(2))
    assert (first.data, second.data) == (None, PNG)


async def test_files_and_films(bot):
    form = {"chat_id": "1001", "document": BytesIO(b"a letter"), "caption": "read"}
    async with bot.session.post(f"{bot.url}/bot{bot.token}/sendDocument", data=form) as response:
        sent = (await response.json())["result"]
    assert (sent["document"]["file_size"], sent["caption"]) == (8, "read")
    again = await bot.ok("sendDocument", chat_id=1001, document=sent["document"]["file_id"])
    assert again["document"] == sent["document"]
    film = await bot.ok("sendVideo", chat_id=1001, video="https://a.b/film.mp4")
    assert film["video"]["duration"] == 1


async def test_albums(bot):
    media = [{"type": "photo", "media": f"https://a.b/{at}.jpg", "caption": f"{at}"} for at in range(2)]
    messages = await bot.ok("sendMediaGroup", chat_id=1001, media=media)
    assert [message["caption"] for message in messages] == ["0", "1"]
    assert len({message["media_group_id"] for message in messages}) == 1
    refused = await bot.refused("sendMediaGroup", chat_id=1001, media=[])
    assert refused == "400 Bad Request: there are no messages to send"
    refused = await bot.refused("sendMediaGroup", chat_id=1001, media=media * 6)
    assert refused == "400 Bad Request: too many messages to send as an album"


async def test_copies_and_forwards(bot, world):
    said = people.say(world, 1001, 1001, "<b>Act</b> now", html=True)
    copied = await bot.ok("copyMessage", chat_id=1001, from_chat_id=1001, message_id=said["message_id"])
    copy = world.chats[1001].messages[copied["message_id"]]
    assert (copy["text"], copy["entities"], copy["from"]) == (said["text"], said["entities"], world.bot)
    forwarded = await bot.ok("forwardMessage", chat_id=1001, from_chat_id=1001, message_id=said["message_id"])
    assert forwarded["forward_origin"] == {"type": "user", "sender_user": said["from"], "date": said["date"]}
    for verb in ("copy", "forward"):
        refused = await bot.refused(f"{verb}Message", chat_id=1001, from_chat_id=1001, message_id=99)
        assert refused == f"400 Bad Request: message to {verb} not found"
    photo = attachments.send_photo(world, 1001, 1001, "mine")
    params = {"chat_id": 1001, "from_chat_id": 1001, "message_id": photo["message_id"], "caption": "ours"}
    copied = await bot.ok("copyMessage", **params)
    assert world.chats[1001].messages[copied["message_id"]]["caption"] == "ours"
