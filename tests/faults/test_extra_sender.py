"""`outreachbot send` beside the bot: both share the work and the pace; if one dies, only its claim is uncertain."""

import asyncio
import datetime as dt
import signal
from collections import Counter

import pytest
import sqlalchemy as sa

from outreachbot.app import loops
from outreachbot.app.commands import extra_sender as helper
from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.faults import Limits
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.delivery import leases
from outreachbot.store.delivery import pace as pace_row
from outreachbot.store.tables import deliveries, senders
from tests.support.broadcasts import report_numbers
from tests.support.deliveries import (
    CHATS,
    chats_in_state,
    delivery_tally,
    messages_received,
    most_claimed,
    most_in_flight,
    postgres_only,
    sqlite_only,
    start_broadcast,
    wait_for_report,
    wait_until,
)
from tests.support.harness import ADMIN, Harness
from tests.support.program import Program, outcome, started

PACE = 100.0
WORKS = b"works beside the bot"


@pytest.fixture
def crowd(harness: Harness, crowd: range) -> range:
    """At a lower pace: the extra sender looks for work twice a second."""
    harness.per_second = PACE
    return crowd


async def sent_by(db: Database, *states: DeliveryState) -> Counter[int]:
    """How many deliveries in these states each sender has claimed."""
    query = sa.select(deliveries.c.sender_id, sa.func.count()).where(
        deliveries.c.state.in_(states or [DeliveryState.SENT])
    )
    async with connect.reading(db) as connection:
        return Counter(dict((await connection.execute(query.group_by(deliveries.c.sender_id))).all()))


async def extra_sender(db: Database) -> int:
    async with connect.reading(db) as connection:
        return int((await connection.execute(sa.select(senders.c.id).where(~senders.c.is_main))).scalar_one())


@postgres_only
async def test_both_send_and_share_the_pace_and_nobody_gets_it_twice(harness, db, crowd):
    # Without sharing, the pace would be twice the limit. The slack is for a busy machine, which sends less evenly.
    harness.world.faults.limits = Limits(messages_per_second=int(PACE), slack=1.5)
    async with harness.running_bot(), started(harness, "send") as extra:
        await extra.wait_for_text(WORKS)
        report = report_numbers(await wait_for_report(harness, await start_broadcast(harness)))
        shares = await sent_by(db)
        code, written = await extra.terminate()

    assert (code, "Traceback" in written) == (0, False)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert messages_received(harness, crowd) == [1] * CHATS
    assert len(shares) == 2
    assert min(shares.values()) > CHATS / 10
    assert harness.world.tally.errors[429] == 0


@postgres_only
async def test_a_killed_senders_claim_is_uncertain_once_its_lease_expires(harness, db, crowd, monkeypatch):
    monkeypatch.setattr(loops, "BEAT_SECONDS", 0.2)
    async with harness.running_bot(), started(harness, "send") as extra:
        progress = await both_send(harness, db, extra)
        await stop_while_it_sends(db, extra)
        await extra.kill()
        orphans = await left_over(db)
        assert "under way" in harness.current(ADMIN, progress)["text"]
        harness.clock.ahead += dt.timedelta(seconds=leases.SECONDS)
        report = report_numbers(await wait_for_report(harness, progress))

    assert 0 < len(orphans) <= most_claimed(PACE) + most_in_flight(PACE)
    assert report == {"sent": CHATS - len(orphans), "uncertain": len(orphans), "audience": CHATS}
    assert await chats_in_state(db, DeliveryState.UNCERTAIN) == orphans
    assert messages_received(harness, set(crowd) - orphans) == [1] * (CHATS - len(orphans))
    assert max(messages_received(harness, orphans)) <= 1


@postgres_only
async def test_a_sender_that_outslept_its_lease_sends_nothing_twice(harness, db, crowd, monkeypatch):
    monkeypatch.setattr(loops, "BEAT_SECONDS", 0.2)
    async with harness.running_bot(), started(harness, "send") as extra:
        progress = await both_send(harness, db, extra)
        await stop_while_it_sends(db, extra)
        orphans = await left_over(db)
        harness.clock.ahead += dt.timedelta(seconds=leases.SECONDS)
        report = report_numbers(await wait_for_report(harness, progress))
        extra.process.send_signal(signal.SIGCONT)
        code, _ = await extra.terminate()
    uncertain = await chats_in_state(db, DeliveryState.UNCERTAIN)

    assert code == 0
    assert report["uncertain"] == len(orphans) > 0
    assert uncertain <= orphans
    # What it had sent is recorded after all; what it had yet to send may have failed on a connection closed meanwhile.
    assert [chat for chat in crowd if messages_received(harness, [chat]) != [1]] == sorted(uncertain)
    assert set(messages_received(harness, uncertain)) <= {0}


