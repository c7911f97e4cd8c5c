"""Who runs side by side: for each contestant the program it is, and what that needs."""

import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.arena import ROOT, process

OURS = "outreachbot"
TOKEN = "4200000001:bench"
ADMIN = 11  # our only admin; not one of the crowd
BOTS = ROOT / "benchmarks" / "bots"
DATABASE = "bench.db"  # in the contestant's folder

BROADCAST_TEXT = (
    "<b>26 February</b>\n\nTonight at eight we meet at the memorial. Bring a candle and somebody who has not been "
    "there. Who can't come can write the letter: https://example.org/letter"
)


@dataclass(frozen=True, slots=True)
class Contestant:
    """A program. {url} and {token} in its arguments and environment become those of the Telegram it meets."""

    name: str
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)


def _script(name: str, file: str, *arguments: str, python: str = sys.executable) -> Contestant:
    return Contestant(name, (python, str(BOTS / file), "{url}", "{token}", *arguments))


OUTREACHBOT = Contestant(
    OURS,
    (sys.executable, "-m", "outreachbot", "run"),
    {
        "OUTREACHBOT_TOKEN": "{token}",
        "OUTREACHBOT_API_URL": "{url}",
        "OUTREACHBOT_ADMINS": str(ADMIN),
        "OUTREACHBOT_CONTENT": str(ROOT / "content.yaml"),
        "OUTREACHBOT_DATABASE_URL": f"sqlite+aiosqlite:///{DATABASE}",
        "OUTREACHBOT_MESSAGES_PER_SECOND": "100000",
    },
)
PTB_ECHO = _script("PTB run_polling", "ptb_echo.py")
PTB_BROADCAST = _script("PTB gather, 30 at once", "ptb_broadcast.py", BROADCAST_TEXT)
RAW_AIOHTTP = _script("raw aiohttp, 100 at once", "raw_broadcast.py", BROADCAST_TEXT)

REPLYING = (OUTREACHBOT, PTB_ECHO)
"""Bots that poll and answer every command."""

SENDING = (PTB_BROADCAST, RAW_AIOHTTP)
"""Programs that say `ready`, read a count and send the text to so many chats. (Ours is told by its admin.)"""


@asynccontextmanager
async def running(one: Contestant, url: str, folder: Path) -> AsyncIterator[Process]:
    """The contestant in its process, working in this folder."""

    def filled(text: str) -> str:
        return text.replace("{url}", url).replace("{token}", TOKEN)

    command = [filled(part) for part in one.command]
    async with process(command, {key: filled(value) for key, value in one.env.items()}, folder) as started:
        yield started
