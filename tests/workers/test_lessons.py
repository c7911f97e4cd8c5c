"""What is learnt from how messages ended: troubles of the network, floods, chats that are gone, wrong messages."""

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
from outreachbot.workers.delivery.outcomes import LONGEST_BACKOFF, SendingHealth

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC).timestamp()
LOST, REFUSED = Uncertain(Reason.NO_ANSWER), NotSent("refused")


@pytest.fixture
def known() -> SendingHealth:
    return SendingHealth()


@pytest.fixture
def land(db, known):
    """Write down that these ended, of the chats 1, 2, …; for how many seconds this sender waits after that."""

    async def land(*outcomes, now=NOON, chats=()):
        claimed = [Claimed(1, chat_id) for chat_id in chats or range(1, len(outcomes) + 1)]
        async with connect.writing(db) as transaction:
            await outcome_records.record_outcomes(known, transaction, 1, list(zip(claimed, outcomes, strict=True)), now)
            return max(known.pause_left(now), await pace_row.seconds_to_next_slot(transaction, now))

    return land


async def share(db):
    """What is left of the pace."""
    async with connect.reading(db) as connection:
        return (await connection.execute(select(tables.pace.c.share))).scalar_one()


@pytest.mark.parametrize("answer", [Sent(1), Failed(Reason.REFUSED, "no"), Migrated(-7)])
async def test_after_an_answer_nothing_waits(land, known, answer):
    assert await land(answer) == 0
    assert outcome_records.silent_since(known) is None


@pytest.mark.parametrize("outcomes", [[LOST], [LOST, LOST], [LOST, LOST, Sent(1), LOST, LOST]])
async def test_a_few_lost_answers_are_no_trouble(land, known, outcomes):
    assert await land(*outcomes) == 0
    assert not known.in_trouble


@pytest.mark.parametrize("lost", [LOST, Uncertain(Reason.SERVER_ERROR)])
async def test_three_lost_answers_in_a_row_are_one(land, known, lost):
    await land(Sent(1), lost, lost)

    assert await land(lost) == 0.5
    assert known.in_trouble


@pytest.mark.parametrize(("outcomes", "waits"), [([REFUSED], 0.5), ([Sent(1), REFUSED], 0.5), ([REFUSED, Sent(1)], 0)])
async def test_a_refused_connection_alone_is_one_unless_there_was_an_answer_since(land, outcomes, waits):
    assert await land(*outcomes) == waits


async def test_each_pause_is_twice_as_long_as_the_one_before_up_to_half_a_minute(land):
    now, waits = NOON, []
    for _ in range(9):
        waits.append(await land(REFUSED, now=now))
        now += waits[-1]

    assert waits == [0.5, 1, 2, 4, 8, 16, LONGEST_BACKOFF, LONGEST_BACKOFF, LONGEST_BACKOFF]


async def test_many_that_end_together_make_one_pause(land):
    assert await land(*[REFUSED] * 50) == 0.5


async def test_since_when_it_does_not_answer_is_said_once_and_that_it_does_again_too(land, known, caplog):
    await land(LOST, now=NOON)
    assert outcome_records.silent_since(known) is None

    await land(LOST, LOST, now=NOON + 30)
    await land(LOST, now=NOON + 60)
    assert outcome_records.silent_since(known) == NOON

    await land(Sent(1), now=NOON + 90)
    await land(Sent(1), now=NOON + 91)

    assert outcome_records.silent_since(known) is None
    assert caplog.messages == [
        "Telegram does not answer since 12:00:00 UTC, the outbox waits: no-answer",
        "Telegram answers again, the outbox goes on",
    ]


async def test_what_is_said_of_it_is_what_the_network_said(land, caplog):
    await land(NotSent("no connection to 127.0.0.1:1: Connection refused"))

    assert caplog.messages[0].endswith("the outbox waits: no connection to 127.0.0.1:1: Connection refused")


