"""Groups, topics and channels: who is answered, who decides, and where the answer goes."""

import asyncio

import pytest

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.sandbox import groups, people
from outreachbot.store import audience, chats
from outreachbot.store.database import connect
from tests.support.harness import ADMIN, MEMBER, Harness

GROUP, CHANNEL = -1001, -1002


async def chat(harness: Harness, chat_id: int) -> chats.Chat | None:
    async with connect.open_database(harness.database_url, exclusive=False) as db, connect.reading(db) as connection:
        return await chats.find(connection, chat_id)


async def test_commands_are_heard_with_and_without_the_bots_name(harness, group):
    async with harness.running_bot():
        plain = await harness.answer(group, "/facts deaths", MEMBER)
        named = await harness.answer(group, f"/facts@{harness.world.username} deaths", MEMBER)

    assert plain["text"] == named["text"]


@pytest.mark.parametrize("text", ["hello all", "/facts@other_bot", "/nonsense", "/broadcast", "/cancel"])
async def test_everything_else_is_met_with_silence(harness, group, text):
    groups.promote_bot(harness.world, group, ADMIN)  # now it receives all that is written
    async with harness.running_bot():
        people.say(harness.world, MEMBER, group, text)
        await harness.answer(group, "/about", MEMBER)

    assert len(harness.said(group)) == 1


async def test_a_member_may_not_subscribe_the_group(harness, group):
    async with harness.running_bot():
        answer = await harness.answer(group, "/subscribe", MEMBER)

    assert "Only admins can do that here" in answer["text"]
    assert await chat(harness, group) is None


@pytest.mark.parametrize("anonymous", [False, True])
async def test_an_admin_subscribes_the_group(harness, group, anonymous):
    async with harness.running_bot():
        answer = await harness.answer(group, "/subscribe", ADMIN, anonymous=anonymous)

    assert "subscribed" in answer["text"]
    assert (await chat(harness, group)).subscribed


async def test_a_member_can_not_press_the_groups_unsubscribe(harness, group):
    async with harness.running_bot():
        answer = await harness.answer(group, "/subscribe", ADMIN)
        note = await harness.press_data(group, answer, "+unsubscribe", MEMBER)

    assert "Only admins can do that here" in note["text"]
    assert (await chat(harness, group)).subscribed


async def test_answers_go_to_the_topic_that_asked_and_reminders_to_the_one_that_subscribed(harness, group):
    topic = groups.open_topic(harness.world, group, "Remembrance", ADMIN)
    async with harness.running_bot():
        answer = await harness.answer(group, "/subscribe", ADMIN, topic=topic)

    assert answer["message_thread_id"] == topic
    assert (await chat(harness, group)).topic_id == topic


async def test_a_channel_is_subscribed_by_a_post(harness):
    groups.create_chat(harness.world, CHANNEL, "News", ADMIN, kind="channel")
    groups.add_bot(harness.world, CHANNEL, ADMIN)
    async with harness.running_bot():
        groups.post(harness.world, CHANNEL, "/subscribe")
        await harness.wait_until(lambda: harness.world.tally.deliveries.get(CHANNEL))

    assert (await chat(harness, CHANNEL)).kind == "channel"


async def test_what_a_channels_admin_presses_is_noted_in_plain_words(harness):
    groups.create_chat(harness.world, CHANNEL, "News", ADMIN, kind="channel")
    groups.add_bot(harness.world, CHANNEL, ADMIN)
    async with harness.running_bot():
        groups.post(harness.world, CHANNEL, "/subscribe")
        await harness.wait_until(lambda: harness.world.tally.deliveries.get(CHANNEL))
        answer = list(harness.world.chats[CHANNEL].messages.values())[-1]
        presses = ["+subscribe", "+unsubscribe", "+unsubscribe", "+subscribe"]
        notes = [await harness.press_data(CHANNEL, answer, data, ADMIN) for data in presses]

    assert [note["text"] for note in notes] == [
        "This channel is subscribed already.",
        "This channel is unsubscribed.",
        "This channel is not subscribed.",
        "This channel is subscribed.",
    ]
    assert harness.world.tally.deliveries[CHANNEL] == 1


async def test_a_group_that_moves_keeps_its_subscription(harness):
    groups.create_chat(harness.world, -55, "Small", ADMIN, kind="group")
    groups.add_bot(harness.world, -55, ADMIN)
    async with harness.running_bot():
        await harness.answer(-55, "/subscribe", ADMIN)
        new_id = groups.migrate(harness.world, -55)
        await harness.answer(new_id, "/about", ADMIN)

    assert await chat(harness, -55) is None
    assert (await chat(harness, new_id)).subscribed


@pytest.mark.parametrize("leave", [groups.kick_bot, groups.remove_bot])
async def test_a_group_that_removes_the_bot_is_not_counted_and_comes_back_by_itself(harness, group, leave):
    async with harness.running_bot():
        await harness.answer(group, "/subscribe", ADMIN)
        leave(harness.world, group, ADMIN)
        await counts(harness, {})
        groups.add_bot(harness.world, group, ADMIN)
        await counts(harness, {"supergroup": 1})


async def test_a_member_who_blocks_the_bot_is_not_counted_and_comes_back_by_itself(harness):
    async with harness.running_bot():
        await harness.answer(MEMBER, "/subscribe")
        people.block(harness.world, MEMBER)
        await counts(harness, {})
        people.unblock(harness.world, MEMBER)
        await counts(harness, {"private": 1})


async def counts(harness: Harness, wanted: dict[str, int]) -> None:
    """Wait until these are the chats that a message to all would go to."""
    async with asyncio.timeout(20):
        while await count(harness) != wanted:  # noqa: ASYNC110 what the bot writes down shows nowhere else
            await asyncio.sleep(0.05)


async def count(harness: Harness) -> dict[str, int]:
    async with connect.open_database(harness.database_url, exclusive=False) as db, connect.reading(db) as connection:
        return {counted.kind: counted.chats for counted in await audience.count_chats(connection, BroadcastAudience())}
