"""Commands from start to end: what members ask, and what they read."""

import pytest

from outreachbot.sandbox import people
from outreachbot.sandbox.faults import ANY_SEND, FaultKind, InjectedFault
from outreachbot.store import chats
from outreachbot.store.database import connect
from tests.support.harness import MEMBER, buttons


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/start", "Starting the bot subscribes you to nothing"),
        ("/help", "/privacy"),
        ("/about", "Run by"),
        ("/privacy", "/unsubscribe"),
        ("/facts", "36 facts"),
        ("/timeline", "October 1991"),
        ("/campaign", "elected officials"),
        ("/letter", "[Your name]"),
        ("/next", "26 February"),
        ("/nonsense", "/help"),
        ("just words", "/help"),
    ],
)
async def test_everything_a_member_writes_is_answered(harness, command, words):
    async with harness.running_bot():
        answer = await harness.answer(MEMBER, command)

    assert words in answer["text"]


async def test_start_subscribes_nobody(harness):
    async with harness.running_bot():
        await harness.answer(MEMBER, "/start")

    async with connect.open_database(harness.database_url) as db, connect.reading(db) as connection:
        assert await chats.find(connection, MEMBER) is None


async def test_facts_are_paged_in_place(harness):
    async with harness.running_bot():
        topics = await harness.answer(MEMBER, "/facts")
        await harness.press(MEMBER, topics, "How many died")
        first = harness.current(MEMBER, topics)
        await harness.press(MEMBER, first, "›")
        second = harness.current(MEMBER, topics)

    assert "1 / 6" in str(buttons(first))
    assert "2 / 6" in str(buttons(second))
    assert len(harness.said(MEMBER)) == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [("deaths", "fact 11"), ("12", "fact 12"), ("DEATHS-HRW", "fact 12"), ("children", "facts for “children”")],
)
async def test_facts_go_straight_there(harness, query, words):
    async with harness.running_bot():
        answer = await harness.answer(MEMBER, f"/facts {query}")

    assert words in answer["text"]


async def test_figures_that_differ_stand_side_by_side_with_their_source(harness):
    async with harness.running_bot():
        answer = await harness.answer(MEMBER, "/facts deaths-hrw")

    assert "at least 161" in answer["text"]
    assert "500–1,000" in answer["text"]
    assert any(entity["type"] == "text_link" for entity in answer["entities"])


async def test_timeline_begins_with_the_month_asked_for(harness):
    async with harness.running_bot():
        answer = await harness.answer(MEMBER, "/timeline 1992-02")

    assert answer["text"].split("\n\n")[1].startswith("10 February 1992")


async def test_timeline_has_earlier_and_later(harness):
    async with harness.running_bot():
        page = await harness.answer(MEMBER, "/timeline")
        await harness.press(MEMBER, page, "›")
        later = harness.current(MEMBER, page)["text"]
        await harness.press(MEMBER, harness.current(MEMBER, page), "‹")

    assert later != page["text"]
    assert harness.current(MEMBER, page)["text"] == page["text"]


async def test_campaign_has_its_link_and_shows_the_letter_below(harness, content):
    async with harness.running_bot():
        campaign = await harness.answer(MEMBER, "/campaign")
        await harness.press(MEMBER, campaign, "letter")

    assert content.campaign.link in str(buttons(campaign))
    assert "[Your name]" in harness.said(MEMBER)[1]["text"]


async def test_subscribing_says_what_comes_and_unsubscribing_asks_nothing(harness):
    async with harness.running_bot():
        first = await harness.answer(MEMBER, "/subscribe")
        again = await harness.answer(MEMBER, "/subscribe")
        coming = await harness.answer(MEMBER, "/next")
        gone = await harness.answer(MEMBER, "/unsubscribe")

    assert "26 February" in first["text"]
    assert "already" in again["text"]
    assert "When: on the day, at 09:00" in coming["text"]
    assert gone["text"].startswith("Unsubscribed")


