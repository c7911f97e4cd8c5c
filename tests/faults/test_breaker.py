"""Telegram refuses the bot itself: everything stops and says so, and the rest stays queued for the next start.

A message that Telegram refuses for every chat is tested in tests/walks.
"""

from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, FaultKind, InjectedFault
from tests.support.broadcasts import report_numbers
from tests.support.deliveries import (
    CHATS,
    PACE,
    chats_reached,
    delivery_tally,
    messages_received,
    most_claimed,
    most_in_flight,
    postgres_only,
    start_broadcast,
)
from tests.support.harness import ADMIN, Harness
from tests.support.program import started


def revoke(harness: Harness) -> None:
    """Revoke the token as @BotFather does with /revoke, except for polls."""
    words = "Unauthorized"
    harness.world.faults.pending.append(
        InjectedFault(FaultKind.REFUSED, ANY_SEND, times=ALWAYS, code=401, description=words)
    )


async def test_after_a_401_everything_stops_and_the_rest_waits_for_the_next_start(harness, db, crowd):
    async with started(harness, "run") as program:
        await start_broadcast(harness)
        await harness.wait_until(lambda: chats_reached(harness) >= 100)
        revoke(harness)
        code, written = await program.end()
    left, refused = await delivery_tally(db), harness.world.tally.errors[401]
    harness.world.faults.pending.clear()
    async with harness.running_bot():
        await harness.wait_until(lambda: "finished" in harness.said(ADMIN)[-1]["text"])
        report = report_numbers(harness.said(ADMIN)[-1]["text"])

    assert code == 1
    assert written.splitlines()[-1].endswith(
        "(Unauthorized): check OUTREACHBOT_TOKEN with @BotFather, and OUTREACHBOT_API_URL if you set it"
    )
    assert "Traceback" not in written
    assert (left.sent + left.queued, left.audience) == (CHATS, CHATS)
    assert 0 < refused <= most_claimed(PACE) + most_in_flight(PACE)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert messages_received(harness, crowd) == [1] * CHATS


@postgres_only
async def test_after_a_401_the_extra_sender_stops_as_well(harness, db, crowd):
    async with started(harness, "run") as program, started(harness, "send") as extra:
        await extra.wait_for_text(b"works beside the bot")
        await start_broadcast(harness)
        await harness.wait_until(lambda: chats_reached(harness) >= 100)
        revoke(harness)
        ends = [await process.end() for process in (program, extra)]
    left = await delivery_tally(db)

    for code, written in ends:
        assert code == 1
        assert "check OUTREACHBOT_TOKEN" in written.splitlines()[-1]
        assert "Traceback" not in written
    assert (left.sent + left.queued, left.audience) == (CHATS, CHATS)
    assert left.sent == sum(messages_received(harness, crowd)) == chats_reached(harness)
