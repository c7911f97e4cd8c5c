from datetime import timedelta

import pytest

from outreachbot.sandbox import groups, people

MARKUP = {"inline_keyboard": [[{"text": "More", "callback_data": "more"}]]}


@pytest.fixture
async def sent(bot):
    """A message of the bot to Ada, with a button."""
    message = await bot.ok("sendMessage", chat_id=1001, text="one", reply_markup=MARKUP)
    return {"chat_id": 1001, "message_id": message["message_id"]}


async def test_a_text_is_edited(bot, sent):
    edited = await bot.ok("editMessageText", **sent, text="<b>two</b>", parse_mode="HTML")
    assert (edited["text"], edited["edit_date"]) == ("two", 1772096400)
    assert "reply_markup" not in edited
    edited = await bot.ok("editMessageReplyMarkup", **sent, reply_markup=MARKUP)
    assert (edited["text"], edited["reply_markup"]) == ("two", MARKUP)


async def test_an_edit_must_change_something(bot, sent):
    same = (
        "400 Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    )
    same += "as a current content and reply markup of the message"
    assert await bot.refused("editMessageText", **sent, text="one", reply_markup=MARKUP) == same
    assert await bot.refused("editMessageReplyMarkup", **sent, reply_markup=MARKUP) == same


async def test_wrong_edits(bot, sent, world):
    said = people.say(world, 1001, 1001, "mine")["message_id"]
    photo = (await bot.ok("sendPhoto", chat_id=1001, photo="https://a.b/c.jpg", caption="old"))["message_id"]
    for params, answer in (
        (sent | {"message_id": 99}, "message to edit not found"),
        (sent | {"message_id": said}, "message can't be edited"),
        (sent | {"message_id": ""}, "message identifier is not specified"),
        (sent | {"message_id": photo}, "there is no text in the message to edit"),
        (sent | {"text": "x" * 4097}, "MESSAGE_TOO_LONG"),
        (sent | {"reply_markup": {"force_reply": True}}, "inline keyboard expected"),
    ):
        assert await bot.refused("editMessageText", **({"text": "two"} | params)) == f"400 Bad Request: {answer}"
    refused = await bot.refused("editMessageCaption", **sent, caption="x")
    assert refused == "400 Bad Request: there is no caption in the message to edit"
    assert (await bot.ok("editMessageCaption", chat_id=1001, message_id=photo, caption="new"))["caption"] == "new"
    people.block(world, 1001)
    assert await bot.refused("editMessageText", **sent, text="two") == "403 Forbidden: bot was blocked by the user"


async def test_a_picture_is_exchanged_for_another(bot, sent):
    photo = {"chat_id": 1001, "photo": "https://a.b/c.jpg", "caption": "old", "reply_markup": MARKUP}
    shown = await bot.ok("sendPhoto", **photo)
    place = {"chat_id": 1001, "message_id": shown["message_id"]}
    other = {"type": "photo", "media": "https://a.b/d.jpg", "caption": "<b>new</b>", "parse_mode": "HTML"}
    edited = await bot.ok("editMessageMedia", **place, media=other)

    assert edited["caption"] == "new"
    assert edited["photo"] != shown["photo"]
    assert "reply_markup" not in edited
    assert "text" not in await bot.ok("editMessageMedia", **sent, media=other), "a text becomes a picture"
    unknown = {"type": "photo", "media": "AgAC-unknown"}
    for wrong in (unknown, {"type": "sticker", "media": "x"}, {"type": "photo"}, None):
        assert (await bot.refused("editMessageMedia", **place, media=wrong)).startswith("400 Bad Request: ")


async def test_messages_are_deleted(bot, sent, world):
    assert await bot.ok("deleteMessage", **sent) is True
    assert await bot.refused("deleteMessage", **sent) == "400 Bad Request: message to delete not found"
    old = await bot.ok("sendMessage", chat_id=1001, text="old")
    now = world.clock()
    world.clock = lambda: now + timedelta(hours=49)
    refused = await bot.refused("deleteMessage", chat_id=1001, message_id=old["message_id"])
    assert refused == "400 Bad Request: message can't be deleted"


async def test_only_an_administrator_deletes_what_others_wrote(bot, world):
    groups.create_chat(world, -100, "Friends", 1001)
    groups.add_bot(world, -100, 1001)
    said = people.say(world, 1001, -100, "x")["message_id"]
    refused = await bot.refused("deleteMessage", chat_id=-100, message_id=said)
    assert refused == "400 Bad Request: message can't be deleted"
    groups.promote_bot(world, -100, 1001)
    assert await bot.ok("deleteMessages", chat_id=-100, message_ids=[said, 999]) is True
    assert said not in world.chats[-100].messages


async def test_a_press_carries_the_message_as_it_is_now_and_is_answered_once(bot, sent, world):
    await bot.ok("editMessageText", **sent, text="two", reply_markup=MARKUP)
    query_id = people.press(world, 1001, 1001, sent["message_id"], "more")
    query = (await bot.updates())[0]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (query_id, "more", 1001)
    assert query["message"]["text"] == "two"
    await bot.ok("answerCallbackQuery", callback_query_id=query_id, text="Thanks", show_alert=True)
    assert (world.answers[query_id]["text"], world.answers[query_id]["show_alert"]) == ("Thanks", True)
    again = await bot.refused("answerCallbackQuery", callback_query_id=query_id)
    assert again == "400 Bad Request: query is too old and response timeout expired or query ID is invalid"


async def test_a_press_on_a_message_that_is_gone(bot, sent, world):
    await bot.ok("deleteMessage", **sent)
    query_id = people.press(world, 1001, 1001, sent["message_id"], "more")
    query = (await bot.updates())[0]["callback_query"]
    assert query["message"]["date"] == 0
    long = await bot.refused("answerCallbackQuery", callback_query_id=query_id, text="x" * 201)
    assert long == "400 Bad Request: MESSAGE_TOO_LONG"