async def test_buttons_lead_somewhere_kind_when_the_content_has_changed(harness):
    async with harness.running_bot():
        message = await harness.answer(MEMBER, "/facts")
        await harness.press_data(MEMBER, message, "fact:that-is-gone")
        await harness.wait_until(lambda: harness.current(MEMBER, message)["text"] != message["text"])

    assert "no longer here" in harness.current(MEMBER, message)["text"]


@pytest.mark.parametrize(
    "data",
    ["", "nonsense", "facts:" + "x" * 50, "timeline:99999999999999999", "timeline:-1", "fact:<b>", "broadcast:send:1",
     "broadcast:send:999999999999999999999", "+", "facts::::", "here", "ünïcödé:ß", "timeline:٣"],
)  # fmt: skip
async def test_forged_buttons_do_no_harm(harness, data):
    async with harness.running_bot():
        message = await harness.answer(MEMBER, "/facts")
        await harness.press_data(MEMBER, message, data or "x")
        answer = await harness.answer(MEMBER, "/facts 1")

    assert "fact 1" in answer["text"]


@pytest.mark.parametrize(
    "text",
    ["/facts <b>", "/facts </b><script>", "/facts &amp; &lt;", "/timeline <i>", "/facts " + "x" * 4000,
     "/facts \u202e\u0000zalgo", "/facts {0} {query} %s", "/timeline 9999-99", "/facts 99999999999999", "😀" * 2000],
)  # fmt: skip
async def test_hostile_words_are_only_words(harness, text):
    async with harness.running_bot():
        answer = await harness.answer(MEMBER, text)

    assert answer["text"]


async def test_hostile_names_are_only_names(harness):
    people.add_person(harness.world, 66, "<b>&{0}%s", last_name="</a>", username="x")
    people.start(harness.world, 66)
    async with harness.running_bot():
        await harness.wait_until(lambda: harness.said(66))
        answer = await harness.answer(66, "/help")

    assert "/facts" in answer["text"]


async def test_replies_of_one_chat_keep_their_order(harness):
    numbers = [str(n) for n in range(1, 21)]
    async with harness.running_bot():
        for number in numbers:
            people.say(harness.world, MEMBER, MEMBER, f"/facts {number}")
        await harness.wait_until(lambda: len(harness.said(MEMBER)) == len(numbers))

    assert [message["text"].split("fact ")[1].split("\n")[0] for message in harness.said(MEMBER)] == numbers


async def test_a_slow_chat_keeps_nobody_waiting(harness):
    people.add_person(harness.world, 12, "Slow")
    people.start(harness.world, 12)
    harness.world.updates.clear()
    harness.world.faults.pending.append(InjectedFault(FaultKind.SLOW, ANY_SEND, chats=frozenset({12}), seconds=3.0))
    async with harness.running_bot():
        people.say(harness.world, 12, 12, "/help")
        people.say(harness.world, 12, 12, "/about")
        await harness.answer(MEMBER, "/help")
        await harness.answer(MEMBER, "/about")
        said_to_the_slow_one = len(harness.said(12))

    assert said_to_the_slow_one == 1
    assert len(harness.said(12)) == 2


async def test_a_reply_waits_for_a_429_and_comes(harness):
    harness.world.faults.pending.append(InjectedFault(FaultKind.TOO_MANY, ANY_SEND, seconds=1))
    async with harness.running_bot():
        answer = await harness.answer(MEMBER, "/help")

    assert "/facts" in answer["text"]
    assert harness.world.tally.errors[429] == 1


async def test_a_reply_that_may_have_arrived_is_not_repeated(harness):
    harness.world.faults.pending.append(InjectedFault(FaultKind.LOST_AFTER, ANY_SEND))
    async with harness.running_bot():
        await harness.answer(MEMBER, "/help")
        await harness.answer(MEMBER, "/about")

    assert len(harness.said(MEMBER)) == 2
