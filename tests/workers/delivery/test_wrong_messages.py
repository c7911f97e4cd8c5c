"""The circuit breaker: a message that Telegram refuses for every chat is paused, and its deliveries stay queued."""

import logging

import pytest
from sqlalchemy import select

from outreachbot.domain.delivery.outcomes import Failed, Sent, Uncertain
from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.store import tables
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.workers.delivery import sender as senders
from outreachbot.workers.delivery.outcomes import ERROR_LIMIT, REFUSAL_LIMIT

WORDS = "Bad Request: can't parse entities"
WRONG = Failed(Reason.TEMPLATE, WORDS)
UNKNOWN = Failed(Reason.REFUSED, "Bad Request: SOMETHING_NEW")
pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def resume_until_done(db, run, message_state):
    """Resume the message as often as it pauses, within reason."""

    async def resume_until_done(sender):
        for _ in range(20):
            async with connect.writing(db) as transaction:
                await messages.change_state(transaction, 1, MessageState.RUNNING, only_from=[MessageState.PAUSED])
            await run(sender)
            if (await message_state())[0] != MessageState.PAUSED:
                return

    return resume_until_done


async def test_the_same_error_from_five_chats_pauses_the_message(
    subscribe, broadcast, sender_of, telegram, run, states, message_state, caplog
):
    await subscribe(*range(1, 121))
    await broadcast()
    telegram.answers = dict.fromkeys(range(1, 1 + ERROR_LIMIT), WRONG)
    with caplog.at_level(logging.INFO):
        await run(await sender_of())

    sent = len(telegram.got)
    assert await message_state() == (MessageState.PAUSED, WORDS)
    assert await states() == {DeliveryState.SENT: sent, DeliveryState.QUEUED: 120 - sent}
    assert sent < 60
    assert caplog.messages == [f"message 1 is paused: Telegram says {WORDS}"]


async def test_the_same_error_from_four_does_not(subscribe, broadcast, sender_of, telegram, run, states, message_state):
    await subscribe(*range(1, 121))
    await broadcast()
    telegram.answers = dict.fromkeys(range(1, ERROR_LIMIT), WRONG)
    await run(await sender_of())

    assert await message_state() == (MessageState.FINISHED, None)
    assert await states() == {
        DeliveryState.SENT: 121 - ERROR_LIMIT,
        DeliveryState.FAILED: ERROR_LIMIT - 1,
    }


@pytest.mark.parametrize(
    "others",
    [Failed(Reason.TEMPLATE, "Bad Request: BUTTON_URL_INVALID"), Failed(Reason.REFUSED, WORDS)],
    ids=["other words", "no fault of the message"],
)
async def test_other_errors_are_counted_for_themselves(
    subscribe, broadcast, sender_of, telegram, run, message_state, others
):
    await subscribe(*range(1, 41))
    await broadcast()
    telegram.answers = dict.fromkeys(range(1, ERROR_LIMIT), WRONG) | dict.fromkeys(range(21, 20 + ERROR_LIMIT), others)
    await run(await sender_of())

    assert (await message_state())[0] == MessageState.FINISHED


async def test_errors_that_come_one_by_one_add_up(
    subscribe, broadcast, sender_of, telegram, run, states, message_state
):
    await subscribe(*range(1, 121))
    await broadcast()
    telegram.answers = dict.fromkeys(range(20, 20 * (1 + ERROR_LIMIT), 20), WRONG)
    await run(await sender_of())

    assert (await message_state())[0] == MessageState.PAUSED
    assert (await states())[DeliveryState.FAILED] == 0


async def test_each_message_has_a_count_of_its_own(subscribe, broadcast, sender_of, telegram, run, message_state):
    await subscribe(*range(1, 11))
    first, second = await broadcast(), await broadcast({"en": Message("another")})
    telegram.answers = dict.fromkeys(range(1, 4), WRONG)
    await run(await sender_of())

    assert [(await message_state(number))[0] for number in (first, second)] == [
        MessageState.FINISHED,
        MessageState.FINISHED,
    ]


