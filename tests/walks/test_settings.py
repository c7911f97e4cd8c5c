"""A chat chooses which reminders come, when and how, by buttons and by text; and they come accordingly."""

import datetime as dt
import re

import pytest

from outreachbot.domain.reminders.settings import ChatSettings
from outreachbot.sandbox import groups, people
from outreachbot.sandbox.chat import Json
from outreachbot.store.database import connect
from outreachbot.store.reminders import settings
from tests.support.harness import ADMIN, MEMBER, Harness, buttons

GROUP, CHANNEL = -1001, -1002
OTHER = 1001
BAKU = dt.timezone(dt.timedelta(hours=4))


def on(month: int, day: int, hour: int = 12, minute: int = 0, year: int = 2026) -> dt.datetime:
    """A moment in the zone of the shipped content."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=BAKU)


def reminders(harness: Harness, chat_id: int = MEMBER) -> list[Json]:
    """The reminders that a chat got."""
    return [
        message for message in harness.said(chat_id) if re.search(r"\d+ years (ago|on)|anniversary", message["text"])
    ]


async def walk(harness: Harness, chat_id: int, message: Json, *labels: str, user_id: int | None = None) -> Json:
    """Press these buttons in turn, each on the message the previous one left; return the message as then shown."""
    for label in labels:
        await harness.press(chat_id, harness.current(chat_id, message), label, user_id)
    return harness.current(chat_id, message)


async def load_settings(harness: Harness, chat_id: int) -> ChatSettings:
    async with connect.open_database(harness.database_url, exclusive=False) as db, connect.reading(db) as connection:
        return await settings.load(connection, chat_id)


@pytest.fixture
def channel(harness: Harness) -> int:
    """A channel that Ada owns and Mina reads."""
    groups.create_chat(harness.world, CHANNEL, "News", ADMIN, kind="channel")
    groups.join(harness.world, MEMBER, CHANNEL)
    groups.add_bot(harness.world, CHANNEL, ADMIN)
    return CHANNEL


async def test_the_reminder_comes_once_at_the_hour_and_in_the_zone_that_were_chosen(harness):
    people.add_crowd(harness.world, 1)
    harness.clock.set(on(2, 20))
    async with harness.running_bot():
        for chat_id in (MEMBER, ADMIN, OTHER):
            await harness.answer(chat_id, "/subscribe")
        menu = await walk(harness, MEMBER, await harness.answer(MEMBER, "/reminders"), "Hour", "07")
        assert "at 07:00\nTime zone: Baku (not chosen yet: /timezone)" in menu["text"]
        place = await walk(harness, MEMBER, await harness.answer(MEMBER, "/timezone"), "Germany", "Yes")
        assert place["text"] == "Reminders now come at 07:00 by the clock of Berlin."
        assert "at 07:00\nTime zone: Berlin\n" in (await walk(harness, MEMBER, place, "Settings"))["text"]
        await walk(harness, OTHER, await harness.answer(OTHER, "/reminders"), "Hour", "23")

        harness.clock.set(on(2, 26, 9, 59))
        await harness.wait_until(lambda: reminders(harness, ADMIN))
        assert reminders(harness) == [], "in Berlin it is one minute to seven"
        harness.clock.set(on(2, 26, 10))
        await harness.wait_until(lambda: reminders(harness))
        harness.clock.set(on(2, 26, 23))
        await harness.wait_until(lambda: reminders(harness, OTHER))

    assert [len(reminders(harness, chat_id)) for chat_id in (MEMBER, ADMIN, OTHER)] == [1, 1, 1]


async def test_a_city_can_be_typed_in_any_script(harness):
    async with harness.running_bot():
        question = await harness.answer(MEMBER, "/timezone бакы")
        assert question["text"].startswith("Baku, Azerbaijan\nIs it ")
        answer = await walk(harness, MEMBER, question, "Yes")

    assert answer["text"] == "The clock of Baku is used here."
    assert (await load_settings(harness, MEMBER)).zone == "Asia/Baku"


async def test_of_several_places_one_is_chosen(harness):
    async with harness.running_bot():
        question = await harness.answer(MEMBER, "/timezone Paris")
        await walk(harness, MEMBER, question, "Paris, United States", "No", "Type my city")
        question = await harness.answer(MEMBER, "/timezone Paris")
        await walk(harness, MEMBER, question, "Paris, France", "Yes")

    assert (await load_settings(harness, MEMBER)).zone == "Europe/Paris"


async def test_a_city_can_be_the_answer_to_our_question(harness):
    async with harness.running_bot():
        menu = await harness.answer(MEMBER, "/timezone")
        await harness.press(MEMBER, menu, "Type my city")
        question = harness.said(MEMBER)[-1]
        assert "Which city do you live in" in question["text"]
        answer = await harness.answer(MEMBER, "tokyo", reply_to=question["message_id"])
        await walk(harness, MEMBER, answer, "Yes")

    assert (await load_settings(harness, MEMBER)).zone == "Asia/Tokyo"


async def test_our_question_opens_the_field_for_the_answer(harness):
    async with harness.running_bot():
        menu = await harness.answer(MEMBER, "/timezone")
        await harness.press(MEMBER, menu, "Type my city")

    assert harness.world.reply_prompts.get(MEMBER) == harness.said(MEMBER)[-1]["message_id"]


async def test_a_location_can_be_shared(harness):
    async with harness.running_bot():
        before = len(harness.said(MEMBER))
        people.send(harness.world, MEMBER, MEMBER, {"location": {"latitude": 35.68, "longitude": 139.69}})
        await harness.wait_until(lambda: len(harness.said(MEMBER)) > before)
        await walk(harness, MEMBER, harness.said(MEMBER)[before], "Yes")

    assert (await load_settings(harness, MEMBER)).zone == "Asia/Tokyo"


async def test_a_notice_a_week_before_is_switched_on_and_the_rest_of_the_year_skipped(harness):
    harness.clock.set(on(2, 18))
    async with harness.running_bot():
        for chat_id in (MEMBER, ADMIN):
            await harness.answer(chat_id, "/subscribe")
        await walk(harness, MEMBER, await harness.answer(MEMBER, "/reminders"), "A week before")
        harness.clock.set(on(2, 19, 9))
        await harness.wait_until(lambda: reminders(harness))
        (notice,) = reminders(harness)
        assert "In a week: the night from 25 February to 26 February 2026 · 34 years on" in notice["text"]
        await harness.press(MEMBER, notice, "Skip 2026")
        told = "Nothing more about “Khojaly day of remembrance” in 2026. It comes again in 2027."
        assert harness.said(MEMBER)[-1]["text"] == told

        harness.clock.set(on(2, 26, 9))
        await harness.wait_until(lambda: reminders(harness, ADMIN))
    assert len(reminders(harness)) == 1
    assert len(reminders(harness, ADMIN)) == 1

    harness.clock.set(on(2, 19, 9, year=2027))
    async with harness.running_bot():
        await harness.wait_until(lambda: "35 years on" in harness.said(MEMBER)[-1]["text"])


async def test_moving_the_hour_to_the_past_brings_the_reminder_once_and_at_once(harness):
    harness.clock.set(on(2, 20))
    async with harness.running_bot():
        for chat_id in (MEMBER, ADMIN):
            await harness.answer(chat_id, "/subscribe")
        harness.clock.set(on(2, 26, 8))
        await walk(harness, MEMBER, await harness.answer(MEMBER, "/reminders"), "Hour", "07")
        await harness.wait_until(lambda: reminders(harness))
        harness.clock.set(on(2, 26, 9))
        await harness.wait_until(lambda: reminders(harness, ADMIN))
        await walk(harness, MEMBER, await harness.answer(MEMBER, "/reminders"), "Hour", "10")
        harness.clock.set(on(2, 26, 10))
        await walk(harness, ADMIN, await harness.answer(ADMIN, "/reminders"), "Hour", "08")

    assert len(reminders(harness)) == len(reminders(harness, ADMIN)) == 1


async def test_the_settings_of_a_group_are_changed_by_its_admins_only(harness, group):
    async with harness.running_bot():
        refused = await harness.answer(group, "/reminders", MEMBER)
        assert "Only admins can do that here" in refused["text"]
        menu = await harness.answer(group, "/reminders", ADMIN)
        for data in ("reminders:h.7", "zone:y.Asia/Tokyo", "+skip:khojaly:2027", "reminders"):
            note = await harness.press_data(group, menu, data, MEMBER)
            assert "Only admins can do that here" in note["text"]
        assert await load_settings(harness, group) == ChatSettings()
        menu = await walk(harness, group, menu, "Hour", "07", user_id=ADMIN)

    assert "at 07:00" in menu["text"]
    assert (await load_settings(harness, group)).hour == 7


async def test_in_a_group_only_an_admin_answers_our_question(harness, group):
    async with harness.running_bot():
        menu = await harness.answer(group, "/timezone", ADMIN)
        await harness.press(group, menu, "Type my city", ADMIN)
        question = harness.said(group)[-1]["message_id"]
        refused = await harness.answer(group, "Tokyo", MEMBER, reply_to=question)
        found = await harness.answer(group, "Tokyo", ADMIN, reply_to=question)

    assert "Only admins can do that here" in refused["text"]
    assert found["text"].startswith("Tokyo, Japan")


async def posted(harness: Harness, channel: int, text: str) -> Json:
    """The bot's answer to a post."""
    before = harness.world.tally.deliveries.get(channel, 0)
    groups.post(harness.world, channel, text)
    await harness.wait_until(lambda: harness.world.tally.deliveries.get(channel, 0) > before)
    return list(harness.world.chats[channel].messages.values())[-1]


