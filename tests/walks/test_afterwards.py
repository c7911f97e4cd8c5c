"""After a broadcast: who did not get it, the list of all, the table, corrections and deletions."""

import csv
import datetime as dt
import io

import pytest
from test_broadcast import compose, in_state, numbers, send, subscribe

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox import attachments, people
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.faults import ANY_SEND, FaultKind, InjectedFault
from town import ADMIN, MEMBER, Town, buttons


async def finished(town: Town, question: Json, *, again: int = 0) -> dict[str, int]:
    """Wait for the report; `again`: until no more than so many are uncertain or failed."""
    await town.until(lambda: "finished" in town.now(ADMIN, question)["text"])
    return numbers(town.now(ADMIN, question)["text"])


async def test_the_uncertain_are_written_to_again_only_when_an_admin_says_so(town):
    crowd = people.add_crowd(town.world, 10)
    await subscribe(town, crowd)
    town.world.faults.pending.append(
        InjectedFault(FaultKind.LOST_BEFORE, ANY_SEND, times=2, chats=frozenset({1001, 1002}))
    )
    async with town.bot():
        question = await compose(town)
        first = numbers(await send(town, question))
        await town.press(ADMIN, town.now(ADMIN, question), "Send again to the uncertain (2)")
        await town.until(lambda: numbers(town.now(ADMIN, question)["text"])["sent"] == 10)
        await finished(town, question)
        note = await town.press_data(ADMIN, question, "broadcast:uncertain:1")

    assert (first["sent"], first["uncertain"]) == (8, 2)
    assert [town.world.tally.deliveries[chat] for chat in crowd] == [1] * 10
    assert "Send again" not in str(buttons(town.now(ADMIN, question)))
    assert "decided already" in note["text"]


async def test_the_failed_that_may_recover_are_tried_again_and_the_blocked_are_not(town):
    await subscribe(town, people.add_crowd(town.world, 5))
    people.block(town.world, 1001)
    words = "Bad Request: not enough rights to send text messages to the chat"
    town.world.faults.pending.append(
        InjectedFault(FaultKind.REFUSED, ANY_SEND, chats=frozenset({1002}), code=400, description=words)
    )
    town.world.updates.clear()
    async with town.bot():
        question = await compose(town)
        first = numbers(await send(town, question))
        await town.press(ADMIN, town.now(ADMIN, question), "Retry the failed that may recover (1)")
        await town.until(lambda: numbers(town.now(ADMIN, question)["text"])["sent"] == 4)
        report = await finished(town, question)

    assert (first["sent"], first["failed"]) == (3, 2)
    assert report == {"sent": 4, "failed": 1, "audience": 5}


async def test_the_list_opens_to_a_ledger_by_reason_and_language(town):
    await subscribe(town, people.add_crowd(town.world, 5))
    people.block(town.world, 1003)
    town.world.updates.clear()
    async with town.bot():
        for text in ("first", "second"):
            await send(town, await compose(town, text))
        listed = await town.answer(ADMIN, "/broadcasts")
        await town.press(ADMIN, listed, "1")
        opened = town.now(ADMIN, listed)
        await town.press(ADMIN, opened, "All broadcasts")

    assert "4 of 5 sent" in listed["text"]
    assert "4 of 4 sent" in listed["text"]
    assert listed["text"].index("Broadcast 2") < listed["text"].index("Broadcast 1")
    assert "1 × the member blocked the bot" in opened["text"]
    assert town.now(ADMIN, listed)["text"] == listed["text"]


async def test_nothing_sent_yet_is_said(town):
    async with town.bot():
        answer = await town.answer(ADMIN, "/broadcasts")
        gone = await town.press_data(ADMIN, answer, "broadcast:open:99")
        member = await town.answer(MEMBER, "/broadcasts")
        help_text = await town.answer(MEMBER, "/help")

    assert "Nothing has been sent" in answer["text"]
    assert "no such message" in gone["text"]
    assert member["text"] == help_text["text"]


async def test_the_whole_ledger_comes_as_a_table(town):
    await subscribe(town, people.add_crowd(town.world, 3))
    people.block(town.world, 1002)
    town.world.updates.clear()
    async with town.bot():
        await send(town, await compose(town))
        listed = await town.answer(ADMIN, "/broadcasts")
        await town.press_data(ADMIN, listed, "broadcast:csv:1")
        await town.until(lambda: "document" in town.said(ADMIN)[-1])
    file = town.world.files.by_id[town.said(ADMIN)[-1]["document"]["file_id"]]
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))

    assert file.name == "outreachbot-1.csv"
    assert [(row["chat"], row["state"], row["reason"]) for row in rows] == [
        ("1001", "sent", ""),
        ("1002", "failed", "blocked"),
        ("1003", "sent", ""),
    ]


async def test_every_copy_is_corrected_and_the_correction_has_its_own_ledger(town):
    crowd = people.add_crowd(town.world, 4)
    await subscribe(town, crowd)
    async with town.bot():
        await send(town, await compose(town, "We meet at <b>eigth</b>"))
        people.block(town.world, 1004)
        listed = await town.answer(ADMIN, "/broadcasts")
        await town.press(ADMIN, listed, "1")
        await town.press(ADMIN, town.now(ADMIN, listed), "Correct it")
        await town.until(lambda: "replaces the text" in town.said(ADMIN)[-1]["text"])
        before = len(town.said(ADMIN))
        people.say(town.world, ADMIN, ADMIN, "We meet at <b>eight</b>", html=True)
        await town.until(lambda: len(town.said(ADMIN)) == before + 2)
        question = town.said(ADMIN)[-1]
        await town.press(ADMIN, question, "Correct 4 copies")
        report = await finished(town, question)
    texts = [town.said(chat)[0] for chat in crowd]

    assert [message["text"] for message in texts] == ["We meet at eight"] * 3 + ["We meet at eigth"]
    assert "Unsubscribe" in str(buttons(texts[0]))
    assert report == {"corrected": 3, "skipped": 1, "audience": 4}
    assert "Correction of broadcast 1: finished" in town.now(ADMIN, question)["text"]


