"""A pause or a stop takes effect at once, and survives a kill: only what is claimed is still sent."""

from collections.abc import Awaitable, Callable

import pytest

from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.sandbox.chat import Json
from outreachbot.store.database.connect import Database
from tests.support.broadcasts import report_numbers
from tests.support.deliveries import (
    BROADCAST,
    CHATS,
    PACE,
    chats_in_state,
    chats_reached,
    delivery_tally,
    messages_received,
    most_claimed,
    next_look,
    start_broadcast,
    wait_for_report,
    wait_until_settled,
)
from tests.support.harness import ADMIN, MEMBER, Harness
from tests.support.restarts import restartable_bot

BEFORE = 100  # sent when the button is pressed


async def press(harness: Harness, progress: Json, verb: str) -> None:
    """Press it in the middle of the broadcast; the answer says that it took effect."""
    await harness.wait_until(lambda: chats_reached(harness) >= BEFORE)
    answer = await harness.press_data(ADMIN, progress, f"broadcast:{verb}:{BROADCAST}")
    assert "on its way" in answer["text"]


async def goes_out_after(harness: Harness, db: Database, next_look: Callable[[], Awaitable[None]]) -> int:
    """How much more is sent, until nothing more is."""
    before = chats_reached(harness)
    await wait_until_settled(db)
    await next_look()
    await wait_until_settled(db)
    return chats_reached(harness) - before


async def test_after_a_pause_only_what_was_claimed_goes_out_and_after_going_on_everybody_has_it_once(
    harness, db, crowd, sender_looks
):
    async with harness.running_bot():
        progress = await start_broadcast(harness)
        await press(harness, progress, "pause")
        more = await goes_out_after(harness, db, sender_looks.wait_for_one)
        left = await delivery_tally(db)
        await harness.press_data(ADMIN, progress, f"broadcast:resume:{BROADCAST}")
        report = report_numbers(await wait_for_report(harness, progress))

    assert more <= most_claimed(PACE)
    assert (left.sent + left.queued, left.sending) == (CHATS, 0)
    assert report == {"sent": CHATS, "audience": CHATS}
    assert messages_received(harness, crowd) == [1] * CHATS


async def test_after_a_stop_only_what_was_claimed_goes_out_and_the_rest_never(harness, db, crowd, sender_looks):
    async with harness.running_bot():
        progress = await start_broadcast(harness)
        await press(harness, progress, "stop")
        more = await goes_out_after(harness, db, sender_looks.wait_for_one)
    async with harness.running_bot():
        more += await goes_out_after(harness, db, sender_looks.wait_for_one)
    end = await delivery_tally(db)

    assert more <= most_claimed(PACE)
    assert end.sent == chats_reached(harness) == sum(messages_received(harness, crowd))
    assert (end.sent + end.skipped, end.audience) == (CHATS, CHATS)


@pytest.mark.parametrize("verb", ["pause", "stop"])
async def test_killed_right_after_the_press_it_sends_nothing_after_a_restart(harness, db, crowd, verb):
    async with restartable_bot(harness) as bot:
        await bot.start()
        progress = await start_broadcast(harness)
        await press(harness, progress, verb)
        await bot.kill(db)
        sending, before = await chats_in_state(db, DeliveryState.SENDING), chats_reached(harness)
        await bot.start()
        await harness.answer(MEMBER, "/about")
        more = await goes_out_after(harness, db, next_look)
    end = await delivery_tally(db)

    assert more == 0
    assert await chats_in_state(db, DeliveryState.UNCERTAIN) == sending
    assert before - end.sent <= len(sending)
    assert (end.skipped if verb == "stop" else end.queued) == CHATS - end.sent - end.uncertain > 0
