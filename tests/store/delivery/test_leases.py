"""Leases of senders: a dead sender's claims become uncertain, and those of others are left alone."""

import pytest
from sqlalchemy import select, update

from outreachbot.domain.delivery.states import JOBS, DeliveryState, MessageKind, MessageState, Reason
from outreachbot.store import tables as t
from outreachbot.store.database import connect
from outreachbot.store.delivery import leases, messages, outbox
from outreachbot.store.delivery.outbox import Settled
from tests.support.transactions import transact

DAY = 86_400.0
LEASE = leases.SECONDS


async def begin(db, now=1.0, *, is_main=False):
    return await transact(db, leases.begin, "test", now, is_main=is_main)


async def rows(db, outbox_id):
    columns = (t.deliveries.c.chat_id, t.deliveries.c.state, t.deliveries.c.reason)
    async with connect.reading(db) as connection:
        query = select(*columns).where(t.deliveries.c.message_id == outbox_id).order_by(t.deliveries.c.chat_id)
        return [tuple(row) for row in await connection.execute(query)]


@pytest.fixture
async def claimed(db, subscribe, deliver):
    """A message to as many chats as there are senders: each has claimed one."""

    async def claimed(*senders, kind=MessageKind.BROADCAST):
        chat_ids = range(1, len(senders) + 1)
        await subscribe(*chat_ids)
        outbox_id = await deliver(dict.fromkeys(chat_ids, DeliveryState.QUEUED), kind=kind)
        for sender in senders:
            assert len(await transact(db, outbox.claim, sender, 1, 5.0)) == 1
        return outbox_id

    return claimed


async def test_a_new_database_has_never_been_run(db):
    assert await transact(db, leases.find_last_seen) is None


async def test_when_the_bot_last_ran_is_known_after_a_crash_and_after_an_orderly_end(db):
    bot, extra = await begin(db, 10.0, is_main=True), await begin(db, 50.0)
    assert await transact(db, leases.find_last_seen) == 10.0
    await transact(db, leases.renew, bot, 20.0)
    assert await transact(db, leases.find_last_seen) == 20.0
    await transact(db, leases.end, extra, 60.0)
    await transact(db, leases.end, bot, 30.0)

    assert await transact(db, leases.find_last_seen) == 30.0


async def test_a_sender_that_ended_cleanly_is_never_taken_for_dead(db, claimed, states):
    extra = await begin(db)
    outbox_id = await claimed(extra)
    await transact(db, outbox.settle, extra, [Settled(outbox_id, 1, DeliveryState.SENT, telegram_id=9)], 6.0)
    await transact(db, leases.end, extra, 6.0)

    assert await transact(db, leases.recover, 1.0 + 2 * LEASE) == 0
    assert await states(outbox_id) == {1: DeliveryState.SENT}


async def test_a_senders_claims_are_uncertain_once_its_lease_expires(db, claimed):
    outbox_id = await claimed(await begin(db, 10.0), await begin(db, 20.0))

    assert await transact(db, leases.recover, 9.9 + LEASE) == 0
    assert await transact(db, leases.recover, 10.0 + LEASE) == 1
    assert await rows(db, outbox_id) == [
        (1, DeliveryState.UNCERTAIN, Reason.STOPPED),
        (2, DeliveryState.SENDING, None),
    ]
    assert await transact(db, leases.recover, 15.0 + LEASE) == 0


async def test_a_lease_that_is_renewed_goes_on(db, claimed, states):
    extra = await begin(db, 10.0)
    outbox_id = await claimed(extra)
    await transact(db, leases.renew, extra, 60.0)

    assert await transact(db, leases.recover, 59.0 + LEASE) == 0
    assert await states(outbox_id) == {1: DeliveryState.SENDING}


async def test_a_new_bot_knows_that_every_earlier_one_is_dead_and_nothing_of_other_senders(db, claimed, states):
    outbox_id = await claimed(*[await begin(db, is_main=main) for main in (True, False, True)])

    assert await transact(db, leases.recover, 2.0) == 0
    assert await transact(db, leases.recover, 2.0, main_is_new=True) == 2
    assert await states(outbox_id) == {
        1: DeliveryState.UNCERTAIN,
        2: DeliveryState.SENDING,
        3: DeliveryState.UNCERTAIN,
    }


async def test_a_claim_without_a_sender_is_uncertain(db, deliver, states):
    """As an older version of the program left it."""
    outbox_id = await deliver({1: DeliveryState.SENDING, 2: DeliveryState.SENT})
    async with connect.writing(db) as transaction:
        await transaction.execute(update(t.deliveries).values(sender_id=None))

    assert await transact(db, leases.recover, 2.0) == 1
    assert await states(outbox_id) == {1: DeliveryState.UNCERTAIN, 2: DeliveryState.SENT}


