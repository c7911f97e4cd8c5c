"""The buttons below a confirmed message: pause, resume, stop, and send again."""

import pytest

from outreachbot.domain.delivery.states import DeliveryState, MessageState, Tally
from outreachbot.store import tables
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import ledger, messages

RUNNING, PAUSED, MISSED = MessageState.RUNNING, MessageState.PAUSED, MessageState.MISSED
SCHEDULED, CANCELLED, FINISHED = MessageState.SCHEDULED, MessageState.CANCELLED, MessageState.FINISHED


async def tally(context, outbox_id=1):
    async with connect.reading(context.db) as db:
        return await ledger.count_states(db, outbox_id)


@pytest.mark.parametrize(
    ("verb", "state", "then", "note"),
    [
        ("pause", RUNNING, PAUSED, "Paused."),
        ("resume", PAUSED, RUNNING, "It goes on."),
        ("now", MISSED, RUNNING, "It goes on."),
        ("stop", RUNNING, CANCELLED, "Stopped."),
        ("stop", PAUSED, CANCELLED, "Stopped."),
        ("stop", SCHEDULED, CANCELLED, "Stopped."),
        ("stop", MISSED, CANCELLED, "Stopped."),
    ],
)
async def test_steering_takes_effect_at_once_and_the_progress_follows(
    context, write, press, sent, row, verb, state, then, note
):
    outbox_id = await sent(state, [6])
    (progress,) = await write("/help")
    async with connect.writing(context.db) as db:
        await records.set_progress_message(db, outbox_id, progress["message_id"])
    answer = await press(f"broadcast:{verb}:1", under=progress)

    assert (answer["text"].startswith(note), answer["show_alert"]) == (True, False)
    assert (await row(1)).state == then
    assert context.wake_sender.is_set()
    assert context.wake_queueing.is_set()


STATES = set(MessageState)


@pytest.mark.parametrize(
    ("verb", "states"),
    [
        ("pause", STATES - {RUNNING}),
        ("resume", STATES - {PAUSED}),
        ("now", STATES - {MISSED}),
        ("stop", {MessageState.DRAFT, CANCELLED, FINISHED}),
    ],
)
async def test_a_message_in_another_state_is_not_steered(write, press, sent, row, verb, states):
    await write("/help")
    for number, state in enumerate(sorted(states), start=1):
        await sent(state)
        assert "decided already" in (await press(f"broadcast:{verb}:{number}"))["text"]
        assert (await row(number)).state == state


@pytest.mark.parametrize(("verb", "queued"), [("uncertain", 3), ("failed", 5)])
async def test_only_chats_that_may_not_have_got_it_are_sent_it_again(context, press, write, sent, row, verb, queued):
    await sent()
    async with connect.writing(context.db) as db:
        await records.mark_reported(db, 1)
    await write("/help")
    note = await press(f"broadcast:{verb}:1")

    assert (note["text"], note["show_alert"]) == ("1 chat is written to again.", False)
    assert (await row(1)).state == RUNNING
    assert context.wake_sender.is_set()
    async with connect.reading(context.db) as db:
        (entry,) = [entry for entry in await ledger.list_not_sent(db, 1) if entry.state is DeliveryState.QUEUED]
        assert (entry.chat_id, entry.reason) == (queued, None)
        assert [broadcast.id for broadcast in await records.list_unreported(db)] == [1], "its report comes again"
    assert "decided already" in (await press(f"broadcast:{verb}:1"))["text"]


@pytest.mark.parametrize("over", [False, True])
async def test_a_second_press_keeps_the_report_of_the_first(context, press, write, sent, over):
    """The second press changes nothing, whether the message is still running or finished but not yet reported."""
    await sent()
    async with connect.writing(context.db) as db:
        await records.mark_reported(db, 1)
    await write("/help")
    await press("broadcast:uncertain:1")
    if over:
        async with connect.writing(context.db) as db:
            await db.execute(tables.deliveries.update().values(state=DeliveryState.SENT))
            assert await messages.finish_completed(db, 9.0) == [1]

    assert "decided already" in (await press("broadcast:uncertain:1"))["text"]
    async with connect.reading(context.db) as db:
        assert [broadcast.id for broadcast in await records.list_unreported(db)] == [1]


async def test_if_nobody_is_left_to_send_to_again_it_says_so(context, press, write, sent):
    await sent(ends=[1, 4])
    await write("/help")
    for verb in ("uncertain", "failed"):
        assert "decided already" in (await press(f"broadcast:{verb}:1"))["text"]
    assert await tally(context) == Tally(sent=1, failed=1)


async def test_a_stopped_message_can_not_be_sent_again(context, press, write, sent, row):
    await sent(CANCELLED)
    await write("/help")
    for verb in ("uncertain", "failed"):
        assert "decided already" in (await press(f"broadcast:{verb}:1"))["text"]

    assert (await row(1)).state == CANCELLED
    assert (await tally(context)).queued == 0
