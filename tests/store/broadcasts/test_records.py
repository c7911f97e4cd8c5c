"""Who wrote a broadcast, who consents to it, and where its progress is shown."""

import asyncio
import datetime as dt

import pytest

from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import ENDED, JOBS, MessageKind, MessageState
from outreachbot.domain.messages.message import Message
from outreachbot.store.broadcasts import records
from outreachbot.store.broadcasts.records import Broadcast
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages, outbox
from tests.support.transactions import transact

ADMIN, OTHER = 11, 22
BODIES = {"en": Message("hello")}


async def draft(db, admin_id=ADMIN, chat_id=5, now=1.0, **job):
    return await transact(db, records.create_draft, admin_id, chat_id, BODIES, now, **job)


async def unreported(db):
    async with connect.reading(db) as connection:
        return [broadcast.id for broadcast in await records.list_unreported(connection)]


async def test_a_draft_is_found_as_it_was_written(db):
    outbox_id = await draft(db)

    message = OutboxMessage(outbox_id, MessageKind.BROADCAST, MessageState.DRAFT)
    assert await transact(db, records.find, outbox_id) == Broadcast(message, ADMIN, chat_id=5, progress_id=None)
    assert await transact(db, messages.load_bodies, outbox_id) == BODIES


@pytest.mark.parametrize("kind", sorted(JOBS))
async def test_a_job_knows_whose_copies_it_changes(db, kind):
    of_id = await draft(db)
    found = await transact(db, records.find, await draft(db, kind=kind, of_id=of_id))

    assert (found.message.kind, found.message.of_id, found.message.state) == (kind, of_id, MessageState.DRAFT)


async def test_a_draft_goes_to_nobody(db, subscribe, queue, states):
    await subscribe(1, 2)
    outbox_id = await draft(db)
    await queue()

    assert await transact(db, outbox.claim, 1, 10, 2.0) == []
    assert await states(outbox_id) == {}


async def test_a_reminder_is_no_broadcast(db, deliver):
    assert await transact(db, records.find, await deliver({}, kind=MessageKind.REMINDER)) is None
    assert await unreported(db) == []


async def test_a_confirmed_broadcast_is_unreported_until_its_report_was_shown(db):
    only_draft, discarded, started, scheduled, stopped = [await draft(db) for _ in range(5)]
    await transact(db, messages.change_state, discarded, MessageState.CANCELLED, only_from=[MessageState.DRAFT])
    await transact(db, messages.start, started, 2.0)
    await transact(db, messages.schedule, scheduled, 9.0)
    await transact(db, messages.schedule, stopped, 9.0)
    await transact(db, messages.stop, stopped, 3.0)
    assert await unreported(db) == [started, scheduled, stopped]

    await transact(db, records.mark_reported, stopped)
    assert await unreported(db) == [started, scheduled]
    assert (await transact(db, records.find, only_draft)).message.state is MessageState.DRAFT


async def test_a_report_that_is_not_final_any_more_is_shown_anew(db, deliver):
    """Some deliveries are sent again."""
    outbox_id = await draft(db)
    await transact(db, messages.start, outbox_id, 2.0)
    await transact(db, messages.change_state, outbox_id, MessageState.FINISHED, only_from=[MessageState.RUNNING])
    await transact(db, records.mark_reported, outbox_id)
    assert await unreported(db) == []
    await transact(db, records.mark_unreported, outbox_id)

    assert await unreported(db) == [outbox_id]


@pytest.mark.parametrize("state", [state for state in MessageState if state not in ENDED])
async def test_a_message_that_is_running_again_is_not_reported(db, state):
    """Some deliveries are sent again while the report was being sent to the admin."""
    outbox_id = await draft(db)
    await transact(db, messages.start, outbox_id, 2.0)
    await transact(db, messages.change_state, outbox_id, state, only_from=[MessageState.RUNNING])
    await transact(db, records.mark_reported, outbox_id)

    assert await unreported(db) == [outbox_id]


async def test_it_is_known_while_its_audience_is_queued(db, confirm, queue):
    outbox_id = await confirm()
    assert (await transact(db, records.find, outbox_id)).message.is_queueing is True
    await queue()

    assert (await transact(db, records.find, outbox_id)).message.is_queueing is False


async def test_a_broadcast_is_found_with_its_times_and_pause_reason(db):
    outbox_id = await draft(db)
    await transact(db, messages.start, outbox_id, 2.0)
    await transact(db, messages.pause, outbox_id, "can't parse entities")
    await transact(db, records.set_progress_message, outbox_id, 99)

    found = await transact(db, records.find, outbox_id)

    assert (found.message.state, found.message.state_reason) == (MessageState.PAUSED, "can't parse entities")
    assert (found.progress_id, found.message.started_at) == (99, dt.datetime.fromtimestamp(2.0, dt.UTC))


