"""Every chat of a message's audience is accounted for, once."""

import datetime as dt
import itertools
from dataclasses import replace

from outreachbot.domain.broadcasts.timing import LocalHour, Past
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState, Reason, Tally
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import ledger, messages, outbox, queueing
from outreachbot.store.delivery.ledger import Entry
from outreachbot.store.delivery.outbox import Settled

MIXES = [dict(enumerate(mix)) for size in (0, 1, 2) for mix in itertools.product(DeliveryState, repeat=size)]


async def tally(db, outbox_id):
    async with connect.reading(db) as connection:
        return await ledger.count_states(connection, outbox_id)


async def read(db, what, *values):
    async with connect.reading(db) as connection:
        return await what(connection, *values)


async def test_in_every_mix_of_states_the_numbers_add_up_to_the_audience(db, deliver):
    for mix in [*MIXES, dict(enumerate(list(DeliveryState) * 3 + [DeliveryState.SENT]))]:
        counted = await tally(db, await deliver(mix))

        assert counted == Tally(**{state: list(mix.values()).count(state) for state in DeliveryState})
        assert counted.audience == len(mix)


async def test_a_message_that_is_not_there_has_no_audience(db):
    assert (await tally(db, 77)).audience == 0


async def test_each_message_is_counted_for_itself(db, deliver):
    first, second = (
        await deliver({1: DeliveryState.SENT, 2: DeliveryState.SENT}),
        await deliver({1: DeliveryState.FAILED}),
    )

    assert (await tally(db, first), await tally(db, second)) == (Tally(sent=2), Tally(failed=1))


async def test_uncertain_deliveries_are_listed_in_order_and_not_too_many(db, deliver):
    outbox_id = await deliver(
        {9: DeliveryState.UNCERTAIN, -4: DeliveryState.UNCERTAIN, 5: DeliveryState.SENT, 7: DeliveryState.UNCERTAIN}
    )
    await deliver({1: DeliveryState.UNCERTAIN})

    assert await read(db, ledger.list_uncertain, outbox_id, 10) == [-4, 7, 9]
    assert await read(db, ledger.list_uncertain, outbox_id, 2) == [-4, 7]


async def test_deliveries_that_may_not_have_arrived_are_listed_with_telegrams_description(db, deliver, sender):
    outbox_id = await deliver(dict(enumerate(DeliveryState)) | {-7: DeliveryState.SENDING})
    async with connect.writing(db) as transaction:
        refused = Settled(outbox_id, -7, DeliveryState.FAILED, Reason.REFUSED, detail="Bad Request: 🕯")
        await outbox.settle(transaction, sender, [refused], 2.0)

    listed = await read(db, ledger.list_not_sent, outbox_id)

    assert listed[0] == Entry(-7, DeliveryState.FAILED, Reason.REFUSED, "Bad Request: 🕯", None, 2.0)
    assert [entry.state for entry in listed[1:]] == [
        state for state in DeliveryState if state is not DeliveryState.SENT
    ]


async def test_every_entry_is_read_in_order_a_piece_at_a_time(db, deliver, monkeypatch):
    monkeypatch.setattr(ledger, "PIECE", 2)
    chat_ids = [-9, -1, 0, 4, 5]
    for number in range(len(chat_ids) + 1):
        outbox_id = await deliver(dict.fromkeys(reversed(chat_ids[:number]), DeliveryState.SENT), telegram_id=7)
        async with connect.reading(db) as connection:
            told = [entry async for entry in ledger.iterate_entries(connection, outbox_id)]

        assert told == [Entry(chat_id, DeliveryState.SENT, None, None, 7, None) for chat_id in chat_ids[:number]]


async def test_deliveries_are_counted_by_the_language_of_the_chat(db, deliver, subscribe):
    await subscribe(1, 2)
    await subscribe(3, language="az")
    outbox_id = await deliver(
        {1: DeliveryState.SENT, 2: DeliveryState.SENT, 3: DeliveryState.SENT, 4: DeliveryState.FAILED}
    )
    await deliver({1: DeliveryState.QUEUED, 3: DeliveryState.QUEUED})
    async with connect.writing(db) as transaction:
        await chats.unsubscribe(transaction, 2)

    assert sorted(await read(db, ledger.count_languages, outbox_id)) == [
        ("", DeliveryState.FAILED, 1),
        ("az", DeliveryState.SENT, 1),
        ("en", DeliveryState.SENT, 2),
    ]


