"""A pause or a stop takes effect at once, and survives a kill: only what is claimed is still sent."""

import pytest
from accounts import (
    BROADCAST,
    CHATS,
    PACE,
    begin,
    claimed,
    copies,
    finished,
    in_state,
    next_look,
    nothing_in_flight,
    reached,
    tally,
)
from lives import lives
from test_broadcast import numbers

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox.chat import Json
from outreachbot.store.database.connect import Database
from town import ADMIN, MEMBER, Town

BEFORE = 100  # sent when the button is pressed


async def press(town: Town, progress: Json, verb: str) -> None:
    """Press it in the middle of the broadcast; the answer says that it took effect."""
    await town.until(lambda: reached(town) >= BEFORE)
    answer = await town.press_data(ADMIN, progress, f"broadcast:{verb}:{BROADCAST}")
    assert "on its way" in answer["text"]


async def goes_out_after(town: Town, db: Database) -> int:
    """How many more messages are sent until no more are."""
    before = reached(town)
    await nothing_in_flight(db)
    await next_look()
    await nothing_in_flight(db)
    return reached(town) - before


async def test_after_a_pause_only_what_was_claimed_goes_out_and_after_going_on_everybody_has_it_once(town, db, crowd):
    async with town.bot():
        progress = await begin(town)
        await press(town, progress, "pause")
        more = await goes_out_after(town, db)
        left = await tally(db)
        await town.press_data(ADMIN, progress, f"broadcast:resume:{BROADCAST}")
        report = numbers(await finished(town, progress))

    assert more <= claimed(PACE)
    assert (left.sent + left.queued, left.sending) == (CHATS, 0)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert copies(town, crowd) == [1] * CHATS


async def test_after_a_stop_only_what_was_claimed_goes_out_and_the_rest_never(town, db, crowd):
    async with town.bot():
        progress = await begin(town)
        await press(town, progress, "stop")
        more = await goes_out_after(town, db)
    async with town.bot():
        more += await goes_out_after(town, db)
    end = await tally(db)

    assert more <= claimed(PACE)
    assert end.sent == reached(town) == sum(copies(town, crowd))
    assert (end.sent + end.skipped, end.audience) == (CHATS, CHATS)


@pytest.mark.parametrize("verb", ["pause", "stop"])
async def test_killed_right_after_the_press_it_sends_nothing_when_it_runs_again(town, db, crowd, verb):
    async with lives(town) as life:
        await life.start()
        progress = await begin(town)
        await press(town, progress, verb)
        await life.kill(db)
        sending, before = await in_state(db, DeliveryState.SENDING), reached(town)
        await life.start()
        await town.answer(MEMBER, "/about")
        more = await goes_out_after(town, db)
    end = await tally(db)

    assert more == 0
    assert await in_state(db, DeliveryState.UNCERTAIN) == sending
    assert before - end.sent <= len(sending)
    assert (end.skipped if verb == "stop" else end.queued) == CHATS - end.sent - end.uncertain > 0
