"""The list of sent messages, the ledger of each, and the buttons to steer, repeat, correct and delete it."""

import csv
import datetime as dt
import io

import aiohttp
import pytest

from outreachbot.bot.broadcasts import overview as handlers
from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState
from outreachbot.domain.messages.message import Copy, Message
from outreachbot.sandbox.faults import FaultKind, InjectedFault
from outreachbot.services.broadcasts.status import DELETABLE
from outreachbot.store import tables
from outreachbot.store.database import connect
from tests.support.harness import ADMIN, MEMBER, buttons

RUNNING, PAUSED, MISSED = MessageState.RUNNING, MessageState.PAUSED, MessageState.MISSED
SCHEDULED, CANCELLED, FINISHED = MessageState.SCHEDULED, MessageState.CANCELLED, MessageState.FINISHED


@pytest.fixture
def opened(harness, write, press):
    """Open the ledger of a message; return it as shown."""

    async def opened(outbox_id):
        (page,) = await write("/broadcasts")
        await press(f"broadcast:open:{outbox_id}")
        return harness.current(ADMIN, page)

    return opened


def data(message):
    return [button["callback_data"].removeprefix("broadcast:") for button in buttons(message)]


async def test_the_list_is_paged_from_the_newest_on(harness, write, press, sent):
    for _ in range(2 * handlers.PAGE + 1):
        await sent(ends=[1])
    (page,) = await write("/broadcasts")
    assert data(page) == [*(f"open:{number}" for number in range(17, 9, -1)), "list:10", "reminders"]

    await press("broadcast:list:10")
    assert data(harness.current(ADMIN, page)) == [
        *(f"open:{number}" for number in range(9, 1, -1)),
        "list",
        "list:2",
        "reminders",
    ]

    await press("broadcast:list:2")
    assert data(harness.current(ADMIN, page)) == ["open:1", "list", "reminders"]

    await press("broadcast:list")
    assert data(harness.current(ADMIN, page))[0] == "open:17"


async def test_drafts_are_no_part_of_the_list(write, sent):
    (page,) = await write("/broadcasts")
    assert "Nothing has been sent yet" in page["text"]
    await write("/broadcast")
    await write("Hello")
    (page,) = await write("/broadcasts")

    assert "Nothing has been sent yet" in page["text"]


async def test_the_ledger_adds_up_by_reason_and_offers_what_can_be_done(context, opened, sent):
    page = await opened(await sent())

    assert "Broadcast 1: finished" in page["text"]
    assert "= 5 chats" in page["text"]
    assert "1 × the member blocked the bot" in page["text"]
    assert page["text"].endswith("\n3")
    assert data(page) == ["uncertain:1", "failed:1", "csv:1", "correct:1", "delete:1", "list"]
    labels = [button["text"] for button in buttons(page)]
    assert labels[:2] == ["Send again to the uncertain (1)", "Retry the failed that may recover (1)"]


CHANGES = {"correct:1", "delete:1"}


@pytest.mark.parametrize(
    ("state", "ends", "columns", "offered"),
    [
        (RUNNING, [1, 2, 6], {}, False),
        (PAUSED, [1, 2, 6], {}, True),
        (CANCELLED, [1, 2], {}, True),
        (FINISHED, [1, 2], {}, True),
        (PAUSED, [1, 2], {"queued_to": 3}, False),
        (CANCELLED, [1, 2], {"queued_to": 3}, False),
    ],
    ids=["under way", "paused", "stopped", "finished", "still to queue", "still to count"],
)
async def test_a_correction_or_deletion_is_offered_only_while_none_is_running(
    context, opened, sent, press, row, state, ends, columns, offered
):
    """A copy that arrived after the job would stay unchanged."""
    await sent(state, ends)
    if columns:
        async with connect.writing(context.db) as db:
            await db.execute(tables.messages.update().values(**columns))
    assert set(data(await opened(1))) >= CHANGES if offered else not CHANGES & set(data(await opened(1)))

    if not offered:
        for verb in ("correct", "delete"):
            assert "no such message" in (await press(f"broadcast:{verb}:1"))["text"]
        assert await row(2) is None


async def test_none_is_offered_while_a_paused_or_stopped_one_has_requests_in_flight(context, opened, sent):
    for number, state in enumerate((PAUSED, CANCELLED), start=1):
        await sent(state, [1, 2, 6])
        async with connect.writing(context.db) as db:
            sending = tables.deliveries.update().where(tables.deliveries.c.state == DeliveryState.QUEUED)
            await db.execute(sending.values(state=DeliveryState.SENDING))
        assert not {f"correct:{number}", f"delete:{number}"} & set(data(await opened(number)))


async def test_a_deleted_broadcast_can_not_be_changed_or_sent_again(harness, context, opened, sent, write, press, row):
    await sent()
    (page,) = await write("/help")
    await press("broadcast:delete:1", under=page)
    assert set(data(await opened(1))) >= CHANGES, "it is only asked"
    await press("broadcast:send:2", under=page)
    deleted = await opened(1)

    assert data(deleted) == ["csv:1", "list"]
    assert "Its copies were deleted" in deleted["text"]
    for verb in ("correct", "delete"):
        assert "no such message" in (await press(f"broadcast:{verb}:1"))["text"]
    assert await row(3) is None
    assert "Deletion of broadcast 1" in (await opened(2))["text"]


