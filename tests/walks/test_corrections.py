"""A member reports a mistake and the admins answer it; everybody can read the corrections."""

import datetime as dt

import pytest
import sqlalchemy as sa

from outreachbot.domain.content.model import Content, Correction
from outreachbot.sandbox import groups, people
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, FaultKind, InjectedFault
from outreachbot.store import tables
from outreachbot.store.database import connect
from tests.support.harness import ADMIN, MEMBER, Harness, buttons

OTHER, STRANGER = 33, 44
GROUP, CHANNEL = -1001, -1002
FACT = "deaths-hrw"


@pytest.fixture(autouse=True)
def neighbours(harness: Harness) -> None:
    """A second admin, and somebody who has nothing to do with it."""
    for user_id, name in ((OTHER, "Olga"), (STRANGER, "Sam")):
        people.add_person(harness.world, user_id, name, language="en")
        people.start(harness.world, user_id)
    harness.world.updates.clear()
    harness.admins = frozenset({ADMIN, OTHER})


async def asked(harness: Harness, user_id: int = MEMBER, fact: str = FACT) -> Json:
    """Open a fact and press the button below it; return the bot's answer."""
    shown = await harness.answer(user_id, f"/facts {fact}")
    await harness.press(user_id, shown, "Report a mistake")
    return harness.said(user_id)[-1]


async def reply(harness: Harness, user_id: int, question: Json, words: str) -> Json:
    return await harness.answer(user_id, words, reply_to=question["message_id"])


async def report(harness: Harness, words: str = "It was 162.", user_id: int = MEMBER, fact: str = FACT) -> Json:
    """Report a mistake; return the bot's answer."""
    return await reply(harness, user_id, await asked(harness, user_id, fact), words)


def told(harness: Harness, admin: int = ADMIN) -> list[Json]:
    """The reports that an admin has got."""
    return [message for message in harness.said(admin) if message["text"].startswith("Report ")]


async def alarm(harness: Harness, admin: int = ADMIN) -> Json:
    await harness.wait_until(lambda: told(harness, admin))
    return told(harness, admin)[-1]


async def answer_asked(harness: Harness, admin: int = ADMIN) -> Json:
    """Let the admin press Answer; return the question that follows."""
    await harness.press(admin, await alarm(harness, admin), "Answer")
    return harness.said(admin)[-1]


def data(message: Json, label: str) -> str:
    return next(button["callback_data"] for button in buttons(message) if label in button["text"])


async def count(harness: Harness, table: str) -> int:
    async with connect.open_database(harness.database_url, exclusive=False) as db, connect.reading(db) as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table)))


async def test_a_report_reaches_both_admins_and_one_answer_reaches_the_member(harness):
    async with harness.running_bot():
        question = await asked(harness)
        assert question["text"].endswith(
            "What is wrong with fact 12 (deaths-hrw)? Answer to this message, if you can with a source."
        )
        thanks = await reply(harness, MEMBER, question, "It was 162, says page 3.")
        assert thanks["text"].startswith("Thank you.")
        for admin in (ADMIN, OTHER):
            alert = await alarm(harness, admin)
            assert alert["text"] == "Report 1 · fact 12 (deaths-hrw)\nFrom chat 11:\nIt was 162, says page 3."

        arrived = await reply(harness, ADMIN, await answer_asked(harness), "Right, thank you!")
        assert arrived["text"] == "Your answer to report 1 has arrived."
        answer = harness.said(MEMBER)[-1]
        assert answer["text"] == (
            "Answer to your report about fact 12 (deaths-hrw)\nIt was 162, says page 3.\nRight, thank you!"
        )
        await harness.press(MEMBER, answer, "The fact")
        assert "fact 12" in harness.said(MEMBER)[-1]["text"]

        note = await harness.press_data(OTHER, await alarm(harness, OTHER), "reports:answer:1")
        assert note["text"].startswith("This report was answered already, on ")

    assert len(told(harness)) == len(told(harness, OTHER)) == 1


async def test_of_two_admins_who_write_an_answer_one_answers(harness):
    async with harness.running_bot():
        await report(harness)
        questions = {admin: await answer_asked(harness, admin) for admin in (ADMIN, OTHER)}
        first = await reply(harness, ADMIN, questions[ADMIN], "Yes")
        second = await reply(harness, OTHER, questions[OTHER], "No")

    assert "has arrived" in first["text"]
    assert "answered already" in second["text"]
    assert harness.said(MEMBER)[-1]["text"].endswith("\nYes")


