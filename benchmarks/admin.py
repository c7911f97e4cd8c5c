"""What an admin of ours does in a benchmark: has subscribers, composes a broadcast and confirms it."""

import asyncio
import time
from pathlib import Path

from benchmarks.arena import Telegram
from benchmarks.contestants import ADMIN, BROADCAST_TEXT, DATABASE
from benchmarks.stopwatch import FIRST
from outreachbot.store import connect
from outreachbot.store.insert import insert
from outreachbot.store.tables import chats
from outreachbot.views.parts import BROADCAST

ANSWER_SECONDS = 30.0


async def subscribe(folder: Path, count: int) -> None:
    """A database in which so many private chats have subscribed."""
    rows = [
        {"id": FIRST + number, "kind": "private", "language": "en", "subscribed_at": time.time()}
        for number in range(count)
    ]
    async with connect.opened(f"sqlite+aiosqlite:///{folder / DATABASE}") as db, connect.writing(db) as transaction:
        await transaction.execute(insert(transaction, chats), rows)


async def compose(place: Telegram) -> None:
    """Write the broadcast; ends when the bot asks whether to send it."""
    await place.order("sandbox/say", user=ADMIN, text="/broadcast")
    await _wait(place, 2)
    await place.order("sandbox/say", user=ADMIN, text=BROADCAST_TEXT, html=True)
    await _wait(place, 5)  # the text, how members will see it, the question


async def confirm(place: Telegram) -> None:
    """Press the button that sends it. The stopwatch begins."""
    await place.order("bench/start")
    await place.order("sandbox/press", user=ADMIN, message_id=5, data=f"{BROADCAST}:send:1")


async def _wait(place: Telegram, message_id: int) -> None:
    async with asyncio.timeout(ANSWER_SECONDS):
        while (await place.order(f"bench/last/{ADMIN}"))["last_id"] < message_id:  # noqa: ASYNC110  it is in another process
            await asyncio.sleep(0.02)
