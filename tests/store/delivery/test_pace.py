"""The pace in its row: every sender takes its slots from it."""

import asyncio
import itertools

import pytest
from sqlalchemy import insert, select

from outreachbot.store import tables as t
from outreachbot.store.database import connect
from outreachbot.store.delivery import pace


async def slots(db, count, now, *, per_second=10.0, lead=None):
    async with connect.writing(db) as transaction:
        return await pace.take_slots(transaction, count, per_second, now, lead)


async def take(db, count, now, *, lead=None):
    """The first slot."""
    taken = await slots(db, count, now, lead=lead)
    return None if taken is None else taken.first


async def hold(db, seconds, now):
    async with connect.writing(db) as transaction:
        await pace.hold_sending(transaction, seconds, now)


async def slow_down(db, now):
    async with connect.writing(db) as transaction:
        await pace.slow_down(transaction, now)


async def rate(db, now):
    """How many messages a second may be sent when a thousand are allowed."""
    return (await slots(db, 1, now, per_second=1000.0)).per_second


async def wait(db, now):
    async with connect.writing(db) as transaction:
        return await pace.seconds_to_next_slot(transaction, now)


async def next_slot(db):
    async with connect.reading(db) as connection:
        return await connection.scalar(select(t.pace.c.next_slot))


async def test_the_first_message_may_leave_at_once(db):
    assert await take(db, 1, 100.0) == pytest.approx(100.0)


async def test_slots_are_an_interval_apart(db):
    firsts = [await take(db, count, 100.0) for count in (1, 3, 2, 1)]

    assert firsts == pytest.approx([100.0, 100.1, 100.4, 100.6])


async def test_an_idle_time_is_not_saved_up(db):
    await take(db, 5, 100.0)
    firsts = [await take(db, 1, 1000.0) for _ in range(3)]

    assert firsts == pytest.approx([1000.0, 1000.1, 1000.2])


async def test_no_slots_change_nothing(db):
    await take(db, 5, 100.0)
    await take(db, 0, 100.0)

    assert await next_slot(db) == pytest.approx(100.5)


async def test_slots_that_are_too_far_away_are_refused_and_not_taken(db):
    await take(db, 10, 100.0)  # until 101

    assert await take(db, 1, 100.0, lead=0.5) is None
    assert await next_slot(db) == pytest.approx(101.0)
    assert await take(db, 1, 100.6, lead=0.5) == pytest.approx(101.0)


async def test_without_a_lead_slots_far_away_are_given(db):
    await take(db, 100, 100.0)

    assert await take(db, 1, 100.0) == pytest.approx(110.0)


async def test_telegrams_wait_moves_the_next_slot_on(db):
    await take(db, 1, 100.0)
    await hold(db, 30, 100.0)

    assert await take(db, 1, 100.0, lead=29) is None
    assert await take(db, 1, 101.0) == pytest.approx(130.0)


async def test_a_shorter_wait_never_moves_it_back(db):
    await take(db, 1, 100.0)
    await hold(db, 30, 100.0)
    await hold(db, 1, 101.0)

    assert await take(db, 1, 102.0) == pytest.approx(130.0)


async def test_a_wait_before_the_first_message_holds_as_well(db):
    await hold(db, 30, 100.0)

    assert await take(db, 1, 101.0) == pytest.approx(130.0)


async def test_a_clock_that_was_set_back_does_not_stall(db):
    await take(db, 5, 10_000.0)  # half a second ahead

    assert await take(db, 1, 100.0, lead=1.0) == pytest.approx(100.5)
    assert await take(db, 1, 100.1, lead=1.0) == pytest.approx(100.6)


async def test_a_wait_outlives_a_clock_that_was_set_back(db):
    await take(db, 1, 10_000.0)
    await hold(db, 30, 10_000.0)

    assert await take(db, 1, 100.0, lead=29.0) is None
    assert await take(db, 1, 100.0) == pytest.approx(130.0)


async def test_a_wait_after_the_clock_was_set_back_holds(db):
    await take(db, 1, 10_000.0)
    await hold(db, 30, 100.0)

    assert await take(db, 1, 101.0) == pytest.approx(130.0)


async def test_the_wait_until_the_next_slot_is_reported(db):
    assert await wait(db, 100.0) == 0.0
    await take(db, 10, 100.0)
    assert await wait(db, 100.0) == pytest.approx(1.0)
    assert await wait(db, 100.4) == pytest.approx(0.6)
    assert await wait(db, 102.0) == 0.0


async def test_a_sender_that_only_waits_notices_a_clock_set_back_once(db):
    await hold(db, 30, 10_000.0)

    assert [await wait(db, now) for now in (100.0, 101.0, 110.0)] == pytest.approx([30.0, 29.0, 20.0])
    assert await take(db, 1, 110.0) == pytest.approx(130.0)


async def test_a_429_leaves_a_share_of_the_pace_at_once(db):
    assert await rate(db, 100.0) == pytest.approx(1000.0)
    await slow_down(db, 100.0)

    assert await rate(db, 100.0) == pytest.approx(700.0)


async def test_slots_lie_further_apart_at_a_lower_pace(db):
    await slow_down(db, 100.0)
    taken = [await slots(db, 7, 100.0) for _ in range(2)]

    assert [given.first for given in taken] == pytest.approx([100.0, 101.0])
    assert taken[0].per_second == pytest.approx(7.0)


async def test_it_grows_back_slowly_and_never_above_what_is_allowed(db):
    await slow_down(db, 100.0)
    rates = [await rate(db, now) for now in (110.0, 120.0, 159.0, 160.0, 1e6)]

    assert rates == pytest.approx([750.0, 800.0, 995.0, 1000.0, 1000.0])