async def test_the_formatting_of_an_answer_arrives(harness):
    async with harness.running_bot():
        await report(harness)
        question = await answer_asked(harness)
        await harness.answer(ADMIN, "<b>No:</b> 1 &lt; 2 &amp; so on", reply_to=question["message_id"], html=True)
        (*_, answer) = harness.said(MEMBER)

    assert answer["text"].endswith("\nNo: 1 < 2 & so on")
    assert any(entity["type"] == "bold" and entity["offset"] > 40 for entity in answer["entities"])


@pytest.mark.parametrize(
    "words", ["<b>No</b>", "</blockquote><a href='x'>", "&lt; {0} {n} %s \\", "a\x00b", "🌉\n" * 300]
)
async def test_hostile_words_are_only_words(harness, words):
    async with harness.running_bot():
        await report(harness, words)
        seen = (await alarm(harness))["text"]
        await reply(harness, ADMIN, await answer_asked(harness), words)
        answer = harness.said(MEMBER)[-1]["text"]

    plain = words.replace("\0", "").strip()
    assert seen == f"Report 1 · fact 12 (deaths-hrw)\nFrom chat 11:\n{plain}"
    assert answer.startswith(f"Answer to your report about fact 12 (deaths-hrw)\n{plain}\n")


async def test_in_a_group_the_private_chat_opens_and_nothing_is_posted(harness):
    groups.create_chat(harness.world, GROUP, "Neighbours", ADMIN)
    groups.join(harness.world, MEMBER, GROUP)
    groups.add_bot(harness.world, GROUP, ADMIN)
    async with harness.running_bot():
        shown = await harness.answer(GROUP, f"/facts {FACT}", MEMBER)
        press = await harness.press_data(GROUP, shown, data(shown, "Report a mistake"), MEMBER)
        assert press["url"] == f"https://t.me/{harness.world.username}?start=report_{FACT}"
        people.start(harness.world, MEMBER, f"report_{FACT}")
        await harness.wait_until(lambda: harness.said(MEMBER))
        assert "What is wrong with fact 12" in harness.said(MEMBER)[-1]["text"]
        typed = await harness.answer(GROUP, f"/start report_{FACT}", MEMBER)

    assert "What is wrong" not in typed["text"]
    assert len(harness.said(GROUP)) == 2


async def test_what_a_reader_of_a_channel_presses_opens_the_private_chat(harness):
    groups.create_chat(harness.world, CHANNEL, "News", ADMIN, kind="channel")
    groups.join(harness.world, MEMBER, CHANNEL)
    groups.add_bot(harness.world, CHANNEL, ADMIN)
    async with harness.running_bot():
        groups.post(harness.world, CHANNEL, "/subscribe")
        await harness.wait_until(lambda: harness.world.tally.deliveries.get(CHANNEL))
        post = list(harness.world.chats[CHANNEL].messages.values())[-1]
        press = await harness.press_data(CHANNEL, post, f"+report:{FACT}", MEMBER)

    assert press["url"].endswith(f"?start=report_{FACT}")
    assert harness.world.tally.deliveries[CHANNEL] == 1


async def test_a_start_code_may_be_called_report(harness):
    async with harness.running_bot():
        welcome = await harness.answer(MEMBER, "/start")
        assert (await harness.answer(MEMBER, "/start report"))["text"] == welcome["text"]


async def test_a_chat_reports_once_a_minute_and_five_times_a_day(harness):
    start = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    async with harness.running_bot():
        harness.clock.set(start)
        question = await asked(harness)
        assert "Thank you." in (await reply(harness, MEMBER, question, "one"))["text"]
        refused = await reply(harness, MEMBER, question, "two")
        assert refused["text"] == (
            "You have reported something a moment ago. Please come back in a minute.\n"
            "What you have just written was not passed on."
        )
        assert "a moment ago" in (await asked(harness))["text"], "nobody should write in vain"
        for minutes in (2, 4, 6, 8):
            harness.clock.set(start + dt.timedelta(minutes=minutes))
            assert "Thank you." in (await reply(harness, MEMBER, question, "more"))["text"]
        harness.clock.set(start + dt.timedelta(hours=23))
        assert "come back tomorrow" in (await reply(harness, MEMBER, question, "six"))["text"]
        assert "Thank you." in (await report(harness, user_id=STRANGER))["text"]
        harness.clock.set(start + dt.timedelta(hours=24, minutes=1))
        assert "Thank you." in (await reply(harness, MEMBER, question, "six"))["text"]
        await harness.wait_until(lambda: len(told(harness)) == 7)


