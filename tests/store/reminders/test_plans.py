"""Plans, messages for a single chat, late notices, and files that Telegram already has."""

import datetime as dt

import pytest
from sqlalchemy import select

from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.domain.reminders.schedule import Due, Group
from outreachbot.domain.reminders.settings import ChatSettings, Quiet
from outreachbot.store import tables as t
from outreachbot.store import telegram_files
from outreachbot.store.database import connect
from outreachbot.store.delivery import ledger, messages, outbox, queueing
from outreachbot.store.reminders import plans, settings

DAY = dt.date(2026, 2, 26)
BODIES = {"en": Message("hello")}


def due(zone="Asia/Baku", hour=9, day=DAY):
    return Due(day, (), Group(zone, hour))


async def do(db, change, *values, **named):
    async with connect.writing(db) as transaction:
        return await change(transaction, *values, **named)


async def test_a_group_is_told_of_a_day_once(db):
    others = [due(hour=0), due("UTC"), due(day=DAY + dt.timedelta(days=1))]

    assert await do(db, plans.add_plans, [due()], 1.0) == [due()]
    assert await do(db, plans.add_plans, [due()], 2.0) == []
    assert await do(db, plans.add_plans, [due(), *others], 3.0) == others


async def test_only_the_days_that_are_asked_for_are_known(db):
    await do(db, plans.add_plans, [due()], 1.0)
    known = await do(db, plans.list_planned, [due("UTC")])

    assert plans.is_planned(known, due())
    assert not plans.is_planned(known, due(hour=10))
    assert not plans.is_planned(known, due("UTC"))
    assert await do(db, plans.list_planned, [due(day=DAY + dt.timedelta(days=365))]) == set()
    assert await do(db, plans.list_planned, []) == set()


async def test_a_chats_queued_reminder_is_withdrawn_from_that_chat_only(db, deliver, states):
    first = await deliver({1: DeliveryState.QUEUED, 2: DeliveryState.QUEUED}, kind=MessageKind.REMINDER)
    second = await deliver({1: DeliveryState.SENT}, kind=MessageKind.REMINDER)
    await do(db, plans.record_notices, {first: ["a", "b"], second: ["c"]})
    assert await do(db, plans.list_waiting, 1) == {first: ["a", "b"]}
    await do(db, plans.withdraw, 1, [first, second], 9.0)

    assert await states(first) == {1: DeliveryState.SKIPPED, 2: DeliveryState.QUEUED}
    assert await states(second) == {1: DeliveryState.SENT}


async def test_the_zone_and_hour_of_those_that_chose_none_are_remembered(db, subscribe):
    assert await do(db, plans.load_default_group) is None
    await do(db, plans.set_planned_until, 5.0)
    assert await do(db, plans.load_default_group) is None
    await do(db, plans.set_default_group, Group("Asia/Baku", 9), 6.0)

    assert await do(db, plans.load_default_group) == Group("Asia/Baku", 9)
    assert await do(db, plans.load_planned_until) == 5.0


async def test_replanning_a_group_drops_its_plans_and_marks_its_chats_as_changed(db, subscribe):
    group, other = Group("Asia/Baku", 18), due("UTC", 3)
    await subscribe(1)
    await subscribe(2, zone="UTC", hour=3)
    await subscribe(3, zone="Asia/Baku", hour=3)
    await do(
        db, plans.add_plans, [due(), due(hour=18), due("UTC", 18), other, due(day=DAY - dt.timedelta(days=9))], 1.0
    )
    await do(db, plans.replan_group, group, [DAY], 5.0)
    known = await do(db, plans.list_planned, [due()])
    async with connect.reading(db) as connection:
        changed = dict((await connection.execute(select(t.chats.c.id, t.chats.c.changed_at))).all())

    assert known == {(DAY.isoformat(), "UTC", 3)}
    assert (changed[1], changed[3]) == (5.0, 5.0)
    assert changed[2] != 5.0


async def test_a_message_for_one_chat_goes_to_nobody_else(db, subscribe, queue, states, sender):
    await subscribe(1, 2)
    outbox_id = await do(db, messages.create, MessageKind.REMINDER, BODIES, 1.0, key="a")
    await do(db, queueing.queue_for_chat, outbox_id, 1)
    await do(db, queueing.queue_for_chat, outbox_id, 1)
    assert await queue() == []
    assert await states(outbox_id) == {1: DeliveryState.QUEUED}

    assert [delivery.chat_id for delivery in await do(db, outbox.claim, sender, 10, 2.0)] == [1]


@pytest.mark.parametrize(("kind", "claimed"), [(MessageKind.ALERT, [5]), (MessageKind.REMINDER, [])])
async def test_an_alarm_reaches_an_admin_who_did_not_subscribe(db, subscribe, sender, kind, claimed):
    await subscribe(5, subscribed_at=None)
    outbox_id = await do(db, messages.create, kind, BODIES, 1.0)
    await do(db, queueing.queue_for_chat, outbox_id, 5)

    assert [delivery.chat_id for delivery in await do(db, outbox.claim, sender, 10, 2.0)] == claimed


