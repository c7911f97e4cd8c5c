"""Alerts: when the program pauses a message, every admin is told once, and then sees what was decided."""

import asyncio
from dataclasses import replace

import pytest

from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState
from outreachbot.domain.messages.message import Message
from outreachbot.sandbox import people
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.workers import progress
from outreachbot.workers.delivery import queueing
from outreachbot.workers.progress import EDIT_SECONDS, ProgressTracker
from tests.support.harness import buttons

ADA, BEN = 22, 33
RUNNING, PAUSED = MessageState.RUNNING, MessageState.PAUSED
WHY = "Bad Request: can't parse entities"


@pytest.fixture
def context(context, harness):
    """Ada and Ben are its admins."""
    people.add_person(harness.world, BEN, "Ben", language="en")
    people.start(harness.world, BEN)
    return replace(context, admins=frozenset({ADA, BEN}))


@pytest.fixture
def headings(harness):
    """The first line of each of the bot's messages to a person, as they are now. It is bold."""

    def headings(user_id):
        lines = []
        for message in harness.said(user_id):
            line = message["text"].split("\n")[0]
            bold = message["entities"][0]
            assert (bold["type"], bold["offset"], bold["length"]) == ("bold", 0, len(line))
            lines.append(line)
        return lines

    return headings


@pytest.fixture
async def paused(db, subscribe, move):
    """A reminder to two chats that Telegram refused; its id."""
    await subscribe(1, 2)
    async with connect.writing(db) as transaction:
        bodies = {"en": Message("x")}
        outbox_id = await messages.create(transaction, MessageKind.REMINDER, bodies, 1.0, key="a", expires_at=9e9)
    while await queueing.queue_audience(db, "UTC", asyncio.Event()):
        pass
    await move(outbox_id, PAUSED, WHY)
    return outbox_id


async def test_every_admin_is_told_once(paused, update, harness, requests):
    await update(*map(float, range(100, 200)))

    assert len(requests) == 2
    for admin in (ADA, BEN):
        (message,) = harness.said(admin)
        assert "Reminder 1: paused" in message["text"]
        assert "Telegram says: Bad Request: can't parse entities" in message["text"]
        assert [button["text"] for button in buttons(message)] == ["Go on", "Stop for good"]


async def test_an_admin_who_could_not_be_alerted_is_retried_and_nobody_is_alerted_twice(
    paused, update, requests, refuse, headings
):
    refuse("sendMessage", BEN, times=2)
    for second in range(20):
        await update(100.0 + second)
        if second < EDIT_SECONDS:
            assert len(requests) == 2

    assert len(requests) == 4
    assert headings(ADA) == headings(BEN) == ["Reminder 1: paused"]


@pytest.mark.parametrize(
    ("to", "says"), [(RUNNING, "under way"), (MessageState.CANCELLED, "stopped"), (MessageState.FINISHED, "finished")]
)
async def test_when_somebody_has_decided_all_see_it(
    paused, update, tracker, requests, headings, move, settle, to, says
):
    await update(100.0)
    await move(paused, RUNNING if to is MessageState.FINISHED else to)
    if to is MessageState.FINISHED:
        await settle(DeliveryState.SENT, DeliveryState.SENT)
    await update(101.0, 102.0, 103.0)

    assert headings(ADA) == headings(BEN) == [f"Reminder 1: {says}"]
    assert len(requests) == 4
    assert tracker.alerts == {}


async def test_showing_the_decision_is_retried_after_a_while(paused, update, tracker, requests, refuse, headings, move):
    await update(100.0)
    await move(paused, RUNNING)
    refuse("editMessageText", ADA, times=1)
    await update(*(100.0 + second for second in range(1, 20)))

    assert len(requests) == 5
    assert headings(ADA) == headings(BEN) == ["Reminder 1: under way"]
    assert tracker.alerts == {}


async def test_an_admin_who_was_never_alerted_is_not_shown_the_decision(paused, update, refuse, headings, move):
    refuse("sendMessage", BEN, times=1)
    await update(100.0)
    await move(paused, RUNNING)
    await update(*(100.0 + second for second in range(1, 20)))

    assert headings(ADA) == ["Reminder 1: under way"]
    assert headings(BEN) == []


async def test_a_message_that_pauses_again_is_alerted_again(paused, update, headings, move):
    await update(100.0)
    await move(paused, RUNNING)
    await update(101.0)
    await move(paused, PAUSED, WHY)
    await update(102.0)

    assert headings(ADA) == ["Reminder 1: under way", "Reminder 1: paused"]


async def test_after_a_restart_it_is_told_again_while_it_is_paused(context, paused, update, headings):
    await update(100.0)
    await progress.update_progress(replace(context, admins=frozenset({ADA})), ProgressTracker())

    assert headings(ADA) == ["Reminder 1: paused"] * 2


async def test_every_admin_is_alerted_when_the_program_pauses_a_broadcast(
    started, update, tracker, harness, headings, move
):
    """Ada wrote it: she also sees its progress, which she may no longer look at."""
    await move(started, PAUSED, WHY)
    await update(*map(float, range(100, 120)))
    _progress, alert = harness.said(ADA)

    assert [message["text"] for message in harness.said(BEN)] == [alert["text"]]
    assert [buttons(message) for message in harness.said(BEN)] == [buttons(alert)]
    assert "Broadcast 1: paused" in alert["text"]
    assert "Telegram says: Bad Request: can't parse entities" in alert["text"]
    assert "content.yaml" not in alert["text"], "only a reminder is fixed there"
    assert [button["text"] for button in buttons(alert)] == ["Go on", "Stop for good"]

    await move(started, RUNNING)
    await update(121.0)
    assert headings(BEN) == ["Broadcast 1: under way"]
    assert tracker.alerts == {}


async def test_nobody_is_alerted_when_a_person_pauses_a_message(started, place, update, tracker, harness, move):
    await move(started, PAUSED)
    await update(100.0)

    assert tracker.alerts == {}
    assert harness.said(BEN) == []
    assert [message["message_id"] for message in harness.said(ADA)] == [place], "its progress alone follows"