async def test_a_lost_answer_to_a_correction_is_no_uncertainty(town):
    await subscribe(town, people.add_crowd(town.world, 3))
    async with town.bot():
        await send(town, await compose(town, "wrong"))
        listed = await town.answer(ADMIN, "/broadcasts")
        await town.press_data(ADMIN, listed, "broadcast:correct:1")
        await town.until(lambda: "replaces the text" in town.said(ADMIN)[-1]["text"])
        before = len(town.said(ADMIN))
        people.say(town.world, ADMIN, ADMIN, "right")
        await town.until(lambda: len(town.said(ADMIN)) == before + 2)
        town.world.faults.pending.append(
            InjectedFault(FaultKind.LOST_AFTER, "editMessageText", times=1, chats=frozenset({1002}))
        )
        question = town.said(ADMIN)[-1]
        await town.press(ADMIN, question, "Correct 3 copies")
        report = await finished(town, question)

    assert report == {"corrected": 3, "audience": 3}
    assert [town.said(chat)[0]["text"] for chat in (1001, 1002, 1003)] == ["right"] * 3


async def test_every_copy_is_deleted_within_48_hours_and_not_offered_later(town):
    crowd = people.add_crowd(town.world, 3)
    await subscribe(town, crowd)
    async with town.bot():
        await send(town, await compose(town))
        listed = await town.answer(ADMIN, "/broadcasts")
        await town.press(ADMIN, listed, "1")
        await town.press(ADMIN, town.now(ADMIN, listed), "Delete the copies")
        await town.press(ADMIN, town.now(ADMIN, listed), "Delete 3 copies")
        report = await finished(town, listed)
        left = [town.said(chat) for chat in crowd]
        await send(town, await compose(town, "second"))
        town.clock.ahead = dt.timedelta(hours=49)
        late = await town.answer(ADMIN, "/broadcasts")
        await town.press(ADMIN, late, "3")

    assert report == {"deleted": 3, "audience": 3}
    assert left == [[], [], []]
    assert "Delete" not in str(buttons(town.now(ADMIN, late)))


async def test_an_album_goes_out_whole_with_its_caption_and_its_way_out(town):
    await subscribe(town, people.add_crowd(town.world, 2))
    async with town.bot():
        await town.answer(ADMIN, "/broadcast")
        attachments.send_album(town.world, ADMIN, ADMIN, ["One picture", ""])
        town.clock.ahead += dt.timedelta(seconds=2)
        await town.until(lambda: len(town.said(ADMIN)) == 4)
        question = town.said(ADMIN)[-1]
        report = numbers(await send(town, question))
        copies = town.said(1001)
        await town.press_data(ADMIN, question, "broadcast:open:1")
        await town.press_data(ADMIN, question, "broadcast:delete:1")
        await town.until(lambda: "Delete 2 copies" in str(buttons(town.now(ADMIN, question))))
        await town.press(ADMIN, town.now(ADMIN, question), "Delete 2 copies")
        await town.until(lambda: "Deletion" in town.now(ADMIN, question)["text"])
        await finished(town, question)

    assert report == {"sent": 2, "audience": 2}
    assert [message["caption"] for message in copies if "caption" in message] == [
        "One picture\n\nNo more of these: /unsubscribe"
    ]
    assert len({message["media_group_id"] for message in copies}) == 1
    assert town.said(1001) == town.said(1002) == []


async def test_a_film_and_a_link_button_go_out_as_they_are(town):
    await subscribe(town, people.add_crowd(town.world, 1))
    async with town.bot():
        await town.answer(ADMIN, "/broadcast")
        attachments.send_video(town.world, ADMIN, ADMIN, "Watch\n[Read more] https://example.org/a")
        await town.until(lambda: len(town.said(ADMIN)) == 3)
        await send(town, town.said(ADMIN)[-1])
    copy = town.said(1001)[0]

    assert copy["video"]
    assert copy["caption"] == "Watch"
    assert [button.get("url") for button in buttons(copy)] == ["https://example.org/a", None]


async def test_a_button_without_an_address_is_refused_before_anything_is_sent(town):
    await subscribe(town, people.add_crowd(town.world, 1))
    async with town.bot():
        await town.answer(ADMIN, "/broadcast")
        answer = await town.answer(ADMIN, "Hello\n[Read more] nowhere")
        question = await compose(town, "Hello\n[Read more] https://example.org/")

    assert "Read more" in answer["text"]
    assert "https://" in answer["text"]
    assert "It goes to 1 chat" in question["text"]


@pytest.mark.parametrize("verb", ["pause", "resume", "stop", "uncertain", "failed", "csv", "correct", "delete", "now"])
async def test_a_button_about_nothing_does_nothing(town, verb):
    async with town.bot():
        message = await town.answer(ADMIN, "/help")
        for number in ("99", "", "x", "9" * 30, "1:2:3"):
            note = await town.press_data(ADMIN, message, f"broadcast:{verb}:{number}")
            assert note["text"]

    assert await in_state(town, DeliveryState.SENT) == 0
