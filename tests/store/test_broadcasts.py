"""Who wrote a broadcast, and where its progress is shown."""

import asyncio

from outreachbot.domain.delivery import MessageState
from outreachbot.domain.message import Message
from outreachbot.store import broadcasts, connect, outbox
from outreachbot.store.broadcasts import COMPOSING_SECONDS, Broadcast

ADMIN, OTHER = 11, 22
BODIES = {"en": Message("hello")}


async def do(db, change, *values, **named):
    async with connect.writing(db) as transaction:
        return await change(transaction, *values, **named)


async def draft(db, admin_id=ADMIN, chat_id=5, now=1.0):
    return await do(db, broadcasts.draft, admin_id, chat_id, BODIES, now)


async def unreported(db):
    async with connect.reading(db) as connection:
        return [one.message_id for one in await broadcasts.unreported(connection)]


async def test_who_was_asked_writes_a_broadcast_next(db):
    await do(db, broadcasts.ask, ADMIN, 100.0)

    assert await do(db, broadcasts.asked, ADMIN, 101.0) is True
    assert await do(db, broadcasts.asked, OTHER, 101.0) is False


async def test_an_hour_later_it_is_forgotten(db):
    await do(db, broadcasts.ask, ADMIN, 100.0)

    assert await do(db, broadcasts.asked, ADMIN, 99.0 + COMPOSING_SECONDS) is True
    assert await do(db, broadcasts.asked, ADMIN, 100.0 + COMPOSING_SECONDS) is False


async def test_asking_again_starts_the_hour_anew(db):
    await do(db, broadcasts.ask, ADMIN, 100.0)
    await do(db, broadcasts.ask, ADMIN, 200.0)

    assert await do(db, broadcasts.asked, ADMIN, 150.0 + COMPOSING_SECONDS) is True


async def test_who_gave_up_writes_ordinary_messages_again(db):
    await do(db, broadcasts.ask, ADMIN, 100.0)
    await do(db, broadcasts.ask, OTHER, 100.0)

    assert await do(db, broadcasts.forget, ADMIN) is True
    assert await do(db, broadcasts.forget, ADMIN) is False
    assert await do(db, broadcasts.asked, ADMIN, 101.0) is False
    assert await do(db, broadcasts.asked, OTHER, 101.0) is True


async def test_a_draft_is_found_as_it_was_written(db):
    message_id = await draft(db)

    assert await do(db, broadcasts.find, message_id) == Broadcast(
        message_id=message_id,
        admin_id=ADMIN,
        chat_id=5,
        progress_id=None,
        state=MessageState.DRAFT,
        state_reason=None,
        started_at=None,
    )
    assert await do(db, outbox.body, message_id) == BODIES


async def test_a_draft_goes_to_nobody(db, subscribe, states):
    await subscribe(1, 2)
    message_id = await draft(db)

    assert await do(db, outbox.claim, 10, 2.0) == []
    assert await states(message_id) == {}


async def test_a_reminder_is_no_broadcast(db, deliver):
    message_id = await deliver({}, kind=outbox.REMINDER)

    assert await do(db, broadcasts.find, message_id) is None
    assert await do(db, broadcasts.every) == []


async def test_all_broadcasts_are_told_the_oldest_first(db):
    written = [await draft(db, now=now) for now in (3.0, 1.0, 2.0)]

    assert [one.message_id for one in await do(db, broadcasts.every)] == written


async def test_a_confirmed_broadcast_is_unreported_until_its_report_was_shown(db):
    only_draft, started, cancelled = [await draft(db) for _ in range(3)]
    await do(db, outbox.start, started, 2.0)
    await do(db, outbox.move, cancelled, MessageState.CANCELLED, only_from=[MessageState.DRAFT])
    assert await unreported(db) == [started, cancelled]

    await do(db, outbox.finish, 3.0)
    await do(db, broadcasts.reported, started)

    assert await unreported(db) == [cancelled]
    assert (await do(db, broadcasts.find, only_draft)).state is MessageState.DRAFT


async def test_its_progress_says_when_it_ran_and_why_it_rests(db):
    message_id = await draft(db)
    await do(db, outbox.start, message_id, 2.0)
    await do(db, outbox.pause, message_id, "can't parse entities")
    await do(db, broadcasts.show_progress_in, message_id, 99)

    found = await do(db, broadcasts.find, message_id)

    assert (found.state, found.state_reason) == (MessageState.PAUSED, "can't parse entities")
    assert (found.progress_id, found.started_at) == (99, 2.0)


async def test_two_admins_who_write_at_once_each_get_their_own(db):
    first, second = await asyncio.gather(draft(db, ADMIN), draft(db, OTHER))

    assert (await do(db, broadcasts.find, first)).admin_id == ADMIN
    assert (await do(db, broadcasts.find, second)).admin_id == OTHER


async def test_discarded_drafts_are_gone_and_what_was_confirmed_stays(db):
    ours, started, theirs = await draft(db), await draft(db), await draft(db, OTHER)
    await do(db, outbox.start, started, 2.0)

    assert await do(db, broadcasts.discard_drafts, ADMIN) is True
    assert await do(db, broadcasts.discard_drafts, ADMIN) is False
    assert [one.message_id for one in await do(db, broadcasts.every)] == [started, theirs]
    assert await do(db, outbox.start, ours, 3.0) is None
