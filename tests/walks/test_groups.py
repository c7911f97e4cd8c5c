"""Groups, topics and channels: who is heard, who decides, and where the answer goes."""

import asyncio

import pytest

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.sandbox import groups, people
from outreachbot.store import audience, chats
from outreachbot.store.database import connect
from town import ADMIN, MEMBER, Town

GROUP, CHANNEL = -1001, -1002


async def chat(town: Town, chat_id: int) -> chats.Chat | None:
    async with connect.open_database(town.database_url, exclusive=False) as db, connect.reading(db) as connection:
        return await chats.find(connection, chat_id)


async def test_commands_are_heard_with_and_without_the_bots_name(town, group):
    async with town.bot():
        plain = await town.answer(group, "/facts deaths", MEMBER)
        named = await town.answer(group, f"/facts@{town.world.username} deaths", MEMBER)

    assert plain["text"] == named["text"]


@pytest.mark.parametrize("text", ["hello all", "/facts@other_bot", "/nonsense", "/broadcast", "/cancel"])
async def test_everything_else_is_met_with_silence(town, group, text):
    groups.promote_bot(town.world, group, ADMIN)  # now it receives all that is written
    async with town.bot():
        people.say(town.world, MEMBER, group, text)
        await town.answer(group, "/about", MEMBER)

    assert len(town.said(group)) == 1


async def test_a_member_may_not_subscribe_the_group(town, group):
    async with town.bot():
        answer = await town.answer(group, "/subscribe", MEMBER)

    assert "Only admins can do that here" in answer["text"]
    assert await chat(town, group) is None


@pytest.mark.parametrize("anonymous", [False, True])
async def test_an_admin_subscribes_the_group(town, group, anonymous):
    async with town.bot():
        answer = await town.answer(group, "/subscribe", ADMIN, anonymous=anonymous)

    assert "subscribed" in answer["text"]
    assert (await chat(town, group)).subscribed


async def test_a_member_can_not_press_the_groups_unsubscribe(town, group):
    async with town.bot():
        answer = await town.answer(group, "/subscribe", ADMIN)
        note = await town.press_data(group, answer, "+unsubscribe", MEMBER)

    assert "Only admins can do that here" in note["text"]
    assert (await chat(town, group)).subscribed


async def test_answers_go_to_the_topic_that_asked_and_reminders_to_the_one_that_subscribed(town, group):
    topic = groups.open_topic(town.world, group, "Remembrance", ADMIN)
    async with town.bot():
        answer = await town.answer(group, "/subscribe", ADMIN, topic=topic)

    assert answer["message_thread_id"] == topic
    assert (await chat(town, group)).topic_id == topic


async def test_a_channel_is_subscribed_by_a_post(town):
    groups.create_chat(town.world, CHANNEL, "News", ADMIN, kind="channel")
    groups.add_bot(town.world, CHANNEL, ADMIN)
    async with town.bot():
        groups.post(town.world, CHANNEL, "/subscribe")
        await town.until(lambda: town.world.tally.deliveries.get(CHANNEL))

    assert (await chat(town, CHANNEL)).kind == "channel"


async def test_what_a_channels_admin_presses_is_noted_in_plain_words(town):
    groups.create_chat(town.world, CHANNEL, "News", ADMIN, kind="channel")
    groups.add_bot(town.world, CHANNEL, ADMIN)
    async with town.bot():
        groups.post(town.world, CHANNEL, "/subscribe")
        await town.until(lambda: town.world.tally.deliveries.get(CHANNEL))
        answer = list(town.world.chats[CHANNEL].messages.values())[-1]
        presses = ["+subscribe", "+unsubscribe", "+unsubscribe", "+subscribe"]
        notes = [await town.press_data(CHANNEL, answer, data, ADMIN) for data in presses]

    assert [note["text"] for note in notes] == [
        "This channel is subscribed already.",
        "This channel is unsubscribed.",
        "This channel is not subscribed.",
        "This channel is subscribed.",
    ]
    assert town.world.tally.deliveries[CHANNEL] == 1


async def test_a_group_that_moves_keeps_its_subscription(town):
    groups.create_chat(town.world, -55, "Small", ADMIN, kind="group")
    groups.add_bot(town.world, -55, ADMIN)
    async with town.bot():
        await town.answer(-55, "/subscribe", ADMIN)
        new_id = groups.migrate(town.world, -55)
        await town.answer(new_id, "/about", ADMIN)

    assert await chat(town, -55) is None
    assert (await chat(town, new_id)).subscribed


@pytest.mark.parametrize("leave", [groups.kick_bot, groups.remove_bot])
async def test_a_group_that_removes_the_bot_is_not_counted_and_comes_back_by_itself(town, group, leave):
    async with town.bot():
        await town.answer(group, "/subscribe", ADMIN)
        leave(town.world, group, ADMIN)
        await counts(town, {})
        groups.add_bot(town.world, group, ADMIN)
        await counts(town, {"supergroup": 1})


async def test_a_member_who_blocks_the_bot_is_not_counted_and_comes_back_by_itself(town):
    async with town.bot():
        await town.answer(MEMBER, "/subscribe")
        people.block(town.world, MEMBER)
        await counts(town, {})
        people.unblock(town.world, MEMBER)
        await counts(town, {"private": 1})


async def counts(town: Town, wanted: dict[str, int]) -> None:
    """Wait until these are the chats that a message to all would go to."""
    async with asyncio.timeout(20):
        while await count(town) != wanted:  # noqa: ASYNC110 what the bot writes down shows nowhere else
            await asyncio.sleep(0.05)


async def count(town: Town) -> dict[str, int]:
    async with connect.open_database(town.database_url, exclusive=False) as db, connect.reading(db) as connection:
        return {one.kind: one.chats for one in await audience.count_chats(connection, BroadcastAudience())}
