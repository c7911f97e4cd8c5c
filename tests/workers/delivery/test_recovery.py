"""After a stop or a crash: what was in flight is uncertain, what was missed waits for an admin, the rest goes on."""

import datetime as dt

import pytest
from sqlalchemy import insert, select, update

from outreachbot.domain.broadcasts import timing
from outreachbot.domain.broadcasts.timing import LocalHour
from outreachbot.domain.delivery.states import JOBS, WAVE_MISSED, DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.store import tables
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import leases, messages, outbox
from outreachbot.workers import housekeeping
from outreachbot.workers.delivery import leases as delivery_leases
from outreachbot.workers.delivery import sender as senders

MOMENT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
NOW = MOMENT.timestamp()


def later(seconds):
    return MOMENT + dt.timedelta(seconds=seconds)


async def claim(db, sender_id, limit, now=NOW):
    async with connect.writing(db) as transaction:
        return await outbox.claim(transaction, sender_id, limit, now)


async def lease(db, *, is_main=True, now=NOW):
    async with connect.writing(db) as transaction:
        return await leases.begin(transaction, "test", now, is_main=is_main)


async def reasons(db):
    async with connect.reading(db) as connection:
        return set((await connection.execute(select(tables.deliveries.c.reason))).scalars())


async def test_the_first_start_has_nothing_to_recover(db, caplog):
    first = await delivery_leases.recover_deliveries(db, "here:1", MOMENT)
    async with connect.reading(db) as connection:
        sender = (await connection.execute(select(tables.senders))).one()

    assert (sender.id, sender.name, sender.is_main, sender.until) == (first, "here:1", True, NOW + leases.SECONDS)
    assert caplog.messages == []


async def test_what_was_being_sent_at_a_crash_is_uncertain_and_the_rest_goes_on(
    db, subscribe, broadcast, sender_of, run, states, telegram, caplog
):
    await subscribe(*range(1, 11))
    await broadcast()
    assert len(await claim(db, await lease(db), 3)) == 3
    await delivery_leases.recover_deliveries(db, "here:2", later(5))
    assert await states() == {DeliveryState.UNCERTAIN: 3, DeliveryState.QUEUED: 7}
    assert await reasons(db) == {Reason.STOPPED, None}
    assert caplog.messages == ["3 messages were being sent when the program stopped: they are uncertain"]

    await run(await sender_of())

    assert await states() == {DeliveryState.UNCERTAIN: 3, DeliveryState.SENT: 7}
    assert sorted(claimed.chat_id for claimed in telegram.tried) == list(range(4, 11))


async def test_a_message_with_only_uncertain_deliveries_left_is_finished_at_the_next_start(
    db, subscribe, broadcast, message_state
):
    await subscribe(1)
    await broadcast()
    await claim(db, await lease(db), 1)
    await delivery_leases.recover_deliveries(db, "here:2", later(5))

    assert await message_state() == (MessageState.FINISHED, None)


@pytest.mark.parametrize("kind", sorted(JOBS))
async def test_a_change_that_was_being_made_is_made_again(
    db, subscribe, broadcast, sender_of, run, states, kind, caplog
):
    await subscribe(1, 2)
    original = await broadcast()
    await run(await sender_of())
    job = await broadcast(kind=kind, of_id=original)
    assert len(await claim(db, await lease(db), 2)) == 2
    await delivery_leases.recover_deliveries(db, "here:2", later(5))

    assert await states(job) == {DeliveryState.QUEUED: 2}
    assert caplog.messages == []


@pytest.fixture
def wave(db, subscribe):
    """A broadcast at each chat's local hour that began two hours ago and has a wave at that moment; its id."""

    async def wave(at, *, state=DeliveryState.QUEUED, plan=LocalHour(MOMENT.date(), 12)):  # noqa: B008 it is frozen
        async with connect.writing(db) as transaction:
            outbox_id = await records.create_draft(transaction, 22, 22, {"en": Message("hello")}, 1.0)
            await messages.set_timing(transaction, outbox_id, plan)
            await messages.schedule(transaction, outbox_id, NOW - 7200)
            await messages.start(transaction, outbox_id, NOW - 7200)
            await transaction.execute(update(tables.messages).values(queued_to=None))
            row = {"message_id": outbox_id, "chat_id": 1, "state": state, "not_before": at.timestamp()}
            await transaction.execute(insert(tables.deliveries).values(row))
        return outbox_id

    return wave


