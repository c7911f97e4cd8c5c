"""A message that the program has paused: every admin is told once, and sees what became of it."""

import asyncio
from collections import defaultdict

import pytest

from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState
from outreachbot.domain.messages.message import Message
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.workers import progress
from outreachbot.workers.delivery import queueing
from outreachbot.workers.progress import EDIT_SECONDS, Screen

ADA, BEN = 22, 33
PLACE = 77  # where Ada's progress of `started` stands
RUNNING, PAUSED = MessageState.RUNNING, MessageState.PAUSED
WHY = "Bad Request: can't parse entities"


class Told:
    """What each admin reads now; for some it fails as often as told."""

    def __init__(self):
        self.reads = defaultdict(list)  # admin -> the messages, as they stand
        self.fails = defaultdict(int)
        self.tries = 0

    async def __call__(self, message, chat_id, message_id):
        self.tries += 1
        if self.fails[chat_id]:
            self.fails[chat_id] -= 1
            return None
        if message_id is None:
            self.reads[chat_id].append(message)
            return len(self.reads[chat_id])
        self.reads[chat_id][message_id - 1] = message
        return message_id

    def texts(self, admin):
        return [message.text.splitlines()[0] for message in self.reads[admin]]


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def screen(told, look):
    return Screen(told, look, "en", frozenset({ADA, BEN}))


@pytest.fixture
async def paused(db, subscribe, move):
    """A reminder to two chats that Telegram refused; its id."""
    await subscribe(1, 2)
    async with connect.writing(db) as transaction:
        bodies = {"en": Message("x")}
        message_id = await messages.create(transaction, MessageKind.REMINDER, bodies, 1.0, key="a", expires_at=9e9)
    while await queueing.queue_audience(db, "UTC", asyncio.Event()):
        pass
    await move(message_id, PAUSED, WHY)
    return message_id


async def test_every_admin_is_told_once(db, paused, screen, told):
    for now in range(100, 200):
        await progress.update_progress(db, screen, float(now))

    assert told.tries == 2
    for admin in (ADA, BEN):
        (message,) = told.reads[admin]
        assert "Reminder 1: paused" in message.text
        assert "Telegram says: Bad Request: can&#x27;t parse entities" in message.text
        assert [button.label for row in message.buttons for button in row] == ["Go on", "Stop for good"]


async def test_who_could_not_be_told_is_told_after_a_while_and_nobody_twice(db, paused, screen, told):
    told.fails[BEN] = 2
    for second in range(20):
        await progress.update_progress(db, screen, 100.0 + second)
        if second < EDIT_SECONDS:
            assert told.tries == 2

    assert told.tries == 4
    assert told.texts(ADA) == told.texts(BEN) == ["<b>Reminder 1: paused</b>"]


@pytest.mark.parametrize(
    ("to", "says"), [(RUNNING, "under way"), (MessageState.CANCELLED, "stopped"), (MessageState.FINISHED, "finished")]
)
async def test_when_somebody_has_decided_all_see_it(db, paused, screen, told, move, settle, to, says):
    await progress.update_progress(db, screen, 100.0)
    await move(paused, RUNNING if to is MessageState.FINISHED else to)
    if to is MessageState.FINISHED:
        await settle(DeliveryState.SENT, DeliveryState.SENT)
    for now in (101.0, 102.0, 103.0):
        await progress.update_progress(db, screen, now)

    assert told.texts(ADA) == told.texts(BEN) == [f"<b>Reminder 1: {says}</b>"]
    assert told.tries == 4
    assert screen.alarms == {}


async def test_who_could_not_be_shown_the_decision_sees_it_after_a_while(db, paused, screen, told, move):
    await progress.update_progress(db, screen, 100.0)
    await move(paused, RUNNING)
    told.fails[ADA] = 1
    for second in range(1, 20):
        await progress.update_progress(db, screen, 100.0 + second)

    assert told.tries == 5
    assert told.texts(ADA) == told.texts(BEN) == ["<b>Reminder 1: under way</b>"]
    assert screen.alarms == {}


async def test_who_was_never_told_is_not_bothered_with_the_decision(db, paused, screen, told, move):
    told.fails[BEN] = 1
    await progress.update_progress(db, screen, 100.0)
    await move(paused, RUNNING)
    for second in range(1, 20):
        await progress.update_progress(db, screen, 100.0 + second)

    assert told.texts(ADA) == ["<b>Reminder 1: under way</b>"]
    assert told.texts(BEN) == []


async def test_one_that_pauses_again_is_told_again(db, paused, screen, told, move):
    await progress.update_progress(db, screen, 100.0)
    await move(paused, RUNNING)
    await progress.update_progress(db, screen, 101.0)
    await move(paused, PAUSED, WHY)
    await progress.update_progress(db, screen, 102.0)

    assert told.texts(ADA) == ["<b>Reminder 1: under way</b>", "<b>Reminder 1: paused</b>"]


async def test_after_a_restart_it_is_told_again_while_it_is_paused(db, paused, screen, told, look):
    await progress.update_progress(db, screen, 100.0)
    await progress.update_progress(db, Screen(told, look, "en", frozenset({ADA})), 200.0)

    assert told.texts(ADA) == ["<b>Reminder 1: paused</b>"] * 2


async def test_of_a_broadcast_that_the_program_paused_every_admin_is_told_as_well(db, started, screen, told, move):
    """Ada wrote it: she sees its progress besides, which she may not look at any more."""
    told.reads[ADA] = [None] * PLACE  # her progress stands there
    await move(started, PAUSED, WHY)
    for now in range(100, 120):
        await progress.update_progress(db, screen, float(now))
    alarm = told.reads[ADA][PLACE]

    assert told.reads[BEN] == [alarm]
    assert "Broadcast 1: paused" in alarm.text
    assert "Telegram says: Bad Request: can&#x27;t parse entities" in alarm.text
    assert "content.yaml" not in alarm.text, "only a reminder is mended there"
    assert [button.label for row in alarm.buttons for button in row] == ["Go on", "Stop for good"]

    await move(started, RUNNING)
    await progress.update_progress(db, screen, 121.0)
    assert told.texts(BEN) == ["<b>Broadcast 1: under way</b>"]
    assert screen.alarms == {}


async def test_of_what_a_person_paused_nobody_is_told(db, started, screen, told, move):
    told.reads[ADA] = [None] * PLACE
    await move(started, PAUSED)
    await progress.update_progress(db, screen, 100.0)

    assert screen.alarms == {}
    assert BEN not in told.reads
    assert len(told.reads[ADA]) == PLACE, "its progress alone follows"
