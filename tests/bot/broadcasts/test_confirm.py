"""From the preview to the start: one decision and, for many chats, consent of other admins and time to stop."""

import datetime as dt

import pytest

from outreachbot.domain.broadcasts.timing import Moment
from outreachbot.domain.delivery.states import DeliveryState, MessageState
from outreachbot.sandbox import people
from outreachbot.services.broadcasts.plan import HOLD_SECONDS
from outreachbot.store import tables
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.workers.delivery import queueing as delivery_queueing
from tests.support.harness import ADMIN, MEMBER, buttons

BEN, CEM = 33, 44  # two more admins
DRAFT, CANCELLED = MessageState.DRAFT, MessageState.CANCELLED
RUNNING, SCHEDULED = MessageState.RUNNING, MessageState.SCHEDULED


@pytest.fixture
def approvals():
    return 2


@pytest.fixture
def harness(harness, approvals):
    """Require the consent of this many of three admins for a broadcast to more than two chats."""
    for user_id, name in ((BEN, "Ben"), (CEM, "Cem")):
        people.add_person(harness.world, user_id, name)
        people.start(harness.world, user_id)
    harness.world.updates.clear()
    harness.admins, harness.large_audience, harness.approvals = frozenset({ADMIN, BEN, CEM}), 2, approvals
    return harness


@pytest.fixture
def compose(write, subscribe):
    """Let Ada compose a broadcast to this many chats; return the question below it."""

    async def compose(chats=1, text="Dear friends"):
        await subscribe(*range(1001, 1001 + chats))
        await write("/broadcast")
        return (await write(text))[-1]

    return compose


async def find_broadcast(context, outbox_id=1):
    async with connect.reading(context.db) as db:
        return await records.find(db, outbox_id)


async def find(context, outbox_id=1):
    return (await find_broadcast(context, outbox_id)).message


async def test_a_broadcast_to_few_starts_at_once_and_its_question_becomes_the_progress(context, compose, press):
    question = await compose()
    note = await press("broadcast:send:1")
    message = await find(context)

    assert (note["text"], message.state) == ("", RUNNING)
    assert message.started_at.timestamp() == pytest.approx(context.clock().timestamp(), abs=20)
    assert (await find_broadcast(context)).progress_id == question["message_id"]
    assert message.is_queueing
    assert context.wake_queueing.is_set()


@pytest.mark.parametrize("verb", ["send", "discard", "ask", "whom", "when"])
async def test_a_decision_can_not_be_made_twice(context, compose, press, verb):
    await compose()
    await press("broadcast:send:1")
    note = await press(f"broadcast:{verb}:1")

    assert "decided already" in note["text"]
    assert (await find(context)).state == RUNNING


@pytest.mark.parametrize("verb", ["send", "discard", "ask", "whom", "when", "consent"])
async def test_another_admin_can_not_decide_about_a_draft(context, compose, press, write, verb):
    await compose()
    await write("/help", BEN)
    note = await press(f"broadcast:{verb}:1", BEN)

    assert "decided already" in note["text"]
    assert (await find(context)).state == DRAFT


@pytest.mark.parametrize("verb", ["send", "discard", "ask", "consent", "object", "whom", "when"])
async def test_a_button_about_nothing_does_nothing(compose, press, context, verb):
    await compose()
    for number in ("2", "9" * 15):
        assert "decided already" in (await press(f"broadcast:{verb}:{number}"))["text"]
    for forged in ("", "0", "-1", "x", "9" * 16, "9" * 20, "١"):
        assert "no longer leads anywhere" in (await press(f"broadcast:{verb}:{forged}"))["text"]

    assert (await find(context)).state == DRAFT


async def test_a_draft_that_is_discarded_is_forgotten(harness, context, compose, press, row):
    question = await compose()
    await press("broadcast:discard:1")

    assert "Nothing was sent" in harness.current(ADMIN, question)["text"]
    assert ((await row(1)).state, (await row(1)).body) == (CANCELLED, {})


async def test_discarding_a_draft_leaves_another_that_waits_for_consent(harness, context, compose, press):
    await compose(3, "first")
    await press("broadcast:send:1")
    await compose(3, "second")
    await press("broadcast:discard:2")
    assert [(await find(context, number)).state for number in (1, 2)] == [DRAFT, CANCELLED]

    await press("broadcast:consent:1", BEN)

    assert (await find(context)).state == SCHEDULED


async def test_a_broadcast_to_many_is_shown_to_the_admins_who_must_consent(harness, context, compose, press):
    question = await compose(3)
    assert "1 more admin has to consent." in question["text"]
    note = await press("broadcast:send:1")
    waiting = harness.current(ADMIN, question)

    assert note["text"] == ""
    assert "It waits for the consent of 1 more admin." in waiting["text"]
    assert "Not reached" not in waiting["text"]
    assert [button["callback_data"] for button in buttons(waiting)] == ["broadcast:send:1", "broadcast:discard:1"]
    for admin in (BEN, CEM):
        body, asked = harness.said(admin)
        assert body["text"] == "Dear friends"
        assert asked["text"].startswith("22 wants to send this")
        assert "It goes to 3 chats" in asked["text"]
        assert [button["callback_data"] for button in buttons(asked)] == ["broadcast:consent:1", "broadcast:object:1"]
    assert (await find(context)).state == DRAFT