async def test_a_wave_that_passed_meanwhile_pauses_the_message(db, wave, message_state, caplog):
    outbox_id = await wave(later(60))
    await lease(db)
    await delivery_leases.recover_deliveries(db, "here:2", later(60 + timing.MISSED.total_seconds() + 1))

    assert await message_state(outbox_id) == (MessageState.PAUSED, WAVE_MISSED)
    assert caplog.messages == [f"a wave of message {outbox_id} was missed: it is paused, an admin decides"]


@pytest.mark.parametrize(
    ("at", "start"),
    [(60, 60 + timing.MISSED.total_seconds() - 1), (3600, 1800), (-60, 3600)],
    ids=["a short stop", "still to come", "due before the stop"],
)
async def test_a_wave_that_was_not_missed_goes_on(db, wave, message_state, at, start):
    outbox_id = await wave(later(at))
    await lease(db)
    await delivery_leases.recover_deliveries(db, "here:2", later(start))

    assert await message_state(outbox_id) == (MessageState.RUNNING, None)


async def test_a_wave_that_was_missed_but_wholly_sent_before_is_no_trouble(db, wave, message_state):
    outbox_id = await wave(later(60), state=DeliveryState.SENT)
    await lease(db)
    await delivery_leases.recover_deliveries(db, "here:2", later(3600))

    assert (await message_state(outbox_id))[0] == MessageState.FINISHED


async def test_a_beat_keeps_our_lease(db):
    sender_id = await lease(db)
    await delivery_leases.renew_lease(db, sender_id, later(60))
    async with connect.reading(db) as connection:
        assert (await connection.execute(select(tables.senders.c.until))).scalars().all() == [NOW + 60 + leases.SECONDS]


async def test_a_beat_makes_uncertain_what_a_dead_sender_was_sending(db, subscribe, broadcast, states, caplog):
    await subscribe(*range(1, 6))
    await broadcast()
    ours, theirs = await lease(db), await lease(db, is_main=False)
    await claim(db, theirs, 2)
    await claim(db, ours, 2)
    await delivery_leases.renew_lease(db, ours, later(leases.SECONDS - 1))
    assert await states() == {DeliveryState.SENDING: 4, DeliveryState.QUEUED: 1}

    await delivery_leases.renew_lease(db, ours, later(leases.SECONDS + 1))

    assert await states() == {DeliveryState.SENDING: 2, DeliveryState.UNCERTAIN: 2, DeliveryState.QUEUED: 1}
    assert caplog.messages == ["2 messages were being sent by a sender that died: they are uncertain"]


async def test_an_outcome_recorded_by_a_sender_overrides_its_expired_lease(
    db, subscribe, broadcast, sender_of, telegram, states
):
    """It was asleep: its deliveries became uncertain, and then the answers came after all."""
    await subscribe(1, 2)
    await broadcast()
    main = await lease(db)
    sender = await sender_of(per_second=100)
    claimed = await claim(db, sender.id, 2)
    await delivery_leases.renew_lease(db, main, dt.datetime.fromtimestamp(sender.clock() + 200, dt.UTC))
    assert await states() == {DeliveryState.UNCERTAIN: 2}

    sender.state.completed += [(delivery, await telegram.send(delivery, Message("hello"))) for delivery in claimed]
    while sender.state.completed:
        await senders.send_next(sender)

    assert await states() == {DeliveryState.SENT: 2}


async def test_old_updates_are_forgotten(db):
    async with connect.writing(db) as transaction:
        for update_id, at in ((1, NOW - 3 * 86_400), (2, NOW)):
            row = {"update_id": update_id, "body": "{}", "state": "done", "received_at": at}
            await transaction.execute(insert(tables.inbox).values(row))

    assert await housekeeping.purge_old_data(db, MOMENT) is False
    async with connect.reading(db) as connection:
        assert (await connection.execute(select(tables.inbox.c.update_id))).scalars().all() == [2]


async def test_a_reminder_knows_no_wave(db, message_state, subscribe):
    """What was not sent is skipped when its day is over."""
    async with connect.writing(db) as transaction:
        await messages.create(
            transaction, MessageKind.REMINDER, {"en": Message("x")}, NOW, key="a", expires_at=NOW + 9e8
        )
        await transaction.execute(update(tables.messages).values(queued_to=None))
        await transaction.execute(insert(tables.deliveries).values(message_id=1, chat_id=1, not_before=NOW + 60))
    await lease(db)
    await delivery_leases.recover_deliveries(db, "here:2", later(3600))

    assert (await message_state())[0] == MessageState.RUNNING
