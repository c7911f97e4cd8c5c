"""Chats subscribe, become unreachable and return."""

from sqlalchemy import select

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.delivery.states import Reason
from outreachbot.store import audience, chats
from outreachbot.store import tables as t
from outreachbot.store.chats import Chat
from outreachbot.store.database import connect
from tests.support.transactions import transact


async def find(db, chat_id):
    async with connect.reading(db) as connection:
        return await chats.find(connection, chat_id)


async def row(db, chat_id):
    async with connect.reading(db) as connection:
        return (await connection.execute(select(t.chats).where(t.chats.c.id == chat_id))).one()


async def count(db):
    async with connect.reading(db) as connection:
        return {counted.kind: counted.chats for counted in await audience.count_chats(connection, BroadcastAudience())}


async def again(db, chat_id, *, language="en", topic_id=None, kind="private", now=2.0):
    return await transact(db, chats.subscribe, chat_id, kind=kind, language=language, topic_id=topic_id, now=now)


async def test_an_unknown_chat_is_not_found(db):
    assert await find(db, 5) is None


async def test_subscribing_twice_is_new_once(db):
    assert await again(db, 5) is True
    assert await again(db, 5) is False


async def test_a_subscribed_chat_is_remembered_with_the_latest_it_said(db):
    await again(db, -10050000000000, language="en", topic_id=3, kind="supergroup")
    await again(db, -10050000000000, language="az", topic_id=None, kind="supergroup")

    assert await find(db, -10050000000000) == Chat(-10050000000000, "supergroup", "az", None, 2.0)


async def test_subscribing_again_keeps_the_moment_of_the_first_time(db):
    await again(db, 5, now=1.0)
    await again(db, 5, now=9.0)

    assert (await row(db, 5)).subscribed_at == 1.0


async def test_unsubscribing_is_reported_once(db, subscribe):
    await subscribe(5)

    assert await transact(db, chats.unsubscribe, 5) is True
    assert await transact(db, chats.unsubscribe, 5) is False
    assert (await find(db, 5)).subscribed is False


async def test_an_unknown_chat_can_unsubscribe_without_harm(db):
    assert await transact(db, chats.unsubscribe, 5) is False


async def test_a_returning_chat_is_new_again_and_counts_from_then(db, subscribe):
    await subscribe(5, now=1.0)
    await transact(db, chats.unsubscribe, 5)

    assert await again(db, 5, now=7.0) is True
    assert (await row(db, 5)).subscribed_at == 7.0


async def test_unsubscribing_leaves_others_alone(db, subscribe):
    await subscribe(5, 6)
    await transact(db, chats.unsubscribe, 5)

    assert (await find(db, 6)).subscribed is True


async def test_a_chat_that_is_gone_keeps_its_subscription_for_its_return(db, subscribe):
    await subscribe(5)
    await transact(db, chats.mark_gone, 5, Reason.BLOCKED, 3.0)

    assert await count(db) == {}
    await transact(db, chats.mark_reachable, 5)
    assert await count(db) == {"private": 1}
    assert ((await row(db, 5)).gone_at, (await row(db, 5)).gone_reason) == (None, None)


async def test_the_first_reason_to_be_gone_stays(db, subscribe):
    await subscribe(5)
    await transact(db, chats.mark_gone, 5, Reason.BLOCKED, 3.0)
    await transact(db, chats.mark_gone, 5, Reason.DEACTIVATED, 4.0)

    assert ((await row(db, 5)).gone_at, (await row(db, 5)).gone_reason) == (3.0, Reason.BLOCKED)


async def test_subscribing_makes_a_chat_reachable_again(db, subscribe):
    await subscribe(5)
    await transact(db, chats.mark_gone, 5, Reason.BLOCKED, 3.0)

    assert await again(db, 5) is False
    assert (await row(db, 5)).gone_at is None


async def test_going_and_coming_back_does_not_make_an_unknown_chat_known(db):
    await transact(db, chats.mark_gone, 5, Reason.KICKED, 1.0)
    await transact(db, chats.mark_reachable, 5)

    assert await find(db, 5) is None


async def test_only_chats_that_would_be_reached_are_counted(db, subscribe):
    await subscribe(1, 2, 3)
    await subscribe(-1, -2, kind="group")
    await transact(db, chats.unsubscribe, 1)
    await transact(db, chats.mark_gone, -1, Reason.KICKED, 1.0)

    assert await count(db) == {"private": 2, "group": 1}


async def test_how_a_chat_came_is_remembered_before_it_subscribes_and_subscribes_nobody(db):
    await transact(db, chats.record_start_code, 5, "poster", language="az")
    assert await find(db, 5) == Chat(5, "private", "az", None, None)
    assert await count(db) == {}
    await again(db, 5, language="en")

    assert (await row(db, 5)).joined == "poster"
    assert await find(db, 5) == Chat(5, "private", "en", None, 2.0)


async def test_the_first_start_code_counts_and_changes_nothing_else(db, subscribe):
    await subscribe(5, language="tr")
    await transact(db, chats.record_start_code, 5, "poster", language="az")
    await transact(db, chats.record_start_code, 5, "leaflet", language="az")

    assert (await row(db, 5)).joined == "poster"
    assert await find(db, 5) == Chat(5, "private", "tr", None, 1.0)


async def test_a_topic_that_was_deleted_leaves_the_group_itself_subscribed(db):
    await again(db, -1005, topic_id=42, kind="supergroup")
    await transact(db, chats.forget_topic, -1005, 41)
    assert (await find(db, -1005)).topic_id == 42
    await transact(db, chats.forget_topic, -1005, 42)

    assert await find(db, -1005) == Chat(-1005, "supergroup", "en", None, 2.0)