async def test_reasons_are_counted_the_most_frequent_first(db, deliver, sender):
    outbox_id = await deliver(dict.fromkeys(range(8), DeliveryState.SENDING))
    ends = (
        [(DeliveryState.FAILED, Reason.BLOCKED)] * 3
        + [(DeliveryState.UNCERTAIN, Reason.NO_ANSWER)] * 2
        + [(DeliveryState.SKIPPED, None)]
    )
    async with connect.writing(db) as transaction:
        settled = [Settled(outbox_id, number, state, reason) for number, (state, reason) in enumerate(ends)]
        await outbox.settle(transaction, sender, settled, 2.0)

    assert await read(db, ledger.count_reasons, outbox_id) == [
        (DeliveryState.FAILED, Reason.BLOCKED, 3),
        (DeliveryState.UNCERTAIN, Reason.NO_ANSWER, 2),
        (DeliveryState.SKIPPED, None, 1),
    ]


async def test_sent_and_queued_deliveries_have_no_reason(db, deliver):
    outbox_id = await deliver({1: DeliveryState.SENT, 2: DeliveryState.QUEUED, 3: DeliveryState.SENDING})

    assert await read(db, ledger.count_reasons, outbox_id) == []


async def every(db, **named):
    async with connect.reading(db) as connection:
        return [message.id for message in await ledger.list_messages(connection, **named)]


async def test_confirmed_messages_are_listed_oldest_first_or_as_a_page_of_the_newest(db, deliver, confirm):
    ids = [await deliver({}, kind=MessageKind.REMINDER), await confirm(), await confirm(), await confirm()]
    async with connect.writing(db) as transaction:
        await records.create_draft(transaction, 11, 5, {"en": Message("draft")}, 1.0)

    assert await every(db) == ids
    assert await every(db, newest=2) == ids[2:]
    assert await every(db, newest=2, before=ids[2]) == ids[:2]
    assert await every(db, newest=2, before=ids[0]) == []
    assert await every(db, before=ids[1]) == ids[:1]
    assert await every(db, newest=0) == []


def at(seconds):
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


async def test_a_confirmed_message_is_listed_with_its_current_state(db):
    async with connect.writing(db) as transaction:
        scheduled = await records.create_draft(transaction, 11, 5, {"en": Message("x")}, 1.0)
        assert await ledger.find_message(transaction, scheduled) is None
        await messages.schedule(transaction, scheduled, 9.0)
        told = OutboxMessage(scheduled, MessageKind.BROADCAST, MessageState.SCHEDULED, starts_at=at(9.0))
        assert await ledger.find_message(transaction, scheduled) == told
        await messages.start(transaction, scheduled, 9.5)
        await messages.pause(transaction, scheduled, "why")
        told = replace(
            told, state=MessageState.PAUSED, state_reason="why", started_at=at(9.5), queued_to=queueing.START
        )
        assert await ledger.find_message(transaction, scheduled) == told
        await messages.stop(transaction, scheduled, 12.0)
        told = replace(told, state=MessageState.CANCELLED, state_reason=None)
        assert await ledger.find_message(transaction, scheduled) == told
        assert await ledger.find_message(transaction, scheduled + 1) is None


async def test_a_reminder_is_listed_with_its_expiry(db):
    async with connect.writing(db) as transaction:
        reminder = await messages.create(transaction, MessageKind.REMINDER, {"en": Message("x")}, 1.0, expires_at=10.0)

        assert (await ledger.find_message(transaction, reminder)).expires_at == at(10.0)


async def test_only_messages_paused_by_the_program_wait_for_a_person(db, deliver):
    reminder, broadcast, by_hand, _running = [
        await deliver({}, kind=kind)
        for kind in (MessageKind.REMINDER, MessageKind.BROADCAST, MessageKind.BROADCAST, MessageKind.REMINDER)
    ]
    async with connect.writing(db) as transaction:
        for outbox_id in (reminder, broadcast):
            await messages.pause(transaction, outbox_id, "why")
        await messages.change_state(transaction, by_hand, MessageState.PAUSED, only_from=[MessageState.RUNNING])
    assert sorted(await read(db, ledger.list_paused)) == [reminder, broadcast]

    async with connect.writing(db) as transaction:
        await messages.change_state(transaction, reminder, MessageState.RUNNING, only_from=[MessageState.PAUSED])
        await messages.stop(transaction, broadcast, 6.0)
    assert await read(db, ledger.list_paused) == []


async def test_a_local_hour_is_listed_with_its_message(db):
    plan = LocalHour(dt.date(2024, 2, 26), 9, Past.SKIP)
    async with connect.writing(db) as transaction:
        outbox_id = await records.create_draft(transaction, 11, 5, {"en": Message("x")}, 1.0)
        await messages.set_timing(transaction, outbox_id, plan)
        await messages.schedule(transaction, outbox_id, 9.0)

        assert (await ledger.find_message(transaction, outbox_id)).timing == plan
