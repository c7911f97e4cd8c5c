"""Which chats belong to an audience: subscribed ones that meet its criteria."""

import itertools

import pytest
from sqlalchemy import insert

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.delivery.states import DeliveryState, MessageKind, Reason
from outreachbot.domain.reminders.audience import ReminderAudience
from outreachbot.domain.reminders.schedule import Group
from outreachbot.store import audience, chats
from outreachbot.store import tables as t
from outreachbot.store.audience import ChatCount
from outreachbot.store.database import connect
from outreachbot.store.reminders import plans
from tests.support.transactions import transact


async def count(db, to):
    """The numbers of chats, ordered by kind and language."""
    async with connect.reading(db) as connection:
        found = await audience.count_chats(connection, to)
    return sorted(found, key=lambda counted: (counted.kind, counted.language))


@pytest.fixture
def reached(confirm, queue, states):
    """The chats that a broadcast to this audience is queued for."""

    async def reached(to):
        outbox_id = await confirm(to)
        await queue()
        return set(await states(outbox_id))

    return reached


@pytest.fixture
async def choose(db):
    async def choose(wanted, anniversary="a"):
        rows = [
            {"chat_id": chat_id, "anniversary_id": anniversary, "wanted": wants} for chat_id, wants in wanted.items()
        ]
        async with connect.writing(db) as transaction:
            await transaction.execute(insert(t.choices), rows)

    return choose


async def test_unsubscribed_and_unreachable_chats_belong_to_no_audience(db, subscribe, reached):
    await subscribe(1, 2, 3)
    await transact(db, chats.unsubscribe, 1)
    await transact(db, chats.mark_gone, 2, Reason.BLOCKED, 1.0)

    assert await reached(BroadcastAudience()) == {3}
    assert await count(db, BroadcastAudience()) == [ChatCount("private", "en", 1)]


async def test_a_chat_that_subscribes_later_does_not_belong(subscribe, reached):
    await subscribe(1, now=9.0)
    await subscribe(2, now=10.0)
    await subscribe(3, now=10.5)

    assert await reached(ReminderAudience(subscribed_until=10.0)) == {1, 2}


async def test_chats_are_counted_by_kind_and_language(db, subscribe):
    await subscribe(1, 2)
    await subscribe(3, language="az")
    await subscribe(-1, -2, kind="group", language="az")
    await subscribe(-3, kind="channel")

    assert await count(db, BroadcastAudience()) == [
        ChatCount("channel", "en", 1),
        ChatCount("group", "az", 2),
        ChatCount("private", "az", 1),
        ChatCount("private", "en", 2),
    ]
    assert await count(db, BroadcastAudience(languages=("az",), kinds=("group", "channel"))) == [
        ChatCount("group", "az", 2)
    ]
    assert await count(db, BroadcastAudience(languages=("tr",))) == []


SEGMENTS = [
    (BroadcastAudience(languages=("az",)), {2, -2}),
    (BroadcastAudience(languages=("az", "tr")), {2, 3, -2}),
    (BroadcastAudience(languages=("ru",)), set()),
    (BroadcastAudience(kinds=("private",)), {1, 2, 3}),
    (BroadcastAudience(kinds=("group", "supergroup")), {-1, -2, -1003}),
    (BroadcastAudience(kinds=("channel",)), {-1004}),
    (BroadcastAudience(joined="poster"), {2, -1}),
    (BroadcastAudience(joined="leaflet"), {3}),
    (BroadcastAudience(joined="post"), set()),
    (BroadcastAudience(languages=("az",), kinds=("private",)), {2}),
    (BroadcastAudience(languages=("en",), joined="poster"), {-1}),
    (BroadcastAudience(kinds=("group",), joined="leaflet"), set()),
]


@pytest.mark.parametrize(("to", "who"), SEGMENTS)
async def test_a_segment_is_every_chat_that_meets_all_criteria(db, subscribe, reached, to, who):
    await subscribe(1)
    await subscribe(2, language="az", joined="poster")
    await subscribe(3, language="tr", joined="leaflet")
    await subscribe(-1, kind="group", joined="poster")
    await subscribe(-2, kind="group", language="az")
    await subscribe(-1003, kind="supergroup")
    await subscribe(-1004, kind="channel")

    assert await reached(to) == who
    assert sum(counted.chats for counted in await count(db, to)) == len(who)


@pytest.mark.parametrize(("by_default", "who"), [(True, {1, 2, 4}), (False, {2})])
async def test_chats_reminded_of_an_anniversary_chose_it_or_have_it_by_default(
    db, subscribe, choose, reached, by_default, who
):
    await subscribe(1, 2, 3, 4)
    await choose({2: True, 3: False})
    await choose({1: False, 4: True}, "other")

    assert await reached(BroadcastAudience(anniversary="a", by_default=by_default)) == who


async def test_a_groups_choices_are_migrated_and_deleted_with_it(db, subscribe, choose, reached):
    await subscribe(-5, 6, kind="group")
    await choose({-5: False, 6: False})
    await transact(db, chats.migrate, -5, -1005)
    await transact(db, chats.migrate, 6, -1005)

    assert await reached(BroadcastAudience(anniversary="a")) == set()
    await subscribe(6, kind="group")
    assert await reached(BroadcastAudience(anniversary="a")) == {6}