def current(harness: Harness, message: Json) -> Json:
    return harness.world.chats[CHANNEL].messages[message["message_id"]]


async def test_the_settings_of_a_channel_are_changed_in_place(harness, channel):
    async with harness.running_bot():
        menu = await posted(harness, channel, "/reminders")
        for data in ("reminders:h", "reminders:h.7", "zone", "zone:c.JP", "zone:y.Asia/Tokyo", "reminders"):
            assert (await harness.press_data(channel, menu, data, ADMIN))["text"] == ""
            await harness.wait_until(lambda seen=menu: current(harness, seen) != seen)
            menu = current(harness, menu)
        note = await harness.press_data(channel, menu, "reminders:h.8", MEMBER)

    assert "Only admins can do that here" in note["text"]
    assert "at 07:00\nTime zone: Tokyo" in menu["text"]
    assert harness.world.tally.deliveries[channel] == 1
    assert (await load_settings(harness, channel)).hour == 7


async def test_what_an_admin_of_a_channel_presses_is_noted_where_its_readers_need_not_know(harness, channel):
    async with harness.running_bot():
        menu = await posted(harness, channel, "/timezone")
        how = await harness.press_data(channel, menu, "zone:t", ADMIN)
        skipped = await harness.press_data(channel, menu, "+skip:khojaly:2027", ADMIN)

    assert how["text"] == "Post your city here like this: /timezone Baku"
    assert skipped["text"].startswith("Nothing more about “Khojaly day of remembrance” in 2027")
    assert harness.world.tally.deliveries[channel] == 1
    assert ("khojaly", 2027) in (await load_settings(harness, channel)).skipped