async def test_a_crowd_of_reports_does_not_drown_the_admins(harness):
    async with connect.open_database(harness.database_url) as db, connect.writing(db) as transaction:
        row = {"fact_id": FACT, "message_id": 1, "language": "en", "words": "x"}
        at = harness.clock().timestamp() - 60
        for chat_id in range(1001, 1051):
            values = {**row, "chat_id": chat_id, "reported_at": at}
            await transaction.execute(tables.metadata.tables["reports"].insert().values(values))
    async with harness.running_bot():
        refused = await asked(harness)
        harness.clock.ahead += dt.timedelta(hours=1)
        await harness.press(MEMBER, refused, "Report a mistake")
        question = harness.said(MEMBER)[-1]

    assert "So many reports are coming in" in refused["text"]
    assert question["text"].startswith("What you write goes to the admins")


async def test_an_ignored_member_is_told_so_until_an_admin_stops_ignoring_them(harness):
    async with harness.running_bot():
        question = await asked(harness)
        await reply(harness, MEMBER, question, "You lie")
        harness.clock.ahead += dt.timedelta(minutes=2)
        await harness.press(ADMIN, await alarm(harness), "Ignore further reports")
        assert "Further reports of this person are ignored." in harness.current(ADMIN, told(harness)[0])["text"]

        for refused in (await reply(harness, MEMBER, question, "You lie"), await asked(harness)):
            assert refused["text"].startswith("The admins of this bot take no more reports from this chat.")
        assert "Thank you." in (await report(harness, user_id=STRANGER))["text"]

        olgas = (await alarm(harness, OTHER)) and told(harness, OTHER)[0]
        await harness.press(OTHER, olgas, "Ignore further reports")
        await harness.press(OTHER, harness.current(OTHER, olgas), "Hear this person again")
        assert "Thank you." in (await reply(harness, MEMBER, question, "Sorry"))["text"]
        await harness.wait_until(lambda: len(told(harness)) == 3)

    assert await count(harness, "reporters") == 0


async def test_an_answer_to_a_member_who_blocked_the_bot_is_told_and_can_be_given_later(harness):
    async with harness.running_bot():
        await report(harness)
        question = await answer_asked(harness)
        people.block(harness.world, MEMBER)
        refused = await reply(harness, ADMIN, question, "Right!")
        people.unblock(harness.world, MEMBER)
        await harness.press(ADMIN, refused, "Answer")
        arrived = await reply(harness, ADMIN, harness.said(ADMIN)[-1], "Right!")

    assert "did not arrive: the member has blocked the bot" in refused["text"]
    assert "has arrived" in arrived["text"]
    assert harness.said(MEMBER)[-1]["text"].endswith("Right!")


async def test_an_answer_that_may_have_arrived_is_not_sent_again_automatically(harness):
    async with harness.running_bot():
        await report(harness)
        question = await answer_asked(harness)
        harness.world.faults.pending.append(InjectedFault(FaultKind.LOST_AFTER, ANY_SEND, chats=frozenset({MEMBER})))
        perhaps = await reply(harness, ADMIN, question, "Right!")

    assert "may or may not have arrived" in perhaps["text"]
    assert [message["text"].endswith("Right!") for message in harness.said(MEMBER)].count(True) == 1


async def test_a_refused_answer_quotes_telegrams_description(harness):
    why = "Bad Request: the moon is too bright"
    refused = InjectedFault(FaultKind.REFUSED, ANY_SEND, ALWAYS, frozenset({MEMBER}), code=400, description=why)
    async with harness.running_bot():
        await report(harness)
        question = await answer_asked(harness)
        harness.world.faults.pending.append(refused)
        answer = await reply(harness, ADMIN, question, "Right!")

    assert why in answer["text"]
    assert data(answer, "Answer") == "reports:answer:1"