async def stop_while_it_sends(db: Database, extra: Program) -> None:
    """Freeze the extra sender while it has claimed deliveries and is not in a transaction."""
    writing = (
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND now() - xact_start > '50 ms'"
    )
    while True:
        extra.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(0.1)  # the bot's own transactions are over by then
        async with connect.reading(db) as connection:
            is_writing = await connection.scalar(sa.text(writing))
        if not is_writing and await extra_sender(db) in await sent_by(db, DeliveryState.SENDING):
            return
        extra.process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.03)


async def both_send(harness: Harness, db: Database, extra: Program) -> Json:
    """Begin a broadcast and wait until both have sent some of it; the message that shows its progress."""
    await extra.wait_for_text(WORKS)
    progress = await start_broadcast(harness)

    async def both() -> bool:
        return len(await sent_by(db)) == 2

    await wait_until(both)
    return progress


async def left_over(db: Database) -> set[int]:
    """What the dead sender was sending, after the other has sent everything else."""

    async def all_else_is_sent() -> bool:
        now = await delivery_tally(db)
        return now.queued == 0 and set(await sent_by(db, DeliveryState.SENDING)) <= {await extra_sender(db)}

    await wait_until(all_else_is_sent)
    return await chats_in_state(db, DeliveryState.SENDING)


@postgres_only
async def test_the_extra_sender_stops_in_order_and_the_bot_goes_on(harness, db, crowd):
    async with harness.running_bot(), started(harness, "send") as extra:
        progress = await both_send(harness, db, extra)
        code, written = await extra.terminate()
        report = report_numbers(await wait_for_report(harness, progress))

    assert (code, "Traceback" in written) == (0, False)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert messages_received(harness, crowd) == [1] * CHATS


@sqlite_only
async def test_on_sqlite_it_is_refused_in_one_line(harness):
    code, written = await outcome(harness, "send")

    assert code == 2
    assert "an extra sender needs PostgreSQL" in written
    assert len(written.splitlines()) == 1


@postgres_only
async def test_a_machine_that_dies_while_writing_does_not_keep_the_pace_locked(harness, db, crowd, monkeypatch):
    monkeypatch.setattr(connect, "IDLE_SECONDS", 0.5)
    async with harness.running_bot(), connect.open_database(harness.database_url, exclusive=False) as elsewhere:
        progress = await start_broadcast(harness)
        async with elsewhere.engine.connect() as connection:
            await pace_row.take_slots(connection, 1, PACE, harness.clock().timestamp())  # and then the power fails
            report = report_numbers(await wait_for_report(harness, progress))
            await connection.invalidate()

    assert report == {"sent": CHATS, "audience": CHATS}


@postgres_only
async def test_a_sender_with_nothing_to_send_renews_its_lease_all_the_same_and_is_known_again(harness, db, monkeypatch):
    """A sender that was deleted meanwhile, because its machine slept for days, continues as the same sender."""
    monkeypatch.setattr(helper, "BEAT_SECONDS", 0.05)
    stop = asyncio.Event()
    extra = asyncio.create_task(helper.run_sender(harness.settings(), clock=harness.clock, stop=stop))

    async def leased() -> dict[int, float]:
        async with connect.reading(db) as connection:
            return dict((await connection.execute(sa.select(senders.c.id, senders.c.until))).all())

    await wait_until(leased)
    (known,) = await leased()
    async with connect.writing(db) as transaction:
        await transaction.execute(sa.update(senders).values(until=harness.clock().timestamp() + 1))
    before = (await leased())[known]

    async def goes_on() -> bool:
        return (await leased()).get(known, 0.0) > before

    await wait_until(goes_on)
    async with connect.writing(db) as transaction:
        await transaction.execute(sa.delete(senders))
    await wait_until(leased)
    again = set(await leased())
    stop.set()
    await extra

    assert again == {known}
    assert await leased() == {}, "at an orderly end it leaves"
