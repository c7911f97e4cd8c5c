import asyncio

from outreachbot.sandbox import attachments, groups, people


def texts(updates):
    return [update["message"]["text"] for update in updates]


async def test_an_offset_confirms(bot, world):
    for text in ("one", "two", "three"):
        people.say(world, 1001, 1001, text)
    first = await bot.updates(limit=2)
    assert texts(first) == ["one", "two"]
    assert texts(await bot.updates()) == ["one", "two", "three"]
    assert texts(await bot.updates(first[1]["update_id"] + 1)) == ["three"]
    assert (await bot.ok("getWebhookInfo"))["pending_update_count"] == 1
    people.say(world, 1001, 1001, "four")
    assert texts(await bot.updates(-1)) == ["four"]
    assert texts(await bot.updates()) == ["four"]


async def test_a_long_poll_waits_for_news(bot, world):
    begun = world.arrivals.version
    poll = asyncio.create_task(bot.updates(timeout=50))
    await world.arrivals.wait_past(begun)
    people.say(world, 1001, 1001, "at last")
    assert texts(await asyncio.wait_for(poll, 5)) == ["at last"]


async def test_a_long_poll_ends_with_its_time(bot):
    assert await bot.updates(timeout=1) == []


async def test_of_two_pollers_the_older_is_refused(bot, world):
    begun = world.arrivals.version
    older = asyncio.create_task(bot.refused("getUpdates", timeout=50))
    await world.arrivals.wait_past(begun)
    younger = asyncio.create_task(bot.updates(timeout=50))
    assert await asyncio.wait_for(older, 5) == (
        "409 Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    people.say(world, 1001, 1001, "for the younger")
    assert texts(await asyncio.wait_for(younger, 5)) == ["for the younger"]


async def test_a_poller_that_disconnected_is_ignored(bot, world):
    begun = world.arrivals.version
    poll = asyncio.create_task(bot.updates(timeout=50))
    await world.arrivals.wait_past(begun)
    poll.cancel()
    await world.disconnects.wait_past(0, 5)
    assert await bot.updates() == []
    assert world.tally.errors == {}


async def test_only_requested_update_kinds_come_and_the_choice_is_kept(bot, world):
    await bot.updates(allowed_updates=["my_chat_member"])
    people.say(world, 1001, 1001, "unheard")
    people.block(world, 1001)
    update = (await bot.updates())[0]["my_chat_member"]
    assert (update["old_chat_member"]["status"], update["new_chat_member"]["status"]) == ("member", "kicked")
    await bot.updates(allowed_updates=[])
    people.start(world, 1001)
    kinds = [next(key for key in update if key != "update_id") for update in await bot.updates()]
    assert kinds == ["my_chat_member", "my_chat_member", "message"]


async def test_any_update_can_be_fed(bot, world):
    people.feed(world, {"poll_of_tomorrow": {"x": 1}})
    people.feed(world, {"update_id": 200_000_000, "message": {"nothing": "that is required"}})
    people.say(world, 1001, 1001, "after")
    ids = [update["update_id"] for update in await bot.updates()]
    assert ids == [100_000_002, 200_000_000, 200_000_001]


async def test_webhooks_are_not_supported_and_say_so(bot, world):
    assert (await bot.refused("setWebhook", url="https://a.b/c")).startswith("400 Bad Request: bad webhook")
    assert (await bot.ok("getWebhookInfo"))["url"] == ""
    people.say(world, 1001, 1001, "x")
    assert await bot.ok("deleteWebhook", drop_pending_updates=True) is True
    assert await bot.updates() == []


async def test_commands_are_marked_in_utf16_units(bot, world):
    message = people.say(world, 1001, 1001, "😀 /facts@outreach_demo_bot and /help")
    assert message["entities"] == [
        {"type": "bot_command", "offset": 3, "length": 24},
        {"type": "bot_command", "offset": 32, "length": 5},
    ]


async def test_privacy_mode(bot, world):
    groups.create_chat(world, -100, "Friends", 1001)
    groups.add_bot(world, -100, 1001)
    mine = (await bot.ok("sendMessage", chat_id=-100, text="hello"))["message_id"]
    await bot.ok("deleteWebhook", drop_pending_updates=True)
    people.say(world, 1001, -100, "among us")
    people.say(world, 1001, -100, "/facts")
    people.say(world, 1001, -100, "/facts@outreach_demo_bot")
    people.say(world, 1001, -100, "/facts@other_bot")
    people.say(world, 1001, -100, "to the bot", reply_to=mine)
    groups.join(world, 1002, -100)
    seen = [update["message"].get("text") for update in await bot.updates()]
    assert seen == ["/facts", "/facts@outreach_demo_bot", "to the bot", None]
    groups.promote_bot(world, -100, 1001)
    people.say(world, 1002, -100, "to everybody")
    assert (await bot.updates())[-1]["message"]["text"] == "to everybody"


async def test_anonymous_administrators_topics_and_channels(bot, world):
    groups.create_chat(world, -100, "Friends", 1001)
    groups.add_bot(world, -100, 1001)
    topic = groups.open_topic(world, -100, "Letters", 1001)
    people.say(world, 1001, -100, "/facts", anonymous=True, topic=topic)
    message = (await bot.updates())[-1]["message"]
    assert (message["from"]["id"], message["sender_chat"]["id"]) == (1087968824, -100)
    assert (message["message_thread_id"], message["is_topic_message"]) == (topic, True)
    assert message["reply_to_message"]["forum_topic_created"]["name"] == "Letters"
    groups.create_chat(world, -200, "News", 1001, kind="channel")
    groups.add_bot(world, -200, 1001)
    groups.post(world, -200, "news")
    assert (await bot.updates())[-1]["channel_post"]["sender_chat"]["id"] == -200


async def test_a_group_becomes_a_supergroup(bot, world):
    groups.create_chat(world, -5, "Friends", 1001, kind="group")
    groups.add_bot(world, -5, 1001)
    await bot.ok("deleteWebhook", drop_pending_updates=True)
    new_id = groups.migrate(world, -5)
    told = [update["message"] for update in await bot.updates()]
    assert [(message["chat"]["id"], message["chat"]["type"]) for message in told] == [
        (new_id, "supergroup"),
        (-5, "group"),
    ]
    assert (told[0]["migrate_from_chat_id"], told[1]["migrate_to_chat_id"]) == (-5, new_id)
    status, body = await bot.call("sendMessage", chat_id=-5, text="x")
    assert (status, body) == (
        400,
        {
            "ok": False,
            "error_code": 400,
            "description": "Bad Request: group chat was upgraded to a supergroup chat",
            "parameters": {"migrate_to_chat_id": new_id},
        },
    )
    await bot.ok("sendMessage", chat_id=new_id, text="x")


async def test_what_people_send_and_edit(bot, world):
    attachments.send_poll(world, 1001, 1001, "When?", ["Now", "Never"])
    attachments.send_location(world, 1001, 1001, 40.4, 49.9)
    said = people.say(world, 1001, 1001, "draft")
    people.edit(world, 1001, 1001, said["message_id"], "better")
    updates = await bot.updates()
    assert updates[0]["message"]["poll"]["question"] == "When?"
    assert updates[1]["message"]["location"]["latitude"] == 40.4
    assert updates[3]["edited_message"]["text"] == "better"
