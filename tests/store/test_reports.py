"""Reported mistakes: each once, counted, answered once, and forgotten in time."""

import asyncio
import random

import pytest
from sqlalchemy import select

from outreachbot.domain.delivery.states import DeliveryState, MessageKind
from outreachbot.domain.messages.message import Message
from outreachbot.domain.reports import DAY, HOUR, KEEP_SECONDS, MINUTE, RecentReports, find_refusal
from outreachbot.store import reports
from outreachbot.store import tables as t
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import ledger, messages, outbox
from tests.support.transactions import BODIES, message_row, transact

NOW = 1_772_366_400.0


async def add(db, chat_id=5, message_id=1, now=NOW, fact="flood", words="It was a fire"):
    return await transact(db, reports.add, fact, chat_id, message_id, language="en", words=words, now=now)


async def test_a_report_is_kept_as_it_was_written(db):
    words = "<b>☂ 'quoted' \\ {0} %s\n🌉"
    report = await add(db, words=words)

    assert await transact(db, reports.find, report.id) == report == reports.Report(report.id, "flood", 5, "en", words)
    assert await transact(db, reports.find, report.id + 1) is None


async def test_the_same_message_is_one_report(db):
    assert await add(db) is not None
    assert await add(db, words="again") is None
    assert await add(db, message_id=2) is not None
    assert await add(db, chat_id=6) is not None


async def test_reports_are_counted_for_the_chat_and_for_all(db):
    for number, age in enumerate([0, MINUTE - 1, MINUTE, HOUR, DAY - 1, DAY]):
        await add(db, message_id=number + 1, now=NOW - age)
    for chat_id in (6, 7):
        await add(db, chat_id=chat_id, now=NOW - 5)

    assert await transact(db, reports.count_recent, 5, NOW) == RecentReports(
        ignored=False, minute=2, day=5, everybody=5
    )
    assert await transact(db, reports.count_recent, 5, NOW, excluding=1) == RecentReports(
        ignored=False, minute=1, day=4, everybody=4
    )
    assert await transact(db, reports.count_recent, 6, NOW) == RecentReports(
        ignored=False, minute=1, day=1, everybody=5
    )
    assert await transact(db, reports.count_recent, 8, NOW, excluding=1) == RecentReports(
        ignored=False, minute=0, day=0, everybody=5
    )


async def test_no_window_of_time_holds_more_than_the_limits(db):
    chance, taken, now = random.Random(1), [], NOW
    async with connect.writing(db) as transaction:
        for number in range(1, 600):
            now += chance.expovariate(1 / 20)
            chat_id = chance.randrange(1, 30)
            if find_refusal(await reports.count_recent(transaction, chat_id, now)) is None:
                await reports.add(transaction, "flood", chat_id, number, language="en", words="x", now=now)
                taken.append((now, chat_id))

    assert len(taken) > 100
    for end, chat_id in taken:
        own = [at for at, who in taken if who == chat_id and at <= end]
        assert sum(at > end - MINUTE for at in own) == 1
        assert sum(at > end - DAY for at in own) <= 5
        assert sum(end - HOUR < at <= end for at, _ in taken) <= 50


async def test_a_member_is_ignored_until_that_is_undone(db):
    for _ in range(2):
        await transact(db, reports.ignore, 5)
    assert (await transact(db, reports.count_recent, 5, NOW)).ignored
    assert not (await transact(db, reports.count_recent, 6, NOW)).ignored
    for _ in range(2):
        await transact(db, reports.stop_ignoring, 5)
    assert not (await transact(db, reports.count_recent, 5, NOW)).ignored


async def test_only_one_answer_counts_and_it_may_be_handled_twice(db):
    report = await add(db)

    assert await transact(db, reports.record_answer, report.id, 22, 7, NOW)
    assert not await transact(db, reports.record_answer, report.id, 23, 7, NOW)
    assert not await transact(db, reports.record_answer, report.id, 22, 8, NOW)
    assert await transact(db, reports.record_answer, report.id, 22, 7, NOW + 1)
    assert (await transact(db, reports.find, report.id)).answered_at == NOW + 1


async def test_only_one_of_two_concurrent_answers_is_recorded(db):
    report = await add(db)

    both = await asyncio.gather(*(transact(db, reports.record_answer, report.id, admin, 7, NOW) for admin in (22, 23)))

    assert sorted(both) == [False, True]


async def test_a_report_whose_answer_did_not_arrive_can_be_answered_again(db):
    report = await add(db)
    await transact(db, reports.record_answer, report.id, 22, 7, NOW)
    await transact(db, reports.reopen, report.id)

    assert await transact(db, reports.find, report.id) == report
    assert await transact(db, reports.record_answer, report.id, 23, 9, NOW)


async def test_a_report_that_is_gone_can_not_be_answered(db):
    assert not await transact(db, reports.record_answer, 99, 22, 7, NOW)


async def told(db, report):
    """The id of the message that alerts the admins."""
    async with connect.reading(db) as connection:
        return await connection.scalar(select(t.messages.c.id).where(t.messages.c.key == f"report:{report.id}"))


async def test_every_admin_is_told_once_subscribed_or_not(db, states, subscribe):
    await subscribe(70, 71)
    report = await add(db)
    await transact(db, reports.queue_alert, report.id, BODIES, [22, 33], NOW)
    message_id = await told(db, report)

    assert (await message_row(db, message_id)).kind == MessageKind.ALERT
    assert await states(message_id) == {22: DeliveryState.QUEUED, 33: DeliveryState.QUEUED}


async def test_after_ninety_days_the_text_of_a_report_is_deleted(db, sender):
    old, young = await add(db), await add(db, message_id=2, now=NOW + 60)
    for report, at in ((old, NOW), (young, NOW + 60)):
        await transact(db, reports.queue_alert, report.id, {"en": Message("It was a fire")}, [22], at)
    old_told, young_told = await told(db, old), await told(db, young)
    other = await transact(db, records.create_draft, 11, 11, BODIES, 1.0)

    await transact(db, outbox.claim, sender, 10, NOW + KEEP_SECONDS - 60)  # too late: the admin never got it
    await transact(db, reports.purge, NOW + KEEP_SECONDS - 1)
    assert await transact(db, reports.find, old.id) is not None
    await transact(db, reports.purge, NOW + KEEP_SECONDS)

    assert await transact(db, reports.find, old.id) is None
    assert await transact(db, reports.find, young.id) is not None
    assert await transact(db, messages.load_bodies, old_told) == {}
    assert (await transact(db, ledger.count_states, old_told)).skipped == 1
    assert await transact(db, messages.load_bodies, young_told) == {"en": Message("It was a fire")}
    assert await transact(db, messages.load_bodies, other) == BODIES


async def test_the_number_of_a_deleted_report_is_never_given_again(db):
    """An old button may still refer to it."""
    old = await add(db)
    await transact(db, reports.purge, NOW + KEEP_SECONDS)

    assert (await add(db, message_id=2, now=NOW + KEEP_SECONDS)).id > old.id


@pytest.mark.parametrize("fact", ["answer", "ignore"])
async def test_any_fact_id_is_accepted(db, fact):
    assert (await add(db, fact=fact)).fact_id == fact