async def test_with_enough_consent_it_starts_after_a_while_in_which_it_can_be_stopped(harness, context, compose, press):
    question = await compose(3)
    await press("broadcast:send:1")
    await press("broadcast:consent:1", BEN)
    message = await find(context)

    assert "You consented." in harness.said(BEN)[-1]["text"]
    assert message.state == SCHEDULED
    assert message.starts_at.timestamp() == pytest.approx(context.clock().timestamp() + HOLD_SECONDS, abs=20)
    broadcast = await find_broadcast(context)
    assert (broadcast.progress_id, broadcast.chat_id) == (question["message_id"], ADMIN)
    assert "decided already" in (await press("broadcast:consent:1", CEM))["text"]
    assert "decided already" in (await press("broadcast:object:1", CEM))["text"]

    await press("broadcast:stop:1")

    assert (await find(context)).state == CANCELLED


async def test_the_author_can_not_consent_a_second_time(context, compose, press):
    await compose(3)
    await press("broadcast:send:1")
    await press("broadcast:consent:1")
    assert (await find(context)).state == DRAFT

    await press("broadcast:consent:1", BEN)
    assert (await find(context)).state == SCHEDULED


async def test_an_objection_ends_it_and_the_author_is_told(harness, context, compose, press):
    await compose(3)
    await press("broadcast:send:1")
    await press("broadcast:object:1", BEN)

    assert (await find(context)).state == CANCELLED
    assert "33 objects. Nothing was sent." in harness.said(ADMIN)[-1]["text"]
    assert "decided already" in (await press("broadcast:consent:1", CEM))["text"]


async def test_a_broadcast_discarded_meanwhile_needs_no_consent(harness, context, compose, press):
    question = await compose(3)
    await press("broadcast:send:1")
    await press("broadcast:discard:1", under=question)

    assert "decided already" in (await press("broadcast:consent:1", BEN))["text"]
    assert (await find(context)).state == CANCELLED


async def test_a_broadcast_waiting_for_consent_can_not_be_changed(context, compose, press):
    await compose(3)
    await press("broadcast:send:1")
    for verb in ("whom:1:k.channels", "when:1:now", "ask:1"):
        assert "decided already" in (await press(f"broadcast:{verb}"))["text"]

    assert (await find(context)).audience.is_everybody


async def test_a_member_decides_nothing(context, compose, press, write):
    await compose(3)
    await press("broadcast:send:1")
    await write("/help", MEMBER)
    for verb in ("consent", "object", "send", "discard"):
        assert "no longer leads anywhere" in (await press(f"broadcast:{verb}:1", MEMBER))["text"]

    assert (await find(context)).state == DRAFT


async def test_an_admin_who_could_not_be_asked_is_named_and_asked_again(harness, context, compose, press):
    """A bot can't write to a person who never started it."""
    people.block(harness.world, BEN)
    harness.world.updates.clear()
    question = await compose(3)
    await press("broadcast:send:1")
    assert "Not reached: 33." in harness.current(ADMIN, question)["text"]
    assert (len(harness.said(BEN)), len(harness.said(CEM))) == (0, 2)

    people.unblock(harness.world, BEN)
    harness.world.updates.clear()
    note = await press("broadcast:send:1", under=question)
    assert note["text"] == ""
    assert "Not reached" not in harness.current(ADMIN, question)["text"]
    assert "waits for the consent of 1 more admin" in harness.current(ADMIN, question)["text"]
    assert (len(harness.said(BEN)), len(harness.said(CEM))) == (2, 4)
    assert (await find(context)).state == DRAFT, "who asks twice consents once"

    await press("broadcast:consent:1", BEN)
    assert (await find(context)).state == SCHEDULED


@pytest.mark.parametrize("approvals", [3])
async def test_an_admin_who_consented_is_not_asked_again(harness, compose, press):
    question = await compose(3)
    await press("broadcast:send:1")
    await press("broadcast:consent:1", BEN)
    await press("broadcast:send:1", under=question)

    assert (len(harness.said(BEN)), len(harness.said(CEM))) == (2, 4)
    assert "It waits for the consent of 1 more admin." in harness.current(ADMIN, question)["text"]


async def test_only_the_author_can_ask_again(harness, context, compose, press):
    await compose(3)
    await press("broadcast:send:1")
    before = len(harness.said(CEM))

    assert "decided already" in (await press("broadcast:send:1", BEN))["text"]
    assert len(harness.said(CEM)) == before
    async with connect.reading(context.db) as db:
        assert await records.list_consenting(db, 1) == {ADMIN}


async def test_consent_after_the_planned_moment_makes_it_missed_for_a_person_to_decide(
    harness, context, compose, press
):
    await compose(3)
    at = context.clock() + dt.timedelta(hours=1)
    async with connect.writing(context.db) as db:
        await messages.set_timing(db, 1, Moment(at))
    await press("broadcast:send:1")
    harness.clock.ahead += dt.timedelta(hours=2)
    await press("broadcast:consent:1", BEN)
    assert ((await find(context)).state, (await find(context)).starts_at) == (SCHEDULED, at)

    await delivery_queueing.start_scheduled(context.db, context.clock())

    assert (await find(context)).state == MessageState.MISSED


async def test_consenting_to_a_change_of_a_running_broadcast_says_what_to_do_first(
    harness, context, press, write, sent
):
    await sent(MessageState.PAUSED, [1, 2, 6])
    await write("/help")
    await press("broadcast:delete:1")
    async with connect.writing(context.db) as db:
        row = {"message_id": 1, "chat_id": 7, "state": DeliveryState.SENT, "telegram_id": 70}
        await db.execute(tables.deliveries.insert().values(row))  # more chats have the broadcast by now
    await press("broadcast:send:2")
    asked = harness.said(BEN)[-1]
    await press("broadcast:resume:1")

    assert "being sent. Pause or stop it first" in (await press("broadcast:consent:2", BEN, under=asked))["text"]
    assert (await find(context, 2)).state == DRAFT
    await press("broadcast:pause:1")
    await press("broadcast:consent:2", BEN, under=asked)
    assert (await find(context, 2)).state == SCHEDULED
