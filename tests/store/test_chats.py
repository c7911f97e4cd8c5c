"""Who subscribed, who is gone, who moved: nobody is lost and nobody gets a message twice."""

import itertools

import pytest
from sqlalchemy import select, update

from outreachbot.domain.delivery import Reason, State
from outreachbot.domain.message import Message
from outreachbot.domain.schedule import Group
from outreachbot.store import broadcasts, chats, connect, outbox
from outreachbot.store import tables as t
from outreachbot.store.chats import Chat

OLD, NEW = -5, -1005


async def find(db, chat_id):
    async with connect.reading(db) as connection:
        return await chats.find(connection, chat_id)


async def row(db, chat_id):
    async with connect.reading(db) as connection:
        return (await connection.execute(select(t.chats).where(t.chats.c.id == chat_id))).one()


async def count(db):
    async with connect.reading(db) as connection:
        return await chats.count(connection)


async def do(db, change, *values, **named):
    """One change of the store in a transaction of its own."""
    async with connect.writing(db) as transaction:
        return await change(transaction, *values, **named)


async def again(db, chat_id, *, language="en", topic_id=None, kind="private", now=2.0):
    return await do(db, chats.subscribe, chat_id, kind=kind, language=language, topic_id=topic_id, now=now)


async def test_an_unknown_chat_is_not_found(db):
    assert await find(db, 5) is None


async def test_subscribing_twice_is_new_once(db):
    assert await again(db, 5) is True
    assert await again(db, 5) is False


async def test_a_subscribed_chat_is_remembered_with_the_latest_it_said(db):
    await again(db, -10050000000000, language="en", topic_id=3, kind="supergroup")
    await again(db, -10050000000000, language="az", topic_id=None, kind="supergroup")

    assert await find(db, -10050000000000) == Chat(-10050000000000, "supergroup", "az", None, subscribed=True)


async def test_subscribing_again_keeps_the_moment_of_the_first_time(db):
    await again(db, 5, now=1.0)
    await again(db, 5, now=9.0)

    assert (await row(db, 5)).subscribed_at == 1.0


async def test_unsubscribing_is_told_once(db, subscribe):
    await subscribe(5)

    assert await do(db, chats.unsubscribe, 5) is True
    assert await do(db, chats.unsubscribe, 5) is False
    assert (await find(db, 5)).subscribed is False


async def test_an_unknown_chat_can_unsubscribe_without_harm(db):
    assert await do(db, chats.unsubscribe, 5) is False


async def test_who_returns_is_new_again_and_counts_from_then(db, subscribe):
    await subscribe(5, now=1.0)
    await do(db, chats.unsubscribe, 5)

    assert await again(db, 5, now=7.0) is True
    assert (await row(db, 5)).subscribed_at == 7.0


async def test_unsubscribing_leaves_others_alone(db, subscribe):
    await subscribe(5, 6)
    await do(db, chats.unsubscribe, 5)

    assert (await find(db, 6)).subscribed is True


async def test_a_chat_that_is_gone_keeps_its_subscription_for_its_return(db, subscribe):
    await subscribe(5)
    await do(db, chats.gone, 5, Reason.BLOCKED, 3.0)

    assert await count(db) == {}
    await do(db, chats.back, 5)
    assert await count(db) == {"private": 1}
    assert ((await row(db, 5)).gone_at, (await row(db, 5)).gone_reason) == (None, None)


async def test_the_first_reason_to_be_gone_stays(db, subscribe):
    await subscribe(5)
    await do(db, chats.gone, 5, Reason.BLOCKED, 3.0)
    await do(db, chats.gone, 5, Reason.DEACTIVATED, 4.0)

    assert ((await row(db, 5)).gone_at, (await row(db, 5)).gone_reason) == (3.0, Reason.BLOCKED)


async def test_who_subscribes_is_not_gone_any_more(db, subscribe):
    await subscribe(5)
    await do(db, chats.gone, 5, Reason.BLOCKED, 3.0)

    assert await again(db, 5) is False
    assert (await row(db, 5)).gone_at is None