async def test_a_restart_between_question_and_answer_loses_nothing(harness):
    async with harness.running_bot():
        question = await asked(harness)
    async with harness.running_bot():
        await reply(harness, MEMBER, question, "It was 162.")
    async with harness.running_bot():
        question = await answer_asked(harness)
    async with harness.running_bot():
        await reply(harness, ADMIN, question, "Right!")

    assert harness.said(MEMBER)[-1]["text"].endswith("\nRight!")
    assert len(told(harness)) == len(told(harness, OTHER)) == 1


async def test_a_report_handled_twice_after_a_crash_counts_once(harness):
    async with harness.running_bot():
        await report(harness)
        await alarm(harness)
        (written,) = [
            message for message in harness.world.chats[MEMBER].messages.values() if message.get("text") == "It was 162."
        ]
        said = len(harness.said(MEMBER))
        people.feed(harness.world, {"message": written})
        await harness.wait_until(lambda: len(harness.said(MEMBER)) > said)

    assert harness.said(MEMBER)[said]["text"].startswith("Thank you.")
    assert len(told(harness)) == 1
    assert await count(harness, "reports") == 1


async def test_an_answer_handled_twice_after_a_crash_counts_once(harness):
    async with harness.running_bot():
        await report(harness)
        await reply(harness, ADMIN, await answer_asked(harness), "Right!")
        (written,) = [
            message for message in harness.world.chats[ADMIN].messages.values() if message.get("text") == "Right!"
        ]
        said = len(harness.said(ADMIN))
        people.feed(harness.world, {"message": written})
        await harness.wait_until(lambda: len(harness.said(ADMIN)) > said)

    assert harness.said(ADMIN)[said]["text"] == "Your answer to report 1 has arrived."


async def test_only_words_are_passed_on_and_not_too_many(harness):
    async with harness.running_bot():
        question = await asked(harness)
        before = len(harness.said(MEMBER))
        for content in (
            {"location": {"latitude": 1.0, "longitude": 2.0}},
            {
                "sticker": {
                    "file_id": "x",
                    "file_unique_id": "x",
                    "type": "regular",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                }
            },
        ):
            people.send(harness.world, MEMBER, MEMBER, content, reply_to=question["message_id"])
        await harness.wait_until(lambda: len(harness.said(MEMBER)) == before + 2)
        again = harness.said(MEMBER)[-1]
        long = await reply(harness, MEMBER, again, "x" * 1001)
        thanks = await reply(harness, MEMBER, long, "x" * 1000)
        admins = await reply(harness, ADMIN, await answer_asked(harness), "x" * 2501)
        arrived = await reply(harness, ADMIN, admins, "x" * 2500)

    assert again["text"].startswith("Please say it in words: only text can be passed on.")
    assert long["text"].startswith("That is too long: please write at most 1,000 characters.")
    assert thanks["text"].startswith("Thank you.")
    assert admins["text"].startswith("That is too long: please write at most 2,500 characters.")
    assert "has arrived" in arrived["text"]
    assert harness.said(MEMBER)[-1]["text"].endswith("x" * 2500)


async def test_a_fact_that_is_gone_can_not_be_reported(harness, content):
    async with harness.running_bot():
        question = await asked(harness, fact="event-night")
    harness.content = with_facts(content, [fact for fact in content.facts if fact.id != "event-night"])
    async with harness.running_bot():
        typed = await reply(harness, MEMBER, question, "No")
        message = await harness.answer(MEMBER, "/facts 1")
        await harness.press_data(MEMBER, message, "+report:event-night")
        await harness.wait_until(lambda: "no longer here" in harness.said(MEMBER)[-1]["text"])

    assert "no longer here" in typed["text"]
    assert await count(harness, "reports") == 0


async def test_without_admins_the_button_says_who_runs_the_bot(harness):
    harness.admins = frozenset()
    async with harness.running_bot():
        assert "Run by" in (await asked(harness))["text"]


