"""Outcomes: what the sender does about an outage of Telegram and about rate limits."""

import datetime as dt
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from outreachbot.domain.delivery import pace
from outreachbot.domain.delivery.outcomes import Failed, Halt, Migrated, NotSent, Sent, Uncertain, Wait
from outreachbot.domain.delivery.states import Reason
from outreachbot.store import tables
from outreachbot.store.database import connect
from outreachbot.store.delivery import pace as pace_row
from outreachbot.store.delivery.outbox import Claimed
from outreachbot.workers.delivery import outcomes as outcome_records
from outreachbot.workers.delivery.outcomes import FailureTracker
from outreachbot.workers.loop import LONGEST_PAUSE

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC).timestamp()
LOST, REFUSED = Uncertain(Reason.NO_ANSWER), NotSent("refused")


@pytest.fixture
def failures() -> FailureTracker:
    return FailureTracker()


@pytest.fixture
def record(db, failures):
    """Record these outcomes, of chats 1, 2, …; how many seconds this sender waits after that."""

    async def record(*outcomes, now=NOON, chats=()):
        claimed = [Claimed(1, chat_id) for chat_id in chats or range(1, len(outcomes) + 1)]
        completed = list(zip(claimed, outcomes, strict=True))
        async with connect.writing(db) as transaction:
            await outcome_records.record_outcomes(failures, transaction, 1, completed, now)
            return max(failures.backoff_left(now), await pace_row.seconds_to_next_slot(transaction, now))

    return record


async def share(db):
    """The share of the pace that is in use."""
    async with connect.reading(db) as connection:
        return (await connection.execute(select(tables.pace.c.share))).scalar_one()


@pytest.mark.parametrize("answer", [Sent(1), Failed(Reason.REFUSED, "no"), Migrated(-7)])
async def test_after_an_answer_nothing_waits(record, failures, answer):
    assert await record(answer) == 0
    assert failures.silent_since is None


@pytest.mark.parametrize("outcomes", [[LOST], [LOST, LOST], [LOST, LOST, Sent(1), LOST, LOST]])
async def test_a_few_lost_answers_are_no_outage(record, failures, outcomes):
    assert await record(*outcomes) == 0
    assert not failures.is_outage


@pytest.mark.parametrize("lost", [LOST, Uncertain(Reason.SERVER_ERROR)])
async def test_three_lost_answers_in_a_row_are_an_outage(record, failures, lost):
    await record(Sent(1), lost, lost)

    assert await record(lost) == 0.5
    assert failures.is_outage


@pytest.mark.parametrize(("outcomes", "waits"), [([REFUSED], 0.5), ([Sent(1), REFUSED], 0.5), ([REFUSED, Sent(1)], 0)])
async def test_a_refused_connection_is_an_outage_unless_an_answer_followed(record, outcomes, waits):
    assert await record(*outcomes) == waits


async def test_each_pause_is_twice_as_long_as_the_one_before_up_to_half_a_minute(record):
    now, waits = NOON, []
    for _ in range(9):
        waits.append(await record(REFUSED, now=now))
        now += waits[-1]

    assert waits == [0.5, 1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]


async def test_many_that_end_together_make_one_pause(record):
    assert await record(*[REFUSED] * 50) == 0.5


async def test_the_start_and_end_of_an_outage_are_logged_once(record, failures, caplog):
    await record(LOST, now=NOON)
    assert failures.silent_since is None

    await record(LOST, LOST, now=NOON + 30)
    await record(LOST, now=NOON + 60)
    assert failures.silent_since == NOON

    await record(Sent(1), now=NOON + 90)
    await record(Sent(1), now=NOON + 91)

    assert failures.silent_since is None
    assert caplog.messages == [
        "Telegram does not answer since 12:00:00 UTC, the outbox waits: no-answer",
        "Telegram answers again, the outbox goes on",
    ]


async def test_the_log_quotes_the_network_error(record, caplog):
    await record(NotSent("no connection to 127.0.0.1:1: Connection refused"))

    assert caplog.messages[0].endswith("the outbox waits: no connection to 127.0.0.1:1: Connection refused")