async def test_another_429_cuts_what_has_grown_back(db):
    await slow_down(db, 100.0)
    await slow_down(db, 120.0)  # 0.8 by then

    assert await rate(db, 120.0) == pytest.approx(560.0)
    assert await rate(db, 130.0) == pytest.approx(610.0)


async def test_however_many_429s_some_of_the_pace_is_left(db):
    for _ in range(20):
        await slow_down(db, 100.0)

    assert await rate(db, 100.0) == pytest.approx(100.0)
    assert await rate(db, 120.0) == pytest.approx(200.0)


@pytest.mark.parametrize("look", [rate, wait, slow_down])
async def test_a_clock_that_was_set_back_does_not_keep_the_pace_low_for_so_long(db, look):
    await slow_down(db, 10_000.0)
    await look(db, 100.0)
    cut = 0.49 if look is slow_down else 0.7

    assert await rate(db, 110.0) == pytest.approx(1000 * cut + 50)
    assert await rate(db, 110.0 + 110.0) == pytest.approx(1000.0)


async def test_a_429_after_the_clock_was_set_back_cuts_the_pace_and_moves_no_slot(db):
    await take(db, 5, 10_000.0)
    await slow_down(db, 100.0)

    assert await slots(db, 7, 100.0) == pace.Slots(pytest.approx(100.5), pytest.approx(7.0))


async def test_a_clock_that_is_set_forward_gives_no_burst(db):
    await hold(db, 30, 100.0)
    firsts = [await take(db, 1, 90_000.0) for _ in range(3)]

    assert firsts == pytest.approx([90_000.0, 90_000.1, 90_000.2])


async def test_a_429_survives_a_restart(empty_database_url):
    async with connect.open_database(empty_database_url) as db:
        await slow_down(db, 100.0)
    async with connect.open_database(empty_database_url) as db:
        assert await rate(db, 100.0) == pytest.approx(700.0)


async def test_the_pace_survives_a_restart(empty_database_url):
    async with connect.open_database(empty_database_url) as db:
        await hold(db, 60, 100.0)
    async with connect.open_database(empty_database_url) as db:
        assert await take(db, 1, 101.0) == pytest.approx(160.0)


async def test_two_programs_share_the_pace(empty_database_url):
    async with (
        connect.open_database(empty_database_url) as main,
        connect.open_database(empty_database_url, exclusive=False) as extra,
    ):
        firsts = await asyncio.gather(*(take(db, 2, 100.0) for db in (main, extra) for _ in range(10)))

    assert sorted(firsts) == pytest.approx([100 + 0.2 * n for n in range(20)])


async def test_another_row_is_left_alone(db):
    async with connect.writing(db) as transaction:
        await transaction.execute(insert(t.pace).values(name="other", next_slot=5.0, updated_at=5.0))
    await take(db, 3, 100.0)
    await hold(db, 3, 100.0)
    await slow_down(db, 100.0)
    await wait(db, 50.0)
    async with connect.reading(db) as connection:
        row = (await connection.execute(select(t.pace).where(t.pace.c.name == "other"))).one()

    assert row == ("other", 5.0, 5.0, 1.0, 0.0)


@pytest.mark.parametrize("skew", [0.0, 0.2, -0.2, pace.MAX_SKEW - 0.5])
async def test_two_senders_whose_clocks_differ_a_little_keep_to_the_pace_together(db, skew):
    """Each looks twenty times a second; the second's clock differs, and it looks a little after the first."""
    leave = []  # in the time of the first
    for n, (differs, later) in itertools.product(range(80), [(0.0, 0.0), (skew, 0.02)]):
        now = 100.0 + n * 0.05 + later + differs
        if (first := await take(db, 1, now, lead=0.05)) is not None:
            assert now - 1e-5 <= first <= now + 0.05 + 1e-5, "each gets its slots in its own clock"
            leave.append(first - differs)

    assert len(leave) == pytest.approx(40, abs=2)
    assert max(sum(start <= at < start + 0.99 for at in leave) for start in leave) <= 11


async def test_each_sender_gets_its_slots_in_its_own_clock(db):
    assert await take(db, 5, 100.0) == pytest.approx(100.0)
    assert await wait(db, 99.8) == pytest.approx(0.5)
    assert await take(db, 5, 99.8) == pytest.approx(99.8 + 0.5)
    assert await take(db, 5, 100.0) == pytest.approx(100.0 + 1.0)


async def test_a_wait_that_one_sender_was_asked_for_holds_for_one_whose_clock_is_behind(db):
    await hold(db, 30, 100.0)
    assert await wait(db, 99.8) == pytest.approx(30.0)
    await hold(db, 40, 99.8)

    assert await take(db, 1, 100.0) == pytest.approx(140.0)


async def test_a_429_of_a_sender_whose_clock_is_behind_moves_no_slot_and_cuts_the_pace_once(db):
    await take(db, 5, 100.0)
    await slow_down(db, 99.8)

    assert await slots(db, 7, 100.0) == pace.Slots(pytest.approx(100.5), pytest.approx(7.0))


async def test_after_the_sender_with_the_faster_clock_leaves_the_other_waits_no_longer_than_that(db):
    await take(db, 1, 103.0)
    leave = [at for n in range(120) if (at := await take(db, 1, 100.0 + n * 0.05, lead=0.05)) is not None]

    assert len([at for at in leave if at >= 103.0]) == pytest.approx(30, abs=1)
    assert min(later - earlier for earlier, later in itertools.pairwise(leave)) >= 0.1 - 1e-5
