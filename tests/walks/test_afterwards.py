"""After a broadcast: chats that didn't get it, the list of broadcasts, the CSV, corrections and deletions."""

import csv
import datetime as dt
import io

import pytest

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox import attachments, people
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.faults import ANY_SEND, FaultKind, InjectedFault
from tests.support.broadcasts import compose, confirm_and_wait, count_in_state, report_numbers, subscribe
from tests.support.harness import ADMIN, MEMBER, Harness, buttons


async def finished(harness: Harness, question: Json, *, again: int = 0) -> dict[str, int]:
    """Wait for the report; with `again`, until no more than that many are uncertain or failed."""
    await harness.wait_until(lambda: "finished" in harness.current(ADMIN, question)["text"])
    return report_numbers(harness.current(ADMIN, question)["text"])


async def test_the_uncertain_are_written_to_again_only_when_an_admin_says_so(harness):
    crowd = people.add_crowd(harness.world, 10)
    await subscribe(harness, crowd)
    harness.world.faults.pending.append(
        InjectedFault(FaultKind.LOST_BEFORE, ANY_SEND, times=2, chats=frozenset({1001, 1002}))
    )
    async with harness.running_bot():
        question = await compose(harness)
        first = report_numbers(await confirm_and_wait(harness, question))
        await harness.press(ADMIN, harness.current(ADMIN, question), "Send again to the uncertain (2)")
        await harness.wait_until(lambda: report_numbers(harness.current(ADMIN, question)["text"])["sent"] == 10)
        await finished(harness, question)
        note = await harness.press_data(ADMIN, question, "broadcast:uncertain:1")

    assert (first["sent"], first["uncertain"]) == (8, 2)
    assert [harness.world.tally.deliveries[chat] for chat in crowd] == [1] * 10
    assert "Send again" not in str(buttons(harness.current(ADMIN, question)))
    assert "decided already" in note["text"]


async def test_the_failed_that_may_recover_are_tried_again_and_the_blocked_are_not(harness):
    await subscribe(harness, people.add_crowd(harness.world, 5))
    people.block(harness.world, 1001)
    words = "Bad Request: not enough rights to send text messages to the chat"
    harness.world.faults.pending.append(
        InjectedFault(FaultKind.REFUSED, ANY_SEND, chats=frozenset({1002}), code=400, description=words)
    )
    harness.world.updates.clear()
    async with harness.running_bot():
        question = await compose(harness)
        first = report_numbers(await confirm_and_wait(harness, question))
        await harness.press(ADMIN, harness.current(ADMIN, question), "Retry the failed that may recover (1)")
        await harness.wait_until(lambda: report_numbers(harness.current(ADMIN, question)["text"])["sent"] == 4)
        report = await finished(harness, question)

    assert (first["sent"], first["failed"]) == (3, 2)
    assert report == {"sent": 4, "failed": 1, "audience": 5}


async def test_the_list_opens_to_a_ledger_by_reason_and_language(harness):
    await subscribe(harness, people.add_crowd(harness.world, 5))
    people.block(harness.world, 1003)
    harness.world.updates.clear()
    async with harness.running_bot():
        for text in ("first", "second"):
            await confirm_and_wait(harness, await compose(harness, text))
        listed = await harness.answer(ADMIN, "/broadcasts")
        await harness.press(ADMIN, listed, "1")
        opened = harness.current(ADMIN, listed)
        await harness.press(ADMIN, opened, "All broadcasts")

    assert "4 of 5 sent" in listed["text"]
    assert "4 of 4 sent" in listed["text"]
    assert listed["text"].index("Broadcast 2") < listed["text"].index("Broadcast 1")
    assert "1 × the member blocked the bot" in opened["text"]
    assert harness.current(ADMIN, listed)["text"] == listed["text"]