@pytest.mark.parametrize("chats", [1, 3])
async def test_a_message_rejected_by_every_chat_pauses_however_few_there_are(
    subscribe, broadcast, sender_of, telegram, run, states, message_state, chats
):
    await subscribe(*range(1, 1 + chats))
    await broadcast()
    telegram.answers = dict.fromkeys(range(1, 1 + chats), WRONG)
    await run(await sender_of())

    assert await message_state() == (MessageState.PAUSED, WORDS)
    assert await states() == {DeliveryState.QUEUED: chats}


async def test_requests_in_flight_at_the_pause_are_queued_again_as_well(
    subscribe, broadcast, sender_of, telegram, run, states
):
    await subscribe(*range(1, 121))
    await broadcast()
    telegram.answers = dict.fromkeys(range(1, 121), WRONG)
    await run(await sender_of())

    assert await states() == {DeliveryState.QUEUED: 120}
    assert ERROR_LIMIT <= len(telegram.tried) <= senders.MAX_IN_FLIGHT


async def test_deliveries_with_another_outcome_keep_it(subscribe, broadcast, sender_of, telegram, run, states):
    await subscribe(*range(1, 31))
    await broadcast()
    telegram.answers = dict.fromkeys(range(4, 4 + ERROR_LIMIT), WRONG)
    telegram.answers |= {1: Uncertain(Reason.NO_ANSWER), 2: Failed(Reason.BLOCKED, "Forbidden")}
    await run(await sender_of())
    counted = await states()

    assert (
        counted[DeliveryState.UNCERTAIN],
        counted[DeliveryState.FAILED],
        counted[DeliveryState.QUEUED] >= ERROR_LIMIT,
    ) == (1, 1, True)


async def test_once_the_message_is_accepted_everybody_gets_it(
    db, subscribe, broadcast, sender_of, telegram, run, states, message_state
):
    await subscribe(*range(1, 21))
    await broadcast()
    telegram.answers = dict.fromkeys(range(1, 21), WRONG)
    sender = await sender_of()
    await run(sender)
    telegram.answers.clear()
    async with connect.writing(db) as transaction:
        await messages.change_state(transaction, 1, MessageState.RUNNING, only_from=[MessageState.PAUSED])
    await run(sender)

    assert await message_state() == (MessageState.FINISHED, None)
    assert await states() == {DeliveryState.SENT: 20}
    assert sorted(chat_id for chat_id, _ in telegram.got) == list(range(1, 21))


async def test_a_reminder_pauses_alike(db, subscribe, sender_of, telegram, run, broadcast, message_state):
    await subscribe(1)
    async with connect.writing(db) as transaction:
        await messages.create(transaction, MessageKind.REMINDER, {"en": Message("x")}, 1.0, key="a", expires_at=9e9)
    await broadcast()
    telegram.answers[1] = [WRONG, WRONG]
    await run(await sender_of())

    assert [(await message_state(number))[0] for number in (1, 2)] == [MessageState.PAUSED, MessageState.PAUSED]
    async with connect.reading(db) as connection:
        rows = await connection.execute(select(tables.deliveries.c.detail, tables.deliveries.c.reason))
        assert set(rows.all()) == {(None, None)}


async def test_after_a_resume_rejected_chats_are_tried_last_and_fail_while_the_rest_get_it(
    subscribe, broadcast, sender_of, telegram, run, states, message_state, db
):
    await subscribe(*range(1, 121))
    outbox_id = await broadcast()
    wrong = dict.fromkeys(range(1, 1 + ERROR_LIMIT), WRONG)
    telegram.answers = dict(wrong)
    sender = await sender_of()
    await run(sender)
    telegram.answers = dict(wrong)
    async with connect.writing(db) as transaction:
        await messages.change_state(transaction, outbox_id, MessageState.RUNNING, only_from=[MessageState.PAUSED])
    await run(sender)

    assert await message_state() == (MessageState.FINISHED, None)
    assert await states() == {
        DeliveryState.SENT: 120 - ERROR_LIMIT,
        DeliveryState.FAILED: ERROR_LIMIT,
    }
    assert {claimed.chat_id for claimed in telegram.tried[-ERROR_LIMIT:]} == set(wrong)


