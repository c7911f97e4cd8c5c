"""Telegram refuses the bot itself: everything stops and says so, and the rest stays queued for the next start.

A message that Telegram refuses for every chat is tested in tests/walks.
"""

from accounts import CHATS, PACE, begin, claimed, copies, in_flight, on_postgres, reached, tally
from test_broadcast import numbers
from test_full_disk import wrote

from outreachbot.sandbox.faults import ALWAYS, ANY_SEND, FaultKind, InjectedFault
from program import started
from town import ADMIN, Town


def revoke(town: Town) -> None:
    """Revoke the token as @BotFather does with /revoke, except for polls."""
    words = "Unauthorized"
    town.world.faults.pending.append(
        InjectedFault(FaultKind.REFUSED, ANY_SEND, times=ALWAYS, code=401, description=words)
    )


async def test_after_a_401_everything_stops_and_the_rest_waits_for_the_next_start(town, db, crowd):
    async with started(town, "run") as program:
        await begin(town)
        await town.until(lambda: reached(town) >= 100)
        revoke(town)
        code, written = await program.end()
    left, refused = await tally(db), town.world.tally.errors[401]
    town.world.faults.pending.clear()
    async with town.bot():
        await town.until(lambda: "finished" in town.said(ADMIN)[-1]["text"])
        report = numbers(town.said(ADMIN)[-1]["text"])

    assert code == 1
    assert written.splitlines()[-1].endswith("(Unauthorized): check OUTREACHBOT_TOKEN with @BotFather")
    assert "Traceback" not in written
    assert (left.sent + left.queued, left.audience) == (CHATS, CHATS)
    assert 0 < refused <= claimed(PACE) + in_flight(PACE)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert copies(town, crowd) == [1] * CHATS


@on_postgres
async def test_after_a_401_the_extra_sender_stops_as_well(town, db, crowd):
    async with started(town, "run") as program, started(town, "send") as extra:
        await wrote(extra, b"works beside the bot")
        await begin(town)
        await town.until(lambda: reached(town) >= 100)
        revoke(town)
        ends = [await process.end() for process in (program, extra)]
    left = await tally(db)

    for code, written in ends:
        assert code == 1
        assert "check OUTREACHBOT_TOKEN" in written.splitlines()[-1]
        assert "Traceback" not in written
    assert (left.sent + left.queued, left.audience) == (CHATS, CHATS)
    assert left.sent == sum(copies(town, crowd)) == reached(town)