async def test_nothing_sent_yet_is_said(harness):
    async with harness.running_bot():
        answer = await harness.answer(ADMIN, "/broadcasts")
        gone = await harness.press_data(ADMIN, answer, "broadcast:open:99")
        member = await harness.answer(MEMBER, "/broadcasts")
        help_text = await harness.answer(MEMBER, "/help")

    assert "Nothing has been sent" in answer["text"]
    assert "no such message" in gone["text"]
    assert member["text"] == help_text["text"]


async def test_the_whole_ledger_comes_as_a_table(harness):
    await subscribe(harness, people.add_crowd(harness.world, 3))
    people.block(harness.world, 1002)
    harness.world.updates.clear()
    async with harness.running_bot():
        await confirm_and_wait(harness, await compose(harness))
        listed = await harness.answer(ADMIN, "/broadcasts")
        await harness.press_data(ADMIN, listed, "broadcast:csv:1")
        await harness.wait_until(lambda: "document" in harness.said(ADMIN)[-1])
    file = harness.world.files.by_id[harness.said(ADMIN)[-1]["document"]["file_id"]]
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))

    assert file.name == "outreachbot-1.csv"
    assert [(row["chat"], row["state"], row["reason"]) for row in rows] == [
        ("1001", "sent", ""),
        ("1002", "failed", "blocked"),
        ("1003", "sent", ""),
    ]


async def test_every_copy_is_corrected_and_the_correction_has_its_own_ledger(harness):
    crowd = people.add_crowd(harness.world, 4)
    await subscribe(harness, crowd)
    async with harness.running_bot():
        await confirm_and_wait(harness, await compose(harness, "We meet at <b>eigth</b>"))
        people.block(harness.world, 1004)
        listed = await harness.answer(ADMIN, "/broadcasts")
        await harness.press(ADMIN, listed, "1")
        await harness.press(ADMIN, harness.current(ADMIN, listed), "Correct it")
        await harness.wait_until(lambda: "replaces the text" in harness.said(ADMIN)[-1]["text"])
        before = len(harness.said(ADMIN))
        people.say(harness.world, ADMIN, ADMIN, "We meet at <b>eight</b>", html=True)
        await harness.wait_until(lambda: len(harness.said(ADMIN)) == before + 2)
        question = harness.said(ADMIN)[-1]
        await harness.press(ADMIN, question, "Correct 4 copies")
        report = await finished(harness, question)
    texts = [harness.said(chat)[0] for chat in crowd]

    assert [message["text"] for message in texts] == ["We meet at eight"] * 3 + ["We meet at eigth"]
    assert "Unsubscribe" in str(buttons(texts[0]))
    assert report == {"corrected": 3, "skipped": 1, "audience": 4}
    assert "Correction of broadcast 1: finished" in harness.current(ADMIN, question)["text"]


async def test_a_lost_answer_to_a_correction_is_no_uncertainty(harness):
    await subscribe(harness, people.add_crowd(harness.world, 3))
    async with harness.running_bot():
        await confirm_and_wait(harness, await compose(harness, "wrong"))
        listed = await harness.answer(ADMIN, "/broadcasts")
        await harness.press_data(ADMIN, listed, "broadcast:correct:1")
        await harness.wait_until(lambda: "replaces the text" in harness.said(ADMIN)[-1]["text"])
        before = len(harness.said(ADMIN))
        people.say(harness.world, ADMIN, ADMIN, "right")
        await harness.wait_until(lambda: len(harness.said(ADMIN)) == before + 2)
        harness.world.faults.pending.append(
            InjectedFault(FaultKind.LOST_AFTER, "editMessageText", times=1, chats=frozenset({1002}))
        )
        question = harness.said(ADMIN)[-1]
        await harness.press(ADMIN, question, "Correct 3 copies")
        report = await finished(harness, question)

    assert report == {"corrected": 3, "audience": 3}
    assert [harness.said(chat)[0]["text"] for chat in (1001, 1002, 1003)] == ["right"] * 3