async def test_impossible_actions_are_not_offered(harness, opened, sent):
    copied = await sent(body=Message(copy=Copy(ADMIN, 5)))
    nobody = await sent(ends=[4])
    job = await sent(kind=MessageKind.CORRECTION, of_id=copied, ends=[1])
    stopped = await sent(CANCELLED)

    assert data(await opened(copied)) == ["uncertain:1", "failed:1", "csv:1", "delete:1", "list"]
    assert data(await opened(nobody)) == ["csv:2", "list"]
    assert data(await opened(job)) == ["csv:3", "list"]
    assert data(await opened(stopped)) == ["csv:4", "correct:4", "delete:4", "list"]

    harness.clock.ahead = DELETABLE + dt.timedelta(minutes=1)
    assert data(await opened(stopped)) == ["csv:4", "correct:4", "list"]


@pytest.mark.parametrize(("hours", "retry"), [(1, ["uncertain:1", "failed:1"]), (-1, [])])
async def test_a_reminder_is_not_sent_again_after_its_day(context, opened, sent, hours, retry):
    await sent(kind=MessageKind.REMINDER)
    over = context.clock().timestamp() + hours * 3600
    async with connect.writing(context.db) as db:
        await db.execute(tables.messages.update().values(expires_at=over))

    assert data(await opened(1)) == [*retry, "csv:1", "list"]


async def test_steering_from_an_open_ledger_shows_the_new_state(harness, opened, sent, press, row):
    page = await opened(await sent(RUNNING, [2, 6]))
    assert data(page)[:2] == ["pause:1", "stop:1"]

    await press("broadcast:pause:1", under=page)
    page = harness.current(ADMIN, page)
    assert "Broadcast 1: paused" in page["text"]
    assert data(page)[:2] == ["resume:1", "stop:1"]

    await press("broadcast:stop:1", under=page)
    assert "1 × stopped by an admin" in harness.current(ADMIN, page)["text"]


async def test_the_ledger_comes_as_a_csv_without_spreadsheet_formulas(harness, write, press, sent):
    await sent()
    await write("/help")
    note = await press("broadcast:csv:1")
    file = harness.said(ADMIN)[-1]
    table = harness.world.files.by_id[file["document"]["file_id"]].data.decode("utf-8-sig")

    assert note["text"] == ""
    assert (file["document"]["file_name"], file["caption"]) == (
        "outreachbot-1.csv",
        "What became of message 1, chat by chat.",
    )
    at = "2026-03-01 12:00:00"
    assert list(csv.reader(io.StringIO(table))) == [
        ["chat", "state", "reason", "telegram_says", "message_id", "changed_at_utc"],
        ["1", "sent", "", "", "70", at],
        ["2", "sent", "", "", "70", at],
        ["3", "uncertain", "no-answer", "", "", at],
        ["4", "failed", "blocked", "Forbidden: bot was blocked by the user", "", at],
        ["5", "failed", "refused", "'=cmd|' /C calc'!A0", "", at],
    ]


async def test_the_press_for_a_table_is_answered_before_the_upload_and_once(messenger, write, press, sent):
    """Telegram waits only a few seconds for the answer to a press; a large table takes longer."""
    await sent()
    await write("/help")
    calls = []

    async def begins(_session, _context, parameters):
        calls.append(parameters.url.name)

    watch = aiohttp.TraceConfig()
    watch.on_request_start.append(begins)
    watch.freeze()
    messenger.api.session.trace_configs.append(watch)
    await press("broadcast:csv:1")

    assert calls == ["answerCallbackQuery", "sendDocument"]


async def test_a_csv_that_could_not_be_uploaded_is_reported_below(harness, write, press, sent):
    await sent()
    (page,) = await write("/help")
    words = "Request Entity Too Large"
    harness.world.faults.pending.append(InjectedFault(FaultKind.REFUSED, "sendDocument", code=413, description=words))
    note = await press("broadcast:csv:1")

    assert note["text"] == ""
    assert "The table could not be uploaded." in harness.said(ADMIN)[-1]["text"]
    assert harness.current(ADMIN, page)["text"] == page["text"], "the ledger stays where it is"


async def test_deleting_asks_first(harness, write, press, sent, row):
    await sent()
    (page,) = await write("/help")
    await press("broadcast:delete:1")
    question = harness.current(ADMIN, page)

    assert "It is deleted in 2 chats." in question["text"]
    assert data(question) == ["send:2", "discard:2"]
    assert ((await row(2)).kind, (await row(2)).of_id, (await row(2)).state) == (
        MessageKind.DELETION,
        1,
        MessageState.DRAFT,
    )


@pytest.mark.parametrize("verb", ["open", "csv", "correct", "delete", "pause", "uncertain"])
async def test_a_button_about_nothing_says_so(write, press, sent, row, verb):
    await sent()
    await write("/help")
    for number in ("9", "9" * 15):
        note = (await press(f"broadcast:{verb}:{number}"))["text"]
        assert "no such message" in note or "decided already" in note
    for forged in ("", "x", "-1", "9" * 30):
        assert "no longer leads anywhere" in (await press(f"broadcast:{verb}:{forged}"))["text"]

    assert await row(2) is None


@pytest.mark.parametrize("verb", ["correct", "delete"])
async def test_a_broadcast_that_can_not_be_changed_is_left_alone(harness, write, press, sent, row, verb):
    copied = await sent(body=Message(copy=Copy(ADMIN, 5)))
    harness.clock.ahead = DELETABLE + dt.timedelta(minutes=1)
    await write("/help")

    assert "no such message" in (await press(f"broadcast:{verb}:{copied}"))["text"]
    assert await row(2) is None


async def test_a_member_sees_and_steers_nothing(write, press, sent, row):
    await sent(RUNNING)
    (answer,) = await write("/broadcasts", MEMBER)
    assert "Broadcast 1" not in answer["text"]

    for verb in ("open", "pause", "stop", "csv", "uncertain", "correct", "delete", "list"):
        assert "no longer leads anywhere" in (await press(f"broadcast:{verb}:1", MEMBER))["text"]
    assert (await row(1)).state == RUNNING
