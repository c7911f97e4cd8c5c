"""What outreachbot's admin does in a benchmark: prepares subscribers, composes a broadcast and confirms it."""

import asyncio
import time
from pathlib import Path
from typing import Any

from benchmarks.arena import LocalTelegram
from benchmarks.contestants import ADMIN, BROADCAST_TEXT, DATABASE
from benchmarks.stopwatch import FIRST_CHAT
from outreachbot.domain.callbacks.broadcasts import ConfirmBroadcast
from outreachbot.domain.callbacks.codec import get_prefix
from outreachbot.store.database import connect
from outreachbot.store.database.insert import insert
from outreachbot.store.tables import chats

ANSWER_SECONDS = 60.0
ROWS_AT_ONCE = 50_000
_migrating = asyncio.Lock()  # Alembic can migrate only one database at a time


async def create_subscribers(folder: Path, count: int) -> None:
    """Create a database in which `count` private chats have subscribed."""
    now = time.time()
    async with _migrating, connect.open_database(f"sqlite+aiosqlite:///{folder / DATABASE}") as db:
        for first in range(FIRST_CHAT, FIRST_CHAT + count, ROWS_AT_ONCE):
            rows = [
                {"id": chat_id, "kind": "private", "language": "en", "subscribed_at": now}
                for chat_id in range(first, min(first + ROWS_AT_ONCE, FIRST_CHAT + count))
            ]
            async with connect.writing(db) as transaction:
                await transaction.execute(insert(transaction, chats), rows)


async def compose(telegram: LocalTelegram) -> dict[str, Any]:
    """Compose the broadcast; return the button that confirms it, as arguments of `confirm`."""
    await telegram.post("sandbox/say", user=ADMIN, text="/broadcast")
    await _wait_for_answer(telegram, 2)
    await telegram.post("sandbox/say", user=ADMIN, text=BROADCAST_TEXT, html=True)
    async with asyncio.timeout(ANSWER_SECONDS):
        return await telegram.post(f"bench/button/{get_prefix(ConfirmBroadcast)}")


async def confirm(telegram: LocalTelegram, button: dict[str, Any]) -> None:
    """Start the stopwatch and press the button that sends the broadcast."""
    await telegram.post("bench/start")
    await telegram.post("sandbox/press", user=ADMIN, **button)


async def _wait_for_answer(telegram: LocalTelegram, message_id: int) -> None:
    async with asyncio.timeout(ANSWER_SECONDS):
        while (await telegram.post(f"bench/last/{ADMIN}"))["last_id"] < message_id:  # noqa: ASYNC110  the chat is in another process
            await asyncio.sleep(0.02)