async def test_going_and_coming_back_does_not_make_an_unknown_chat_known(db):
    await do(db, chats.gone, 5, Reason.KICKED, 1.0)
    await do(db, chats.back, 5)

    assert await find(db, 5) is None


async def test_only_chats_that_would_be_reached_are_counted(db, subscribe):
    await subscribe(1, 2, 3)
    await subscribe(-1, -2, kind="group")
    await do(db, chats.unsubscribe, 1)
    await do(db, chats.gone, -1, Reason.KICKED, 1.0)

    assert await count(db) == {"private": 2, "group": 1}


async def groups(db):
    async with connect.reading(db) as connection:
        return sorted(await chats.groups(connection, "Asia/Baku", 9), key=lambda one: (one.zone, one.hour))


async def test_groups_are_told_once_with_defaults_for_those_that_chose_none(db, subscribe):
    await subscribe(1, 2)
    await subscribe(3, zone="Asia/Baku", hour=9)
    await subscribe(4, hour=0)
    await subscribe(5, zone="Asia/Tokyo")

    assert await groups(db) == [Group("Asia/Baku", 0), Group("Asia/Baku", 9), Group("Asia/Tokyo", 9)]


async def test_groups_of_chats_that_are_not_reached_are_not_told(db, subscribe):
    await subscribe(1, zone="Asia/Tokyo")
    await subscribe(2, zone="Europe/Paris")
    await do(db, chats.unsubscribe, 1)
    await do(db, chats.gone, 2, Reason.BLOCKED, 1.0)

    assert await groups(db) == []


async def test_a_group_that_moves_keeps_all_it_said(db):
    await again(db, OLD, language="az", topic_id=4, kind="group", now=3.0)
    async with connect.writing(db) as transaction:
        await transaction.execute(update(t.chats).values(zone="Asia/Tokyo", hour=7))
    await do(db, chats.migrate, OLD, NEW)

    assert await find(db, OLD) is None
    assert await find(db, NEW) == Chat(NEW, "supergroup", "az", 4, subscribed=True)
    assert ((await row(db, NEW)).zone, (await row(db, NEW)).hour, (await row(db, NEW)).subscribed_at) == (
        "Asia/Tokyo",
        7,
        3.0,
    )


async def test_moving_twice_is_like_moving_once(db, subscribe, deliver, states):
    await subscribe(OLD)
    message_id = await deliver({OLD: State.QUEUED})
    await do(db, chats.migrate, OLD, NEW)
    await do(db, chats.migrate, OLD, NEW)

    assert await states(message_id) == {NEW: State.QUEUED}
    assert await find(db, OLD) is None


async def test_a_chat_that_moves_to_itself_stays(db, subscribe, deliver, states):
    await subscribe(OLD)
    message_id = await deliver({OLD: State.QUEUED})
    await do(db, chats.migrate, OLD, OLD)

    assert (await find(db, OLD)).subscribed is True
    assert await states(message_id) == {OLD: State.QUEUED}


async def test_a_move_of_unknown_chats_makes_none_known(db):
    await do(db, chats.migrate, OLD, NEW)

    assert (await find(db, OLD), await find(db, NEW)) == (None, None)


async def test_a_group_known_by_its_new_id_only_stays_as_it_is(db, subscribe):
    await subscribe(NEW, kind="supergroup")
    await do(db, chats.migrate, OLD, NEW)

    assert await find(db, NEW) == Chat(NEW, "supergroup", "en", None, subscribed=True)


@pytest.mark.parametrize(("old", "new"), list(itertools.product([True, False], repeat=2)))
async def test_a_subscription_of_either_id_holds(db, subscribe, old, new):
    await subscribe(OLD, kind="group")
    await subscribe(NEW, kind="supergroup")
    for chat_id, wants in ((OLD, old), (NEW, new)):
        if not wants:
            await do(db, chats.unsubscribe, chat_id)
    await do(db, chats.migrate, OLD, NEW)

    assert await find(db, OLD) is None
    assert await find(db, NEW) == Chat(NEW, "supergroup", "en", None, subscribed=old or new)


