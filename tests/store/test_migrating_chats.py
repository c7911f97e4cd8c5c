"""A group that moved to another id keeps its settings and gets no message twice."""

import itertools

import pytest
from sqlalchemy import select, update

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.domain.messages.message import Message
from outreachbot.store import chats
from outreachbot.store import tables as t
from outreachbot.store.broadcasts import records
from outreachbot.store.chats import Chat
from outreachbot.store.database import connect
from outreachbot.store.delivery import outbox
from tests.support.transactions import transact

OLD, NEW = -5, -1005


async def find(db, chat_id):
    async with connect.reading(db) as connection:
        return await chats.find(connection, chat_id)


async def test_a_group_that_moves_keeps_all_it_said(db):
    await transact(db, chats.subscribe, OLD, kind="group", language="az", topic_id=4, now=3.0)
    async with connect.writing(db) as transaction:
        await transaction.execute(update(t.chats).values(zone="Asia/Tokyo", hour=7, joined="poster"))
    await transact(db, chats.migrate, OLD, NEW)

    assert await find(db, OLD) is None
    assert await find(db, NEW) == Chat(NEW, "supergroup", "az", 4, 3.0)
    async with connect.reading(db) as connection:
        kept = (await connection.execute(select(t.chats))).one()
    assert (kept.zone, kept.hour, kept.joined, kept.subscribed_at) == ("Asia/Tokyo", 7, "poster", 3.0)


async def test_moving_twice_is_like_moving_once(db, subscribe, deliver, states):
    await subscribe(OLD)
    outbox_id = await deliver({OLD: DeliveryState.QUEUED})
    await transact(db, chats.migrate, OLD, NEW)
    await transact(db, chats.migrate, OLD, NEW)

    assert await states(outbox_id) == {NEW: DeliveryState.QUEUED}
    assert await find(db, OLD) is None


async def test_a_chat_that_moves_to_itself_stays(db, subscribe, deliver, states):
    await subscribe(OLD)
    outbox_id = await deliver({OLD: DeliveryState.QUEUED})
    await transact(db, chats.migrate, OLD, OLD)

    assert (await find(db, OLD)).subscribed is True
    assert await states(outbox_id) == {OLD: DeliveryState.QUEUED}


async def test_a_move_of_unknown_chats_makes_none_known(db):
    await transact(db, chats.migrate, OLD, NEW)

    assert (await find(db, OLD), await find(db, NEW)) == (None, None)


async def test_a_group_known_by_its_new_id_only_stays_as_it_is(db, subscribe):
    await subscribe(NEW, kind="supergroup")
    await transact(db, chats.migrate, OLD, NEW)

    assert await find(db, NEW) == Chat(NEW, "supergroup", "en", None, 1.0)


@pytest.mark.parametrize(("old", "new"), list(itertools.product([True, False], repeat=2)))
async def test_a_subscription_of_either_id_holds(db, subscribe, old, new):
    await subscribe(OLD, kind="group")
    await subscribe(NEW, kind="supergroup")
    for chat_id, wants in ((OLD, old), (NEW, new)):
        if not wants:
            await transact(db, chats.unsubscribe, chat_id)
    await transact(db, chats.migrate, OLD, NEW)

    assert await find(db, OLD) is None
    assert await find(db, NEW) == Chat(NEW, "supergroup", "en", None, 1.0 if old or new else None)


@pytest.mark.parametrize("state", [state for state in DeliveryState if state is not DeliveryState.SENDING])
async def test_a_delivery_moves_as_it_is(db, subscribe, deliver, states, state):
    await subscribe(OLD)
    outbox_id = await deliver({OLD: state, 7: DeliveryState.SENT})
    await transact(db, chats.migrate, OLD, NEW)

    assert await states(outbox_id) == {NEW: state, 7: DeliveryState.SENT}


SURELY, PERHAPS, WAITS, NOT = (
    DeliveryState.SENT,
    DeliveryState.UNCERTAIN,
    DeliveryState.QUEUED,
    (DeliveryState.FAILED, DeliveryState.SKIPPED),
)
SETTLED_OR_QUEUED = (SURELY, PERHAPS, WAITS, *NOT)


def kept(old, new):
    """The state of the remaining row: sent, else uncertain, else the state under the new id."""
    return next((state for state in (SURELY, PERHAPS) if state in {old, new}), new)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(SETTLED_OR_QUEUED, repeat=2)))