@pytest.mark.parametrize("chats", [1, 3, 12])
async def test_a_message_rejected_by_every_chat_fails_once_it_is_resumed(
    subscribe, broadcast, sender_of, telegram, run, states, message_state, resume_until_done, chats
):
    await subscribe(*range(1, 1 + chats))
    await broadcast()
    telegram.answers = dict.fromkeys(range(1, 1 + chats), WRONG)
    sender = await sender_of(per_second=40)  # two at once
    await run(sender)
    assert (await message_state())[0] == MessageState.PAUSED
    await resume_until_done(sender)

    assert await message_state() == (MessageState.FINISHED, None)
    assert await states() == {DeliveryState.FAILED: chats}


async def test_a_message_rejected_by_many_need_not_be_resumed_for_ever(
    subscribe, broadcast, sender_of, telegram, run, states, message_state, resume_until_done
):
    """For example in one language, for more chats than a claim holds. When only those are left, they fail."""
    await subscribe(*range(1, 41))
    await broadcast()
    telegram.answers = dict.fromkeys(range(1, 13), WRONG)
    sender = await sender_of(per_second=40)  # two at once
    await run(sender)
    await resume_until_done(sender)

    assert await message_state() == (MessageState.FINISHED, None)
    assert await states() == {DeliveryState.SENT: 28, DeliveryState.FAILED: 12}


async def test_the_same_unknown_refusal_pauses_it_as_well(
    subscribe, broadcast, sender_of, telegram, run, states, message_state, resume_until_done, caplog
):
    await subscribe(*range(1, 121))
    await broadcast()
    telegram.answers = dict.fromkeys(range(1, 121), UNKNOWN)
    sender = await sender_of(per_second=40)  # two at once
    await run(sender)
    counted = await states()

    assert await message_state() == (MessageState.PAUSED, UNKNOWN.detail)
    assert REFUSAL_LIMIT <= counted[DeliveryState.FAILED] < REFUSAL_LIMIT + 10, "requests in flight complete"
    assert counted[DeliveryState.QUEUED] == 120 - counted[DeliveryState.FAILED]
    assert caplog.messages == [f"message 1 is paused: Telegram says {UNKNOWN.detail}"]

    telegram.answers.clear()
    await resume_until_done(sender)
    assert (await message_state())[0] == MessageState.FINISHED
    assert await states() == {
        DeliveryState.FAILED: counted[DeliveryState.FAILED],
        DeliveryState.SENT: counted[DeliveryState.QUEUED],
    }


@pytest.mark.parametrize(
    "answers",
    [
        {20: Sent(1)},  # a success resets the count
        dict.fromkeys(range(10, 29), Failed(Reason.REFUSED, "Bad Request: other words")),
        dict.fromkeys(range(10, 29), Failed(Reason.BLOCKED, "Forbidden")),
    ],
    ids=["a success between", "other words", "words that we know"],
)
async def test_fewer_equal_refusals_in_a_row_are_failures_of_those_chats(
    subscribe, broadcast, sender_of, telegram, run, message_state, answers
):
    chats = range(1, 2 * REFUSAL_LIMIT - 1)
    await subscribe(*chats)
    await broadcast()
    telegram.answers = dict.fromkeys(chats, UNKNOWN) | answers
    await run(await sender_of(per_second=20))  # one at a time, in order

    assert (await message_state())[0] == MessageState.FINISHED