@pytest.mark.parametrize(
    ("zone", "hour", "who"),
    [
        ("Asia/Baku", 9, {1, 2, 3}),  # by choice or by default
        ("Asia/Baku", 20, {4}),
        ("Asia/Tokyo", 9, {5}),
        ("Asia/Tokyo", 0, {6}),
        ("Europe/Paris", 9, set()),
    ],
)
async def test_a_group_is_every_chat_with_its_zone_and_hour_chosen_or_by_default(subscribe, reached, zone, hour, who):
    await subscribe(1)
    await subscribe(2, zone="Asia/Baku")
    await subscribe(3, hour=9)
    await subscribe(4, hour=20)
    await subscribe(5, zone="Asia/Tokyo")
    await subscribe(6, zone="Asia/Tokyo", hour=0)

    assert await reached(ReminderAudience(group=Group(zone, hour), default=Group("Asia/Baku", 9))) == who


async def test_without_a_default_a_group_includes_the_chats_that_chose_nothing(subscribe, reached):
    await subscribe(1)
    await subscribe(2, zone="Asia/Baku", hour=9)
    await subscribe(3, zone="Asia/Tokyo")

    assert await reached(ReminderAudience(group=Group("Asia/Baku", 9))) == {1, 2}


async def test_every_chat_is_in_one_of_the_listed_groups(db, subscribe, confirm, queue, states):
    for number, (zone, hour) in enumerate(itertools.product([None, "Asia/Baku", "Asia/Tokyo"], [None, 0, 9])):
        await subscribe(number, zone=zone, hour=hour)
    everybody = []
    for group in await transact(db, plans.list_groups, Group("Asia/Baku", 9)):
        outbox_id = await confirm(ReminderAudience(group=group, default=Group("Asia/Baku", 9)))
        await queue()
        everybody += await states(outbox_id)

    assert sorted(everybody) == list(range(9))


async def test_audience_chats_are_counted_by_zone_using_the_default_where_none_is_chosen(db, subscribe):
    await subscribe(1, 2)
    await subscribe(3, zone="Asia/Baku", language="az")
    await subscribe(4, zone="Asia/Tokyo")
    await subscribe(5, zone="Europe/Paris")
    await transact(db, chats.unsubscribe, 5)

    assert await transact(db, audience.count_by_zone, BroadcastAudience(), "Asia/Baku") == {
        "Asia/Baku": 3,
        "Asia/Tokyo": 1,
    }
    assert await transact(db, audience.count_by_zone, BroadcastAudience(), "UTC") == {
        "UTC": 2,
        "Asia/Baku": 1,
        "Asia/Tokyo": 1,
    }
    assert await transact(db, audience.count_by_zone, BroadcastAudience(languages=("az",)), "UTC") == {"Asia/Baku": 1}
    assert await transact(db, audience.count_by_zone, BroadcastAudience(languages=("xx",)), "UTC") == {}


async def test_every_zone_of_a_subscribed_chat_is_listed_once_including_the_default(db, subscribe):
    assert await transact(db, audience.list_zones, "UTC") == []
    await subscribe(1, 2, zone="Asia/Tokyo")
    await subscribe(3, zone="Asia/Baku")
    await subscribe(4, zone="Europe/Paris")
    await subscribe(5, zone="America/Lima")
    for gone in (4, 5):
        await transact(db, chats.unsubscribe, gone)
    await transact(db, chats.mark_gone, 3, Reason.BLOCKED, 5.0)
    await transact(db, chats.record_start_code, 6, "leaflet", language="en")
    assert await transact(db, audience.list_zones, "UTC") == ["Asia/Tokyo"]

    await subscribe(7)
    assert await transact(db, audience.list_zones, "UTC") == ["Asia/Tokyo", "UTC"]
    assert await transact(db, audience.list_zones, "Asia/Tokyo") == ["Asia/Tokyo"]


async def test_start_codes_are_listed_most_used_first_up_to_a_limit(db, subscribe):
    await subscribe(1, 2, joined="poster")
    await subscribe(3, joined="leaflet")
    await subscribe(4)
    await transact(db, chats.record_start_code, 5, "nobody", language="en")
    assert await transact(db, audience.list_start_codes) == ["poster", "leaflet"]
    for number in range(60):
        await subscribe(100 + number, joined=f"code {number:02}")
    assert await transact(db, audience.list_start_codes) == [
        "poster",
        *(f"code {number:02}" for number in range(audience.MAX_START_CODES - 1)),
    ]

    await subscribe(200, 201, 202, joined="the last")
    assert (await transact(db, audience.list_start_codes))[:2] == ["the last", "poster"]


async def test_only_copies_that_arrived_and_have_an_id_are_counted(db, deliver):
    assert await transact(db, audience.count_copies, await deliver(dict(enumerate(DeliveryState)), telegram_id=7)) == 1
    assert await transact(db, audience.count_copies, await deliver({1: DeliveryState.SENT, 2: DeliveryState.SENT})) == 0
    assert (
        await transact(
            db, audience.count_copies, await deliver({1: DeliveryState.SENT, 2: DeliveryState.SENT}, telegram_id=7)
        )
        == 2
    )
    assert (
        await transact(
            db, audience.count_copies, await deliver({1: DeliveryState.SENT}, kind=MessageKind.REMINDER, telegram_id=0)
        )
        == 0
    )