async def test_only_deliveries_in_flight_are_recovered(db, deliver, sender, states):
    outbox_id = await deliver(dict(enumerate(DeliveryState)))

    assert await transact(db, leases.recover, 2.0, main_is_new=True) == 1
    assert await states(outbox_id) == dict(enumerate(DeliveryState)) | {1: DeliveryState.UNCERTAIN}
    assert await transact(db, leases.recover, 3.0, main_is_new=True) == 0


async def test_uncertain_deliveries_are_never_sent_again_automatically(db, claimed):
    await claimed(await begin(db))
    await transact(db, leases.recover, 1.0 + LEASE)

    assert await transact(db, outbox.claim, await begin(db), 10, 2.0 + LEASE) == []


@pytest.mark.parametrize("kind", sorted(JOBS))
async def test_a_dead_senders_corrections_and_deletions_are_repeated(db, claimed, states, kind):
    outbox_id = await claimed(await begin(db), kind=kind)

    assert await transact(db, leases.recover, 1.0 + LEASE) == 0
    assert await states(outbox_id) == {1: DeliveryState.QUEUED}
    (again,) = await transact(db, outbox.claim, await begin(db), 10, 2.0 + LEASE)
    assert (again.outbox_id, again.chat_id) == (outbox_id, 1)


@pytest.mark.parametrize("kind", sorted(JOBS))
async def test_a_stopped_jobs_changes_are_not_repeated(db, claimed, kind):
    outbox_id = await claimed(await begin(db), kind=kind)
    await transact(db, messages.stop, outbox_id, 6.0)
    await transact(db, leases.recover, 1.0 + LEASE)

    assert await rows(db, outbox_id) == [(1, DeliveryState.SKIPPED, Reason.CANCELLED)]


@pytest.mark.parametrize("asleep", [LEASE, DAY / 2])
async def test_a_sender_that_was_asleep_renews_its_lease_and_goes_on(db, claimed, states, asleep):
    extra = await begin(db)
    await transact(db, leases.recover, 1.0 + asleep)
    await transact(db, leases.renew, extra, 2.0 + asleep)
    outbox_id = await claimed(extra)

    assert await transact(db, leases.recover, 3.0 + asleep) == 0
    assert await states(outbox_id) == {1: DeliveryState.SENDING}
    assert await transact(db, leases.recover, 2.0 + asleep + LEASE) == 1


@pytest.mark.parametrize("is_main", [False, True])
async def test_a_claim_by_a_sender_given_up_as_dead_does_not_stay_in_flight(db, claimed, states, is_main):
    """It slept for days, or another bot took its place: its row is gone when it dies."""
    awake, asleep = await begin(db, 9 * DAY), await begin(db, is_main=is_main)
    await transact(db, leases.recover, 8 * DAY, main_is_new=True)
    outbox_id = await claimed(awake, asleep)

    assert await transact(db, leases.recover, 9 * DAY + 1) == 1
    assert await states(outbox_id) == {1: DeliveryState.SENDING, 2: DeliveryState.UNCERTAIN}


async def test_the_bots_row_stays_because_it_records_when_it_last_ran(db):
    await begin(db, 1.0, is_main=True)
    await transact(db, leases.recover, 80 * DAY)

    assert await transact(db, leases.find_last_seen) == 1.0


async def test_a_forgotten_sender_that_renews_its_lease_is_known_until_it_expires(db, claimed, states):
    """It slept for days and continues: its new claims aren't taken for lost."""
    asleep = await begin(db, is_main=False)
    await transact(db, leases.recover, 8 * DAY)
    async with connect.reading(db) as connection:
        assert asleep not in (await connection.execute(select(t.senders.c.id))).scalars().all(), "it was forgotten"
    await transact(db, leases.renew, asleep, 9 * DAY)
    outbox_id = await claimed(asleep)

    assert await transact(db, leases.recover, 9 * DAY + LEASE - 1) == 0
    assert await states(outbox_id) == {1: DeliveryState.SENDING}
    assert await begin(db, 9 * DAY) != asleep, "no other gets its id"
    assert await transact(db, leases.recover, 9 * DAY + LEASE) == 1
    assert await states(outbox_id) == {1: DeliveryState.UNCERTAIN}


async def test_a_message_whose_sender_died_is_finished(db, claimed, state):
    outbox_id = await claimed(await begin(db))
    assert await transact(db, messages.finish_completed, 6.0) == []
    await transact(db, leases.recover, 1.0 + LEASE)

    assert await transact(db, messages.finish_completed, 7.0 + LEASE) == [outbox_id]
    assert await state(outbox_id) == MessageState.FINISHED