async def test_two_admins_who_write_at_once_each_get_their_own(db):
    first, second = await asyncio.gather(draft(db, ADMIN), draft(db, OTHER))

    assert (await transact(db, records.find, first)).admin_id == ADMIN
    assert (await transact(db, records.find, second)).admin_id == OTHER


async def test_only_the_message_that_shows_the_progress_follows_it(db):
    outbox_id, other = await draft(db), await draft(db)
    await transact(db, records.set_progress_message, outbox_id, 99)

    assert await transact(db, records.is_progress_message, outbox_id, 99) is True
    assert await transact(db, records.is_progress_message, outbox_id, 98) is False
    assert await transact(db, records.is_progress_message, other, 99) is False


async def test_discarded_drafts_are_never_sent_and_confirmed_messages_stay(db, state):
    ours, started, scheduled, theirs = await draft(db), await draft(db), await draft(db), await draft(db, OTHER)
    await transact(db, messages.start, started, 2.0)
    await transact(db, messages.schedule, scheduled, 9.0)

    assert await transact(db, records.discard_drafts, ADMIN) is True
    assert await transact(db, records.discard_drafts, ADMIN) is False
    assert await transact(db, messages.start, ours, 3.0) is False
    assert await transact(db, messages.load_bodies, ours) == {}
    assert [await state(outbox_id) for outbox_id in (ours, started, scheduled, theirs)] == [
        MessageState.CANCELLED,
        MessageState.RUNNING,
        MessageState.SCHEDULED,
        MessageState.DRAFT,
    ]


async def test_the_id_of_a_discarded_draft_is_never_that_of_another(db):
    """Otherwise an old button would send a new message."""
    discarded = await draft(db)
    await transact(db, records.discard_drafts, ADMIN)
    new = await draft(db)

    assert new != discarded
    assert (await transact(db, records.find, discarded)).message.state is MessageState.CANCELLED


async def test_a_draft_that_waits_for_the_consent_of_others_may_stay(db, state):
    waiting, fresh = await draft(db), await draft(db)
    await transact(db, records.add_consent, waiting, ADMIN)

    assert await transact(db, records.discard_drafts, ADMIN, confirmed_too=False) is True
    assert (await state(waiting), await state(fresh)) == (MessageState.DRAFT, MessageState.CANCELLED)
    assert await transact(db, records.discard_drafts, ADMIN, confirmed_too=False) is False
    assert await transact(db, records.discard_drafts, ADMIN) is True
    assert await state(waiting) == MessageState.CANCELLED


async def test_each_admin_consents_once(db):
    outbox_id, other = await draft(db), await draft(db)

    assert await transact(db, records.count_consents, outbox_id) == 0
    assert await transact(db, records.add_consent, outbox_id, ADMIN) == 1
    assert await transact(db, records.add_consent, outbox_id, ADMIN) == 1
    assert await transact(db, records.add_consent, outbox_id, OTHER) == 2
    assert await transact(db, records.count_consents, outbox_id) == 2
    assert await transact(db, records.count_consents, other) == 0


async def test_admins_that_consent_at_once_are_all_counted(db):
    outbox_id = await draft(db)
    await asyncio.gather(*(transact(db, records.add_consent, outbox_id, admin) for admin in (1, 2, 3, 1, 2, 3)))

    assert await transact(db, records.count_consents, outbox_id) == 3


async def test_the_consenting_admins_are_listed(db):
    outbox_id, other = await draft(db), await draft(db)
    for admin_id in (33, OTHER, 33):
        await transact(db, records.add_consent, outbox_id, admin_id)

    assert await transact(db, records.list_consenting, outbox_id) == {OTHER, 33}
    assert await transact(db, records.list_consenting, other) == set()


async def test_it_is_deleted_from_the_moment_a_deletion_of_it_begins(db):
    of_id, other = await draft(db), await draft(db)
    correction = await draft(db, kind=MessageKind.CORRECTION, of_id=of_id)
    await transact(db, messages.start, correction, 2.0)
    deletion, discarded = [await draft(db, kind=MessageKind.DELETION, of_id=of_id) for _ in range(2)]
    await transact(db, messages.stop, discarded, 2.0, only_from=messages.UNCONFIRMED)
    assert not await transact(db, records.is_deleted, of_id)

    await transact(db, messages.start, deletion, 3.0)

    assert await transact(db, records.is_deleted, of_id)
    assert not await transact(db, records.is_deleted, other)