@pytest.mark.parametrize(
    "forged",
    ["report", "+report:", "+report:<b>", "report:" + "x" * 50, "reports", "reports:answer", "reports:answer:-1",
     "reports:answer:" + "9" * 40, "reports:answer:٣", "reports:ignore:1:x", "reports:ignore:1", "reports:hear:1:-5",
     "reports:hear:x:11", "reports:ignore:1:" + "9" * 30, "corrections:-1", "corrections:99999999", "corrections:x"],
)  # fmt: skip
async def test_forged_buttons_do_no_harm(harness, forged):
    async with harness.running_bot():
        for user_id in (MEMBER, ADMIN):
            message = await harness.answer(user_id, "/facts")
            await harness.press_data(user_id, message, forged)
            people.say(harness.world, user_id, user_id, "/facts 1")
            await harness.wait_until(lambda who=user_id: "fact 1\n" in harness.said(who)[-1]["text"])

    assert await count(harness, "reports") == await count(harness, "reporters") == 0


async def test_a_member_can_neither_answer_nor_ignore(harness):
    async with harness.running_bot():
        await report(harness)
        question = await answer_asked(harness)
        message = await harness.answer(STRANGER, "/facts")
        for forged in ("reports:answer:1", f"reports:ignore:1:{MEMBER}"):
            assert "no longer leads anywhere" in (await harness.press_data(STRANGER, message, forged))["text"]
    harness.admins = frozenset({OTHER})
    async with harness.running_bot():
        assert "/facts" in (await reply(harness, ADMIN, question, "Wrong!"))["text"], "Ada is no admin any more"

    assert await count(harness, "reporters") == 0
    assert "Wrong" not in harness.said(MEMBER)[-1]["text"]


async def test_the_report_of_one_member_can_not_be_used_to_ignore_another(harness):
    async with harness.running_bot():
        await report(harness)
        note = await harness.press_data(ADMIN, await alarm(harness), f"reports:ignore:1:{STRANGER}")

    assert note["text"] == f"Reports of chat {STRANGER} are ignored from now on."
    assert "Further reports" not in harness.current(ADMIN, told(harness)[0])["text"]


async def test_after_ninety_days_a_report_is_gone_and_its_buttons_say_so(harness):
    async with harness.running_bot():
        await report(harness)
        question = await answer_asked(harness)
    harness.clock.ahead += dt.timedelta(days=90)
    async with harness.running_bot():
        while await count(harness, "reports"):
            pass  # until the first tidying
        before = len(harness.said(ADMIN))
        people.say(harness.world, ADMIN, ADMIN, "Right!", reply_to=question["message_id"])
        await harness.wait_until(lambda: len(harness.said(ADMIN)) > before)
        note = await harness.press_data(ADMIN, told(harness)[0], "reports:answer:1")
        await harness.press_data(ADMIN, told(harness)[0], f"reports:hear:1:{MEMBER}")

    assert "not kept any more" in note["text"]
    assert "not kept any more" in harness.said(ADMIN)[before]["text"]
    assert await count(harness, "reports") == 0


def with_facts(content: Content, facts: list) -> Content:
    return Content.model_validate(content.model_dump() | {"facts": tuple(facts)})


async def test_corrections_are_paged_and_lead_to_their_facts(harness, content):
    facts = [
        fact.model_copy(
            update={"corrected": (Correction(on=f"2026-05-{n:02}", was={"en": f"old {n}"}, why={"en": "x"}),)}
        )
        for n, fact in enumerate(content.facts[:7], 1)
    ]
    async with harness.running_bot():
        assert "No fact has been corrected yet." in (await harness.answer(MEMBER, "/corrections"))["text"]
        assert "/corrections" in (await harness.answer(MEMBER, "/help"))["text"]
    harness.content = with_facts(content, [*facts, *content.facts[7:]])
    async with harness.running_bot():
        page = await harness.answer(MEMBER, "/corrections")
        assert page["text"].split("\n\n")[1].startswith("7 May 2026 · fact 7")
        await harness.press(MEMBER, page, "›")
        older = harness.current(MEMBER, page)
        assert "old 1" in older["text"]
        await harness.press(MEMBER, older, "Fact 2")
        assert "Corrected on 2 May 2026\nIt said: “old 2”" in harness.said(MEMBER)[-1]["text"]
        linked = await harness.answer(MEMBER, "/start corrections_5")

    assert linked["text"] == older["text"]
