"""What an admin of ours does in a benchmark: has subscribers, composes a broadcast and confirms it."""

import asyncio
import time
from pathlib import Path
from typing import Any

from benchmarks.arena import Telegram
from benchmarks.contestants import ADMIN, BROADCAST_TEXT, DATABASE
from benchmarks.stopwatch import FIRST
from outreachbot.store.database import connect
from outreachbot.store.database.insert import insert
from outreachbot.store.tables import chats
from outreachbot.views.parts import BROADCAST

ANSWER_SECONDS = 60.0
AT_ONCE = 50_000
_migrating = asyncio.Lock()  # Alembic migrates one database at a time in a process


async def subscribe(folder: Path, count: int) -> None:
    """A database in which so many private chats have subscribed."""
    now = time.time()
    async with _migrating, connect.open_database(f"sqlite+aiosqlite:///{folder / DATABASE}") as db:
        for first in range(FIRST, FIRST + count, AT_ONCE):
            rows = [
                {"id": chat_id, "kind": "private", "language": "en", "subscribed_at": now}
                for chat_id in range(first, min(first + AT_ONCE, FIRST + count))
            ]
            async with connect.writing(db) as transaction:
                await transaction.execute(insert(transaction, chats), rows)


async def compose(place: Telegram) -> dict[str, Any]:
    """Write the broadcast; the button with which the bot asks whether to send it."""
    await place.order("sandbox/say", user=ADMIN, text="/broadcast")
    await _answer(place, 2)
    await place.order("sandbox/say", user=ADMIN, text=BROADCAST_TEXT, html=True)
    async with asyncio.timeout(ANSWER_SECONDS):
        return await place.order(f"bench/button/{BROADCAST}:send:")


async def confirm(place: Telegram, button: dict[str, Any]) -> None:
    """Press the button that sends it. The stopwatch begins."""
    await place.order("bench/start")
    await place.order("sandbox/press", user=ADMIN, **button)


async def _answer(place: Telegram, message_id: int) -> None:
    async with asyncio.timeout(ANSWER_SECONDS):
        while (await place.order(f"bench/last/{ADMIN}"))["last_id"] < message_id:  # noqa: ASYNC110  it is in another process
            await asyncio.sleep(0.02)
