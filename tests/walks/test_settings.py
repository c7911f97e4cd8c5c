"""A chat chooses which reminders come, when and how: by buttons and by text; and they come like that."""

import datetime as dt
import re

import pytest

from outreachbot.domain.reminders.settings import ChatSettings
from outreachbot.sandbox import groups, people
from outreachbot.sandbox.chat import Json
from outreachbot.store.database import connect
from outreachbot.store.reminders import settings
from town import ADMIN, MEMBER, Town, buttons

GROUP, CHANNEL = -1001, -1002
OTHER = 1001
BAKU = dt.timezone(dt.timedelta(hours=4))


def on(month: int, day: int, hour: int = 12, minute: int = 0, year: int = 2026) -> dt.datetime:
    """A moment in the zone of the shipped content."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=BAKU)


def reminders(town: Town, chat_id: int = MEMBER) -> list[Json]:
    """The reminders that a chat got."""
    return [message for message in town.said(chat_id) if re.search(r"\d+ years (ago|on)|anniversary", message["text"])]


async def walk(town: Town, chat_id: int, message: Json, *labels: str, user_id: int | None = None) -> Json:
    """Press one button after the other, each under what the one before showed there; what stands there then."""
    for label in labels:
        await town.press(chat_id, town.now(chat_id, message), label, user_id)
    return town.now(chat_id, message)


async def chosen(town: Town, chat_id: int) -> ChatSettings:
    async with connect.open_database(town.database_url, exclusive=False) as db, connect.reading(db) as connection:
        return await settings.load(connection, chat_id)


@pytest.fixture
def channel(town: Town) -> int:
    """A channel that Ada owns and Mina reads."""
    groups.create_chat(town.world, CHANNEL, "News", ADMIN, kind="channel")
    groups.join(town.world, MEMBER, CHANNEL)
    groups.add_bot(town.world, CHANNEL, ADMIN)
    return CHANNEL


async def test_the_reminder_comes_once_at_the_hour_and_in_the_zone_that_were_chosen(town):
    people.add_crowd(town.world, 1)
    town.clock.set(on(2, 20))
    async with town.bot():
        for chat_id in (MEMBER, ADMIN, OTHER):
            await town.answer(chat_id, "/subscribe")
        menu = await walk(town, MEMBER, await town.answer(MEMBER, "/reminders"), "Hour", "07")
        assert "at 07:00\nTime zone: Baku (not chosen yet: /timezone)" in menu["text"]
        place = await walk(town, MEMBER, await town.answer(MEMBER, "/timezone"), "Germany", "Yes")
        assert place["text"] == "Reminders now come at 07:00 by the clock of Berlin."
        assert "at 07:00\nTime zone: Berlin\n" in (await walk(town, MEMBER, place, "Settings"))["text"]
        await walk(town, OTHER, await town.answer(OTHER, "/reminders"), "Hour", "23")

        town.clock.set(on(2, 26, 9, 59))
        await town.until(lambda: reminders(town, ADMIN))
        assert reminders(town) == [], "in Berlin it is one minute to seven"
        town.clock.set(on(2, 26, 10))
        await town.until(lambda: reminders(town))
        town.clock.set(on(2, 26, 23))
        await town.until(lambda: reminders(town, OTHER))

    assert [len(reminders(town, chat_id)) for chat_id in (MEMBER, ADMIN, OTHER)] == [1, 1, 1]


async def test_a_city_can_be_typed_in_any_script(town):
    async with town.bot():
        question = await town.answer(MEMBER, "/timezone бакы")
        assert question["text"].startswith("Baku, Azerbaijan\nIs it ")
        answer = await walk(town, MEMBER, question, "Yes")

    assert answer["text"] == "The clock of Baku is used here."
    assert (await chosen(town, MEMBER)).zone == "Asia/Baku"


async def test_of_several_places_one_is_chosen(town):
    async with town.bot():
        question = await town.answer(MEMBER, "/timezone Paris")
        await walk(town, MEMBER, question, "Paris, United States", "No", "Type my city")
        question = await town.answer(MEMBER, "/timezone Paris")
        await walk(town, MEMBER, question, "Paris, France", "Yes")

    assert (await chosen(town, MEMBER)).zone == "Europe/Paris"


async def test_a_city_can_be_the_answer_to_our_question(town):
    async with town.bot():
        menu = await town.answer(MEMBER, "/timezone")
        await town.press(MEMBER, menu, "Type my city")
        question = town.said(MEMBER)[-1]
        assert "Which city do you live in" in question["text"]
        answer = await town.answer(MEMBER, "tokyo", reply_to=question["message_id"])
        await walk(town, MEMBER, answer, "Yes")

    assert (await chosen(town, MEMBER)).zone == "Asia/Tokyo"


async def test_our_question_opens_the_field_for_the_answer(town):
    async with town.bot():
        menu = await town.answer(MEMBER, "/timezone")
        await town.press(MEMBER, menu, "Type my city")

    assert town.world.reply_prompts.get(MEMBER) == town.said(MEMBER)[-1]["message_id"]


async def test_a_location_can_be_shared(town):
    async with town.bot():
        before = len(town.said(MEMBER))
        people.send(town.world, MEMBER, MEMBER, {"location": {"latitude": 35.68, "longitude": 139.69}})
        await town.until(lambda: len(town.said(MEMBER)) > before)
        await walk(town, MEMBER, town.said(MEMBER)[before], "Yes")

    assert (await chosen(town, MEMBER)).zone == "Asia/Tokyo"


async def test_a_notice_a_week_before_is_switched_on_and_the_rest_of_the_year_skipped(town):
    town.clock.set(on(2, 18))
    async with town.bot():
        for chat_id in (MEMBER, ADMIN):
            await town.answer(chat_id, "/subscribe")
        await walk(town, MEMBER, await town.answer(MEMBER, "/reminders"), "A week before")
        town.clock.set(on(2, 19, 9))
        await town.until(lambda: reminders(town))
        (notice,) = reminders(town)
        assert "In a week: the night from 25 February to 26 February 2026 · 34 years on" in notice["text"]
        await town.press(MEMBER, notice, "Skip 2026")
        told = "Nothing more about “Khojaly day of remembrance” in 2026. It comes again in 2027."
        assert town.said(MEMBER)[-1]["text"] == told

        town.clock.set(on(2, 26, 9))
        await town.until(lambda: reminders(town, ADMIN))
    assert len(reminders(town)) == 1
    assert len(reminders(town, ADMIN)) == 1

    town.clock.set(on(2, 19, 9, year=2027))
    async with town.bot():
        await town.until(lambda: "35 years on" in town.said(MEMBER)[-1]["text"])


async def test_who_moves_the_hour_back_over_the_present_is_told_at_once_and_not_again(town):
    town.clock.set(on(2, 20))
    async with town.bot():
        for chat_id in (MEMBER, ADMIN):
            await town.answer(chat_id, "/subscribe")
        town.clock.set(on(2, 26, 8))
        await walk(town, MEMBER, await town.answer(MEMBER, "/reminders"), "Hour", "07")
        await town.until(lambda: reminders(town))
        town.clock.set(on(2, 26, 9))
        await town.until(lambda: reminders(town, ADMIN))
        await walk(town, MEMBER, await town.answer(MEMBER, "/reminders"), "Hour", "10")
        town.clock.set(on(2, 26, 10))
        await walk(town, ADMIN, await town.answer(ADMIN, "/reminders"), "Hour", "08")

    assert len(reminders(town)) == len(reminders(town, ADMIN)) == 1


async def test_the_settings_of_a_group_are_changed_by_its_admins_only(town, group):
    async with town.bot():
        refused = await town.answer(group, "/reminders", MEMBER)
        assert "Only admins can do that here" in refused["text"]
        menu = await town.answer(group, "/reminders", ADMIN)
        for data in ("reminders:h.7", "zone:y.Asia/Tokyo", "+skip:khojaly:2027", "reminders"):
            note = await town.press_data(group, menu, data, MEMBER)
            assert "Only admins can do that here" in note["text"]
        assert await chosen(town, group) == ChatSettings()
        menu = await walk(town, group, menu, "Hour", "07", user_id=ADMIN)

    assert "at 07:00" in menu["text"]
    assert (await chosen(town, group)).hour == 7


async def test_in_a_group_only_an_admin_answers_our_question(town, group):
    async with town.bot():
        menu = await town.answer(group, "/timezone", ADMIN)
        await town.press(group, menu, "Type my city", ADMIN)
        question = town.said(group)[-1]["message_id"]
        refused = await town.answer(group, "Tokyo", MEMBER, reply_to=question)
        found = await town.answer(group, "Tokyo", ADMIN, reply_to=question)

    assert "Only admins can do that here" in refused["text"]
    assert found["text"].startswith("Tokyo, Japan")


async def posted(town: Town, channel: int, text: str) -> Json:
    """What the bot answers to a post."""
    before = town.world.tally.deliveries.get(channel, 0)
    groups.post(town.world, channel, text)
    await town.until(lambda: town.world.tally.deliveries.get(channel, 0) > before)
    return list(town.world.chats[channel].messages.values())[-1]


def standing(town: Town, message: Json) -> Json:
    return town.world.chats[CHANNEL].messages[message["message_id"]]


async def test_the_settings_of_a_channel_are_changed_in_place(town, channel):
    async with town.bot():
        menu = await posted(town, channel, "/reminders")
        for data in ("reminders:h", "reminders:h.7", "zone", "zone:c.JP", "zone:y.Asia/Tokyo", "reminders"):
            assert (await town.press_data(channel, menu, data, ADMIN))["text"] == ""
            await town.until(lambda seen=menu: standing(town, seen) != seen)
            menu = standing(town, menu)
        note = await town.press_data(channel, menu, "reminders:h.8", MEMBER)

    assert "Only admins can do that here" in note["text"]
    assert "at 07:00\nTime zone: Tokyo" in menu["text"]
    assert town.world.tally.deliveries[channel] == 1
    assert (await chosen(town, channel)).hour == 7


async def test_what_an_admin_of_a_channel_presses_is_noted_where_its_readers_need_not_know(town, channel):
    async with town.bot():
        menu = await posted(town, channel, "/timezone")
        how = await town.press_data(channel, menu, "zone:t", ADMIN)
        skipped = await town.press_data(channel, menu, "+skip:khojaly:2027", ADMIN)

    assert how["text"] == "Post your city here like this: /timezone Baku"
    assert skipped["text"].startswith("Nothing more about “Khojaly day of remembrance” in 2027")
    assert town.world.tally.deliveries[channel] == 1
    assert ("khojaly", 2027) in (await chosen(town, channel)).skipped


async def test_what_readers_of_a_channel_press_posts_nothing_there(town, channel):
    async with town.bot():
        menu = await posted(town, channel, "/subscribe")
        for button in [*(button["callback_data"] for button in buttons(menu)), "+skip:khojaly:2027", "calendar"]:
            await town.press_data(channel, menu, button, MEMBER)
        await town.answer(ADMIN, "/about")

    assert town.world.tally.deliveries[channel] == 1


async def test_the_days_come_as_a_file_by_a_command_and_by_a_button(town):
    async with town.bot():
        file = await town.answer(MEMBER, "/next.ics")
        days = await town.answer(MEMBER, "/next")
        await town.press(MEMBER, days, "For my own calendar")
    other = town.said(MEMBER)[-1]

    for message in (file, other):
        assert message["document"]["file_name"] == "remembrance.ics"
        data = town.world.files.by_id[message["document"]["file_id"]].data
        assert data.startswith(b"BEGIN:VCALENDAR")
        assert data.count(b"BEGIN:VEVENT") == sum(day.default for day in town.content.anniversaries)


async def test_the_coming_days_are_those_of_the_chats_own_calendar(town):
    town.clock.set(on(2, 26, 2))
    async with town.bot():
        assert "34 years), today" in (await town.answer(MEMBER, "/next"))["text"]
        await walk(town, MEMBER, await town.answer(MEMBER, "/timezone London"), "London, United Kingdom", "Yes")
        assert "34 years), tomorrow" in (await town.answer(MEMBER, "/next"))["text"]


async def test_an_admin_reads_how_many_will_be_reminded_and_a_member_does_not(town):
    town.clock.set(on(2, 20))
    async with town.bot():
        for chat_id in (MEMBER, ADMIN):
            await town.answer(chat_id, "/subscribe")
        admins, members = await town.answer(ADMIN, "/next"), await town.answer(MEMBER, "/next")

    moment = "26 February 2026 at 09:00 (Asia/Baku time)"
    assert f"2 chats: the first on {moment}, the last on {moment}" in admins["text"]
    assert "chats" not in members["text"]


async def test_an_admin_sees_a_reminder_beforehand(town):
    town.clock.set(on(2, 20))
    async with town.bot():
        plain = await town.answer(ADMIN, "/preview")
        week = await town.answer(ADMIN, "/preview en WEEK malibeyli-gushchular")
        wrong = await town.answer(ADMIN, "/preview khojaly tomorrow <b>")
        member = await town.answer(MEMBER, "/preview")

    assert "the night from 25 February to 26 February 2026 · 34 years ago" in plain["text"]
    assert week["text"].startswith("Malibeyli and Gushchular\nIn a week: 10 February 2027 · 35 years on")
    assert wrong["text"].startswith("I don't know “tomorrow <b>”.\nWrite /preview with a day (khojaly, khojaly-eve, ")
    assert reminders(town, MEMBER) == []
    assert "/preview" not in member["text"]