async def test_only_this_sender_waits_for_its_network_and_all_do_for_a_429(db, record, failures):
    """Another sender, on another machine, may still reach Telegram."""
    await record(*[REFUSED] * 3)
    async with connect.writing(db) as transaction:
        assert await pace_row.seconds_to_next_slot(transaction, NOON) == 0
    assert failures.backoff_left(NOON) == 0.5

    await record(Wait(7.0), now=NOON + 1)
    async with connect.writing(db) as transaction:
        assert await pace_row.seconds_to_next_slot(transaction, NOON + 1) == pytest.approx(7)
    assert failures.backoff_left(NOON + 1) == 0


@pytest.mark.parametrize(("now", "left"), [(-3600, 0), (-30, 0), (0, 16), (15, 1), (16, 0), (3600, 0)])
async def test_a_clock_that_was_set_ends_the_pause(record, failures, now, left):
    """If it was set back, the sender would otherwise wait for that time too."""
    for _ in range(6):
        await record(REFUSED)

    assert failures.backoff_left(NOON + now) == left


async def test_after_an_answer_pauses_begin_anew(record, failures):
    for at in (0, 10, 20):
        await record(REFUSED, now=NOON + at)
    await record(Sent(1), now=NOON + 30)

    assert await record(REFUSED, now=NOON + 40) == 0.5
    assert failures.silent_since == NOON + 40


@pytest.mark.parametrize("ended", [outcome_records.NOT_STARTED, Uncertain(Reason.STOPPED)])
async def test_cancelled_requests_say_nothing_about_the_network(record, failures, caplog, ended):
    assert await record(*[ended] * 9) == 0
    await record(REFUSED)
    await record(ended)

    assert failures.is_outage
    assert [message for message in caplog.messages if "again" in message] == []


outcomes = st.sampled_from(
    [LOST, REFUSED, Sent(1), outcome_records.NOT_STARTED, Uncertain(Reason.STOPPED), Halt("Unauthorized")]
)


@given(st.lists(outcomes, max_size=30))
def test_an_outage_lasts_only_while_the_last_request_got_no_answer(ends):
    failures = FailureTracker()
    for now, end in enumerate(ends):
        outcome_records._track_outage(failures, end, float(now))
        wait = outcome_records._start_backoff(failures, [(Claimed(1, 1), end)], float(now))
        assert failures.backoff_left(float(now)) >= wait
        assert 0 <= wait <= LONGEST_PAUSE
        assert not wait or failures.is_outage
        assert failures.is_outage <= (failures.unanswered > 0)
        assert failures.is_outage == (failures.silent_since is not None)


@pytest.mark.parametrize("seconds", [0.5, 7.0, 300.0])
async def test_a_429_holds_all_for_as_long_as_telegram_asks(record, seconds):
    assert await record(Wait(seconds)) == pytest.approx(seconds)


async def test_of_several_429s_the_longest_counts(record):
    assert await record(Wait(3.0), Wait(9.0), Wait(1.0)) == pytest.approx(9)


async def test_the_pace_drops_once_for_each_wave_of_429s(db, record):
    await record(*[Wait(5.0)] * 100)
    await record(*[Wait(4.0)] * 3, now=NOON + 1)
    assert await share(db) == pytest.approx(pace.CUT)

    await record(*[Wait(5.0)] * 100, now=NOON + 6)

    assert await share(db) == pytest.approx((pace.CUT + 6 * pace.RECOVERY) * pace.CUT)


async def test_a_429_of_one_group_says_nothing_about_the_others(db, record, caplog):
    assert await record(Sent(1), Wait(40.0), Sent(1), Wait(40.0), chats=[-1, -2, 3, -4]) == 0
    assert await share(db) == 1
    assert caplog.messages == []


async def test_429s_of_several_groups_in_a_row_hold_everything(record):
    assert await record(Wait(40.0), Wait(20.0), chats=[-1, -2]) == pytest.approx(20)


async def test_a_429_is_an_answer(record, failures):
    await record(REFUSED)
    await record(Wait(0.0))

    assert not failures.is_outage


async def test_how_long_it_waits_is_said(record, caplog):
    with caplog.at_level(logging.INFO):
        await record(Wait(7.0))

    assert caplog.messages == ["Telegram asks to wait 7.0 s before the next message"]