async def test_every_copy_is_deleted_within_48_hours_and_not_offered_later(harness):
    crowd = people.add_crowd(harness.world, 3)
    await subscribe(harness, crowd)
    async with harness.running_bot():
        await confirm_and_wait(harness, await compose(harness))
        listed = await harness.answer(ADMIN, "/broadcasts")
        await harness.press(ADMIN, listed, "1")
        await harness.press(ADMIN, harness.current(ADMIN, listed), "Delete the copies")
        await harness.press(ADMIN, harness.current(ADMIN, listed), "Delete 3 copies")
        report = await finished(harness, listed)
        left = [harness.said(chat) for chat in crowd]
        await confirm_and_wait(harness, await compose(harness, "second"))
        harness.clock.ahead = dt.timedelta(hours=49)
        late = await harness.answer(ADMIN, "/broadcasts")
        await harness.press(ADMIN, late, "3")

    assert report == {"deleted": 3, "audience": 3}
    assert left == [[], [], []]
    assert "Delete" not in str(buttons(harness.current(ADMIN, late)))


async def test_an_album_goes_out_whole_with_its_caption_and_its_way_out(harness):
    await subscribe(harness, people.add_crowd(harness.world, 2))
    async with harness.running_bot():
        await harness.answer(ADMIN, "/broadcast")
        attachments.send_album(harness.world, ADMIN, ADMIN, ["One picture", ""])
        harness.clock.ahead += dt.timedelta(seconds=2)
        await harness.wait_until(lambda: len(harness.said(ADMIN)) == 4)
        question = harness.said(ADMIN)[-1]
        report = report_numbers(await confirm_and_wait(harness, question))
        copies = harness.said(1001)
        await harness.press_data(ADMIN, question, "broadcast:open:1")
        await harness.press_data(ADMIN, question, "broadcast:delete:1")
        await harness.wait_until(lambda: "Delete 2 copies" in str(buttons(harness.current(ADMIN, question))))
        await harness.press(ADMIN, harness.current(ADMIN, question), "Delete 2 copies")
        await harness.wait_until(lambda: "Deletion" in harness.current(ADMIN, question)["text"])
        await finished(harness, question)

    assert report == {"sent": 2, "audience": 2}
    assert [message["caption"] for message in copies if "caption" in message] == [
        "One picture\n\nNo more of these: /unsubscribe"
    ]
    assert len({message["media_group_id"] for message in copies}) == 1
    assert harness.said(1001) == harness.said(1002) == []


async def test_a_film_and_a_link_button_go_out_as_they_are(harness):
    await subscribe(harness, people.add_crowd(harness.world, 1))
    async with harness.running_bot():
        await harness.answer(ADMIN, "/broadcast")
        attachments.send_video(harness.world, ADMIN, ADMIN, "Watch\n[Read more] https://example.org/a")
        await harness.wait_until(lambda: len(harness.said(ADMIN)) == 3)
        await confirm_and_wait(harness, harness.said(ADMIN)[-1])
    copy = harness.said(1001)[0]

    assert copy["video"]
    assert copy["caption"] == "Watch"
    assert [button.get("url") for button in buttons(copy)] == ["https://example.org/a", None]


async def test_a_button_without_an_address_is_refused_before_anything_is_sent(harness):
    await subscribe(harness, people.add_crowd(harness.world, 1))
    async with harness.running_bot():
        await harness.answer(ADMIN, "/broadcast")
        answer = await harness.answer(ADMIN, "Hello\n[Read more] nowhere")
        question = await compose(harness, "Hello\n[Read more] https://example.org/")

    assert "Read more" in answer["text"]
    assert "https://" in answer["text"]
    assert "It goes to 1 chat" in question["text"]


@pytest.mark.parametrize("verb", ["pause", "resume", "stop", "uncertain", "failed", "csv", "correct", "delete", "now"])
async def test_a_button_about_nothing_does_nothing(harness, verb):
    async with harness.running_bot():
        message = await harness.answer(ADMIN, "/help")
        for number in ("99", "", "x", "9" * 30, "1:2:3"):
            note = await harness.press_data(ADMIN, message, f"broadcast:{verb}:{number}")
            assert note["text"]

    assert await count_in_state(harness, DeliveryState.SENT) == 0