async def test_a_message_for_both_ids_is_one_delivery_that_is_never_sent_twice(db, deliver, states, old, new):
    outbox_id = await deliver({OLD: old, NEW: new})
    await transact(db, chats.migrate, OLD, NEW)

    assert await states(outbox_id) == {NEW: kept(old, new)}


@pytest.mark.parametrize("old", SETTLED_OR_QUEUED)
async def test_a_delivery_in_flight_to_the_new_id_stays_in_flight(db, deliver, states, old):
    outbox_id = await deliver({OLD: old, NEW: DeliveryState.SENDING})
    await transact(db, chats.migrate, OLD, NEW)

    assert await states(outbox_id) == {NEW: DeliveryState.SENT if old is DeliveryState.SENT else DeliveryState.SENDING}


@pytest.mark.parametrize("new", [None, *SETTLED_OR_QUEUED])
async def test_a_delivery_in_flight_to_the_old_id_is_settled_under_it(db, deliver, states, sender, new):
    """If it moved with the others it would stay `sending` for ever: nobody would settle it under the new id."""
    outbox_id = await deliver({OLD: DeliveryState.SENDING} | ({} if new is None else {NEW: new}))
    await transact(db, chats.migrate, OLD, NEW)
    await transact(db, outbox.settle, sender, [outbox.Settled(outbox_id, OLD, DeliveryState.SENT, telegram_id=9)], 2.0)

    now = await states(outbox_id)
    assert now[OLD] == DeliveryState.SENT
    assert now.get(NEW, DeliveryState.SENT) in {DeliveryState.SENT, DeliveryState.UNCERTAIN}


async def test_a_delivery_redirected_to_the_new_id_is_queued_for_it(db, subscribe, deliver, states, sender):
    """Two messages are in flight to the old id; Telegram answers both with the new one."""
    await subscribe(OLD)
    first, second = [await deliver({OLD: DeliveryState.SENDING}) for _ in range(2)]
    for outbox_id in (first, second):
        await transact(db, outbox.settle, sender, [outbox.Settled(outbox_id, OLD, DeliveryState.QUEUED)], 2.0)
        await transact(db, chats.migrate, OLD, NEW)

    assert (await states(first), await states(second)) == ({NEW: DeliveryState.QUEUED}, {NEW: DeliveryState.QUEUED})


async def test_other_messages_and_other_chats_do_not_move(db, deliver, states):
    both, only_new = (
        await deliver({OLD: DeliveryState.SENT, NEW: DeliveryState.QUEUED}),
        await deliver({NEW: DeliveryState.QUEUED, 7: DeliveryState.QUEUED}),
    )
    await transact(db, chats.migrate, OLD, NEW)

    assert await states(both) == {NEW: DeliveryState.SENT}
    assert await states(only_new) == {NEW: DeliveryState.QUEUED, 7: DeliveryState.QUEUED}


async def test_a_broadcast_shows_its_progress_in_the_group_that_moved(db):
    here = await transact(db, records.create_draft, 1, OLD, {"en": Message("x")}, 1.0)
    there = await transact(db, records.create_draft, 1, 7, {"en": Message("x")}, 1.0)
    await transact(db, chats.migrate, OLD, NEW)
    async with connect.reading(db) as connection:
        assert (await records.find(connection, here)).chat_id == NEW
        assert (await records.find(connection, there)).chat_id == 7


async def test_the_ids_of_a_copy_move_with_it(db, deliver):
    await deliver({OLD: DeliveryState.SENT}, telegram_id=70, more_ids=[71, 72])
    await transact(db, chats.migrate, OLD, NEW)
    async with connect.reading(db) as connection:
        moved = (await connection.execute(select(t.deliveries))).one()

    assert (moved.chat_id, moved.telegram_id, moved.more_ids) == (NEW, 70, [71, 72])


async def test_a_late_answer_to_what_moved_meanwhile_changes_nothing(db, deliver, states, sender):
    """Its sender's lease was taken for expired before the group moved: no row has the old id any more."""
    outbox_id = await deliver({OLD: DeliveryState.UNCERTAIN})
    await transact(db, chats.migrate, OLD, NEW)
    await transact(db, outbox.settle, sender, [outbox.Settled(outbox_id, OLD, DeliveryState.SENT, telegram_id=9)], 2.0)

    assert await states(outbox_id) == {NEW: DeliveryState.UNCERTAIN}