@pytest.mark.parametrize("state", [state for state in State if state is not State.SENDING])
async def test_a_delivery_moves_as_it_is(db, subscribe, deliver, states, state):
    await subscribe(OLD)
    message_id = await deliver({OLD: state, 7: State.SENT})
    await do(db, chats.migrate, OLD, NEW)

    assert await states(message_id) == {NEW: state, 7: State.SENT}


SURELY, PERHAPS, WAITS, NOT = State.SENT, State.UNCERTAIN, State.QUEUED, (State.FAILED, State.SKIPPED)
LANDED = (SURELY, PERHAPS, WAITS, *NOT)


def kept(old, new):
    """What the one row that is left says: what arrived, else what may have, else what the new id has."""
    return next((state for state in (SURELY, PERHAPS) if state in {old, new}), new)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(LANDED, repeat=2)))
async def test_a_message_for_both_ids_is_one_delivery_that_is_never_sent_twice(db, deliver, states, old, new):
    message_id = await deliver({OLD: old, NEW: new})
    await do(db, chats.migrate, OLD, NEW)

    assert await states(message_id) == {NEW: kept(old, new)}


@pytest.mark.parametrize("old", LANDED)
async def test_what_is_in_the_air_to_the_new_id_stays_so_until_it_lands(db, deliver, states, old):
    message_id = await deliver({OLD: old, NEW: State.SENDING})
    await do(db, chats.migrate, OLD, NEW)

    assert await states(message_id) == {NEW: State.SENT if old is State.SENT else State.SENDING}


@pytest.mark.parametrize("new", [None, *LANDED])
async def test_what_is_in_the_air_to_the_old_id_lands_under_it(db, deliver, states, new):
    """Moved with the others it would be `sending` for ever: nobody would settle it under its new id."""
    message_id = await deliver({OLD: State.SENDING} | ({} if new is None else {NEW: new}))
    await do(db, chats.migrate, OLD, NEW)
    await do(db, outbox.settle, [outbox.Settled(message_id, OLD, State.SENT, telegram_id=9)], 2.0)

    now = await states(message_id)
    assert now[OLD] == State.SENT
    assert now.get(NEW, State.SENT) in {State.SENT, State.UNCERTAIN}


async def test_what_telegram_sends_on_to_the_new_id_is_queued_for_it(db, subscribe, deliver, states):
    """Two messages are in the air to the old id; both are answered with the new one."""
    await subscribe(OLD)
    first, second = [await deliver({OLD: State.SENDING}) for _ in range(2)]
    for message_id in (first, second):
        await do(db, outbox.settle, [outbox.Settled(message_id, OLD, State.QUEUED)], 2.0)
        await do(db, chats.migrate, OLD, NEW)

    assert (await states(first), await states(second)) == ({NEW: State.QUEUED}, {NEW: State.QUEUED})


async def test_other_messages_and_other_chats_do_not_move(db, deliver, states):
    both, only_new = (
        await deliver({OLD: State.SENT, NEW: State.QUEUED}),
        await deliver({NEW: State.QUEUED, 7: State.QUEUED}),
    )
    await do(db, chats.migrate, OLD, NEW)

    assert await states(both) == {NEW: State.SENT}
    assert await states(only_new) == {NEW: State.QUEUED, 7: State.QUEUED}


async def test_a_broadcast_shows_its_progress_in_the_group_that_moved(db):
    here = await do(db, broadcasts.draft, 1, OLD, {"en": Message("x")}, 1.0)
    there = await do(db, broadcasts.draft, 1, 7, {"en": Message("x")}, 1.0)
    await do(db, chats.migrate, OLD, NEW)
    async with connect.reading(db) as connection:
        assert (await broadcasts.find(connection, here)).chat_id == NEW
        assert (await broadcasts.find(connection, there)).chat_id == 7