async def test_only_this_sender_waits_for_its_network_and_all_do_for_a_429(db, land, known):
    """Another sender, on another machine, may well reach Telegram."""
    await land(*[REFUSED] * 3)
    async with connect.writing(db) as transaction:
        assert await pace_row.seconds_to_next_slot(transaction, NOON) == 0
    assert known.pause_left(NOON) == 0.5

    await land(Wait(7.0), now=NOON + 1)
    async with connect.writing(db) as transaction:
        assert await pace_row.seconds_to_next_slot(transaction, NOON + 1) == pytest.approx(7)
    assert known.pause_left(NOON + 1) == 0


@pytest.mark.parametrize(("now", "left"), [(-3600, 0), (-30, 0), (0, 16), (15, 1), (16, 0), (3600, 0)])
async def test_a_clock_that_was_set_ends_the_pause(land, known, now, left):
    """Set back, it would make us wait for the time that it lost."""
    for _ in range(6):
        await land(REFUSED)

    assert known.pause_left(NOON + now) == left


async def test_after_an_answer_pauses_begin_anew(land, known):
    for at in (0, 10, 20):
        await land(REFUSED, now=NOON + at)
    await land(Sent(1), now=NOON + 30)

    assert await land(REFUSED, now=NOON + 40) == 0.5
    assert outcome_records.silent_since(known) == NOON + 40


@pytest.mark.parametrize("ended", [outcome_records.STOPPED, Uncertain(Reason.STOPPED)])
async def test_what_we_stopped_ourselves_says_nothing_about_the_network(land, known, caplog, ended):
    assert await land(*[ended] * 9) == 0
    await land(REFUSED)
    await land(ended)

    assert known.in_trouble
    assert [message for message in caplog.messages if "again" in message] == []


outcomes = st.sampled_from(
    [LOST, REFUSED, Sent(1), outcome_records.STOPPED, Uncertain(Reason.STOPPED), Halt("Unauthorized")]
)


@given(st.lists(outcomes, max_size=30))
def test_there_is_trouble_only_while_the_last_request_got_no_answer(ends):
    known = SendingHealth()
    for now, end in enumerate(ends):
        outcome_records._listen(known, end, float(now))
        wait = outcome_records._backoff(known, [(Claimed(1, 1), end)], float(now))
        assert known.pause_left(float(now)) >= wait
        assert 0 <= wait <= LONGEST_BACKOFF
        assert not wait or known.in_trouble
        assert known.in_trouble <= (known.unanswered > 0)
        assert known.in_trouble == (outcome_records.silent_since(known) is not None)


@pytest.mark.parametrize("seconds", [0.5, 7.0, 300.0])
async def test_a_429_holds_all_for_as_long_as_telegram_asks(land, seconds):
    assert await land(Wait(seconds)) == pytest.approx(seconds)


async def test_of_several_429s_the_longest_counts(land):
    assert await land(Wait(3.0), Wait(9.0), Wait(1.0)) == pytest.approx(9)


async def test_the_pace_drops_once_for_each_wave_of_429s(db, land):
    await land(*[Wait(5.0)] * 100)
    await land(*[Wait(4.0)] * 3, now=NOON + 1)
    assert await share(db) == pytest.approx(pace.CUT)

    await land(*[Wait(5.0)] * 100, now=NOON + 6)

    assert await share(db) == pytest.approx((pace.CUT + 6 * pace.RECOVERY) * pace.CUT)


async def test_a_429_of_one_group_is_no_word_about_the_others(db, land, caplog):
    assert await land(Sent(1), Wait(40.0), Sent(1), Wait(40.0), chats=[-1, -2, 3, -4]) == 0
    assert await share(db) == 1
    assert caplog.messages == []


async def test_429s_of_one_group_after_the_other_are(land):
    assert await land(Wait(40.0), Wait(20.0), chats=[-1, -2]) == pytest.approx(20)


async def test_a_429_is_an_answer(land, known):
    await land(REFUSED)
    await land(Wait(0.0))

    assert not known.in_trouble


async def test_how_long_it_waits_is_said(land, caplog):
    with caplog.at_level(logging.INFO):
        await land(Wait(7.0))

    assert caplog.messages == ["Telegram asks to wait 7.0 s before the next message"]