async def test_what_readers_of_a_channel_press_posts_nothing_there(harness, channel):
    async with harness.running_bot():
        menu = await posted(harness, channel, "/subscribe")
        for button in [*(button["callback_data"] for button in buttons(menu)), "+skip:khojaly:2027", "calendar"]:
            await harness.press_data(channel, menu, button, MEMBER)
        await harness.answer(ADMIN, "/about")

    assert harness.world.tally.deliveries[channel] == 1


async def test_the_days_come_as_a_file_by_a_command_and_by_a_button(harness):
    async with harness.running_bot():
        file = await harness.answer(MEMBER, "/next.ics")
        days = await harness.answer(MEMBER, "/next")
        await harness.press(MEMBER, days, "For my own calendar")
    other = harness.said(MEMBER)[-1]

    for message in (file, other):
        assert message["document"]["file_name"] == "remembrance.ics"
        data = harness.world.files.by_id[message["document"]["file_id"]].data
        assert data.startswith(b"BEGIN:VCALENDAR")
        assert data.count(b"BEGIN:VEVENT") == sum(day.default for day in harness.content.anniversaries)


async def test_the_coming_days_are_those_of_the_chats_own_calendar(harness):
    harness.clock.set(on(2, 26, 2))
    async with harness.running_bot():
        assert "34 years), today" in (await harness.answer(MEMBER, "/next"))["text"]
        await walk(harness, MEMBER, await harness.answer(MEMBER, "/timezone London"), "London, United Kingdom", "Yes")
        assert "34 years), tomorrow" in (await harness.answer(MEMBER, "/next"))["text"]


async def test_an_admin_reads_how_many_will_be_reminded_and_a_member_does_not(harness):
    harness.clock.set(on(2, 20))
    async with harness.running_bot():
        for chat_id in (MEMBER, ADMIN):
            await harness.answer(chat_id, "/subscribe")
        admins, members = await harness.answer(ADMIN, "/next"), await harness.answer(MEMBER, "/next")

    moment = "26 February 2026 at 09:00 (Asia/Baku time)"
    assert f"2 chats: the first on {moment}, the last on {moment}" in admins["text"]
    assert "chats" not in members["text"]


async def test_an_admin_sees_a_reminder_beforehand(harness):
    harness.clock.set(on(2, 20))
    async with harness.running_bot():
        plain = await harness.answer(ADMIN, "/preview")
        week = await harness.answer(ADMIN, "/preview en WEEK malibeyli-gushchular")
        wrong = await harness.answer(ADMIN, "/preview khojaly tomorrow <b>")
        member = await harness.answer(MEMBER, "/preview")

    assert "the night from 25 February to 26 February 2026 · 34 years ago" in plain["text"]
    assert week["text"].startswith("Malibeyli and Gushchular\nIn a week: 10 February 2027 · 35 years on")
    assert wrong["text"].startswith("I don't know “tomorrow <b>”.\nWrite /preview with a day (khojaly, khojaly-eve, ")
    assert reminders(harness, MEMBER) == []
    assert "/preview" not in member["text"]
