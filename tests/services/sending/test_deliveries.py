"""One delivery is carried out: a message is sent, or its copy corrected or deleted."""

import datetime as dt

import pytest

from outreachbot.domain.delivery.outcomes import Failed, Sent, Uncertain, Wait
from outreachbot.domain.delivery.states import MessageKind, Reason
from outreachbot.domain.messages.message import Button, Copy, Message
from outreachbot.sandbox import groups, people
from outreachbot.sandbox.faults import ALWAYS, FaultKind, InjectedFault
from outreachbot.services.sending import deliveries
from outreachbot.store.delivery.outbox import Claimed
from tests.support.harness import ADMIN, MEMBER

FIRST = Message("first", ((Button("Facts", "facts"),),))
CORRECTION, DELETION = MessageKind.CORRECTION, MessageKind.DELETION


@pytest.fixture
def bring(messenger):
    """Send a message to Mina, or change her copy; return the outcome."""

    async def bring(message, kind=MessageKind.BROADCAST, copy_ids=(), chat_id=MEMBER, topic_id=None):
        return await deliveries.send_delivery(messenger, Claimed(1, chat_id, "en", topic_id, kind, copy_ids), message)

    return bring


@pytest.fixture
async def copy_id(bring):
    """The copy that Mina has of the message."""
    outcome = await bring(FIRST)
    assert isinstance(outcome, Sent)
    return outcome.telegram_message_id


def texts(harness):
    return [message.get("text") or message.get("caption") for message in harness.said(MEMBER)]


@pytest.mark.parametrize("kind", [MessageKind.BROADCAST, MessageKind.REMINDER])
async def test_a_broadcast_and_a_reminder_are_sent(harness, bring, kind):
    assert await bring(FIRST, kind) == Sent(harness.said(MEMBER)[0]["message_id"])


async def test_a_group_that_subscribed_in_a_topic_gets_it_there(harness, bring):
    groups.create_chat(harness.world, -1001, "Neighbours", ADMIN)
    groups.add_bot(harness.world, -1001, ADMIN)
    topic = groups.open_topic(harness.world, -1001, "News", ADMIN)
    await bring(FIRST, chat_id=-1001, topic_id=topic)

    assert [message["message_thread_id"] for message in harness.said(-1001)] == [topic]
    assert await bring(FIRST, chat_id=-1001, topic_id=999) == Failed(
        Reason.TOPIC_GONE, "Bad Request: message thread not found"
    )


async def test_a_message_that_is_neither_text_nor_file_is_copied(harness, bring):
    poll = people.send(harness.world, ADMIN, ADMIN, {"location": {"latitude": 40.0, "longitude": 49.0}})
    await bring(Message(copy=Copy(ADMIN, poll["message_id"])))

    assert harness.said(MEMBER)[0]["location"] == {"latitude": 40.0, "longitude": 49.0}


async def test_a_copy_is_corrected_with_its_buttons(harness, bring, copy_id):
    second = Message("<b>second</b>", ((Button("Site", url="https://example.org/"),),))
    assert await bring(second, CORRECTION, (copy_id,)) == Sent(copy_id)

    (said,) = harness.said(MEMBER)
    assert said["text"] == "second"
    assert said["reply_markup"]["inline_keyboard"][0][0]["url"] == "https://example.org/"


async def test_correcting_a_copy_twice_is_a_success(harness, bring, copy_id):
    for _ in range(2):
        assert isinstance(await bring(Message("second"), CORRECTION, (copy_id,)), Sent)

    assert harness.world.tally.errors[400] == 1, "Telegram did not refuse the second: nothing was shown here"


async def test_of_an_album_the_first_caption_is_corrected(harness, bring, shelf):
    outcome = await bring(Message("first", media=shelf[:2]))
    await bring(Message("second", media=shelf[:2]), CORRECTION, (outcome.telegram_message_id, *outcome.more))

    assert texts(harness) == ["second", None]


async def test_a_copy_that_is_gone_can_not_be_corrected(harness, bring, copy_id):
    await bring(FIRST, DELETION, (copy_id,))

    assert await bring(Message("second"), CORRECTION, (copy_id,)) == Failed(
        Reason.REFUSED, "Bad Request: message to edit not found"
    )


async def test_deleting_a_copy_succeeds_even_if_it_is_gone(harness, bring, copy_id):
    assert await bring(FIRST, DELETION, (copy_id,)) == Sent(0)
    assert texts(harness) == []
    assert await bring(FIRST, DELETION, (copy_id,)) == Sent(0)
    assert harness.world.tally.errors[400] == 1, "Telegram did not refuse the second: nothing was shown here"


async def test_an_album_is_deleted_as_a_whole(harness, bring, shelf):
    outcome = await bring(Message("first", media=shelf[:2]))

    assert await bring(FIRST, DELETION, (outcome.telegram_message_id, *outcome.more)) == Sent(0)
    assert texts(harness) == []


async def test_a_copy_too_old_to_delete_stays_and_is_reported(harness, bring, copy_id):
    harness.clock.ahead = dt.timedelta(hours=49)
    outcome = await bring(FIRST, DELETION, (copy_id,))

    assert outcome == Failed(Reason.REFUSED, "Bad Request: message can't be deleted")
    assert texts(harness) == ["first"]


@pytest.mark.parametrize("kind", [CORRECTION, MessageKind.BROADCAST])
async def test_a_chat_that_blocked_the_bot_is_recorded(harness, bring, copy_id, kind):
    people.block(harness.world, MEMBER)

    assert await bring(Message("second"), kind, (copy_id,)) == Failed(
        Reason.BLOCKED, "Forbidden: bot was blocked by the user"
    )


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (InjectedFault(FaultKind.LOST_AFTER), Uncertain(Reason.NO_ANSWER)),
        (InjectedFault(FaultKind.PROXY), Uncertain(Reason.SERVER_ERROR)),
        (InjectedFault(FaultKind.TOO_MANY, seconds=7), Wait(7.0)),
    ],
    ids=["lost", "5xx", "429"],
)
async def test_it_is_tried_once_whatever_happens(harness, bring, copy_id, kind, fault, outcome):
    calls = harness.world.tally.calls.total()
    harness.world.faults.pending = [InjectedFault(fault.kind, times=ALWAYS, seconds=fault.seconds)]

    assert await bring(Message("second"), kind, (copy_id,)) == outcome
    assert harness.world.tally.calls.total() == calls + 1