AT_ONE = dt.datetime(2026, 2, 26, 1, tzinfo=dt.UTC).timestamp()


@pytest.mark.parametrize(
    ("own", "silent"),
    [
        (ChatSettings(), False),
        (ChatSettings(silent=True), True),
        (ChatSettings("UTC", quiet=Quiet(22, 7)), True),
        (ChatSettings("Asia/Tokyo", quiet=Quiet(22, 7)), False),  # ten there
        (ChatSettings("UTC", quiet=Quiet(2, 7)), False),
        (ChatSettings("UTC", quiet=Quiet(0, 1)), False),
        (ChatSettings(quiet=Quiet(22, 7)), False),  # without a zone nobody knows
        (ChatSettings("Asia/Tokyo", silent=True, quiet=Quiet(22, 7)), True),
    ],
)
async def test_a_message_makes_no_sound_where_the_chat_wants_none(db, subscribe, deliver, sender, own, silent):
    await subscribe(1)
    await do(db, settings.save, 1, own, 1.0)
    await deliver({1: DeliveryState.QUEUED})
    (claimed,) = await do(db, outbox.claim, sender, 10, AT_ONE)

    assert claimed.silent is silent


@pytest.fixture
def over(db, deliver):
    """Create an expired reminder of these items with deliveries; return its id."""

    async def over(items, states, *, finished_at=9.0, expires_at=9.0, kind=MessageKind.REMINDER, reason=Reason.LATE):
        outbox_id = await deliver(states, kind=kind, reason=reason)
        values = {"state": MessageState.FINISHED, "finished_at": finished_at, "expires_at": expires_at}
        async with connect.writing(db) as transaction:
            await transaction.execute(t.messages.update().where(t.messages.c.id == outbox_id).values(**values))
            await plans.record_notices(transaction, {outbox_id: items})
        return outbox_id

    return over


async def test_late_notices_are_reported_once_by_item(db, over):
    await over(["a", "b"], {1: DeliveryState.SKIPPED, 2: DeliveryState.SKIPPED})
    await over(["b"], {3: DeliveryState.SKIPPED})

    assert await do(db, ledger.count_late) == {"a": 2, "b": 3}
    await do(db, ledger.mark_late_reported, 11.0)
    assert await do(db, ledger.count_late) == {}
    await over(["c"], {1: DeliveryState.SKIPPED})
    assert await do(db, ledger.count_late) == {"c": 1}


async def test_only_late_deliveries_of_finished_reminders_are_reported(db, over):
    await over(["a"], {1: DeliveryState.SKIPPED}, reason=Reason.UNSUBSCRIBED)
    await over(["b"], {1: DeliveryState.SKIPPED}, finished_at=8.0)  # all was sent in time
    await over(["c"], {1: DeliveryState.SKIPPED}, finished_at=None)  # it still runs
    await over(["d"], {1: DeliveryState.SKIPPED}, kind=MessageKind.BROADCAST)
    await over(["e"], {1: DeliveryState.SENT}, reason=None)

    assert await do(db, ledger.count_late) == {}


async def test_a_file_is_found_by_its_bytes_and_the_last_of_a_name_counts(db):
    assert await do(db, telegram_files.find, "a.jpg", "d1") is None
    await do(db, telegram_files.remember, "a.jpg", "d1", "AgAC1")
    await do(db, telegram_files.remember, "b.jpg", "d1", "AgAC2")
    assert (
        await do(db, telegram_files.find, "a.jpg", "d1") == await do(db, telegram_files.find, "a.jpg", None) == "AgAC1"
    )
    await do(db, telegram_files.remember, "a.jpg", "d3", "AgAC3")

    assert await do(db, telegram_files.find, "a.jpg", "d1") is None
    assert (
        await do(db, telegram_files.find, "a.jpg", "d3") == await do(db, telegram_files.find, "a.jpg", None) == "AgAC3"
    )
    assert await do(db, telegram_files.find, "b.jpg", None) == "AgAC2"


async def test_an_id_that_telegram_forgot_is_forgotten_and_a_newer_one_is_not(db):
    await do(db, telegram_files.remember, "a.jpg", "d1", "AgAC2")
    await do(db, telegram_files.forget, "a.jpg", "AgAC1")
    assert await do(db, telegram_files.find, "a.jpg", "d1") == "AgAC2"
    await do(db, telegram_files.forget, "a.jpg", "AgAC2")

    assert await do(db, telegram_files.find, "a.jpg", None) is None


async def test_what_a_reminder_tells_goes_with_it(db):
    outbox_id = await do(db, messages.create, MessageKind.REMINDER, BODIES, 1.0, key="a")
    await do(db, plans.record_notices, {outbox_id: ["a", "b"]})
    async with connect.writing(db) as transaction:
        assert sorted((await transaction.execute(select(t.notices.c.item))).scalars()) == ["a", "b"]
        await transaction.execute(t.messages.delete())
        assert (await transaction.execute(select(t.notices))).all() == []
