"""The contestants: the program each of them runs, with its arguments and environment."""

import os
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import peers
from benchmarks.arena import ROOT, start_process

OURS = "outreachbot"
TOKEN = "4200000001:bench"
ADMIN = 11  # outreachbot's only admin; not one of the crowd
DATABASE = "bench.db"  # in the contestant's folder

BROADCAST_TEXT = (
    "<b>26 February</b>\n\nTonight at eight we meet at the memorial. Bring a candle and somebody who has not been "
    "there. Who can't come can write the letter: https://example.org/letter"
)


@dataclass(frozen=True, slots=True)
class Contestant:
    """A program; {url}, {token} and {pace} in its arguments and environment are filled in for each run."""

    name: str
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    unpaced: str = "0"  # value of {pace} for no limit


def _echo_bot(name: str, module: str) -> Contestant:
    return Contestant(name, (sys.executable, "-m", f"benchmarks.bots.{module}", "{url}", "{token}"))


def _sender(name: str, module: str, how: str = "", python: str = str(peers.PYTHON)) -> Contestant:
    run = (python, "-m", f"benchmarks.bots.{module}")
    return Contestant(name, (*run, "{url}", "{token}", BROADCAST_TEXT, how, "{pace}"))


OUTREACHBOT = Contestant(
    OURS,
    (sys.executable, "-m", "outreachbot", "run"),
    {
        "OUTREACHBOT_TOKEN": "{token}",
        "OUTREACHBOT_API_URL": "{url}",
        "OUTREACHBOT_ADMINS": str(ADMIN),
        "OUTREACHBOT_CONTENT": str(ROOT / "content.yaml"),
        "OUTREACHBOT_DATABASE_URL": f"sqlite+aiosqlite:///{DATABASE}",
        "OUTREACHBOT_MESSAGES_PER_SECOND": "{pace}",
        "OUTREACHBOT_CHECK_LINKS": "false",
        "OUTREACHBOT_LARGE_AUDIENCE": "100000000",  # a larger one delays the first message by 30 s
    },
    unpaced="100000",
)
PTB_ECHO = _echo_bot("PTB run_polling", "ptb_echo")
PTB_LOOP = _sender("PTB, one by one", "ptb_broadcast", "loop")
PTB_GATHER = _sender("PTB gather, 30 at once", "ptb_broadcast", "gather")
PTB_LIMITER = _sender("PTB AIORateLimiter", "ptb_broadcast", "limiter")
AIOGRAM_LOOP = _sender("aiogram, one by one", "aiogram_broadcast", "loop")
AIOGRAM_GATHER = _sender("aiogram gather, 30 at once", "aiogram_broadcast", "gather")
AIOGRAM_BROADCASTER = _sender("aiogram_broadcaster, SQLite", "aiogram_broadcaster_broadcast")
RAW_AIOHTTP = _sender("raw aiohttp, 100 at once", "raw_broadcast", python=sys.executable)

REPLYING = (OUTREACHBOT, PTB_ECHO)
"""Bots that poll and answer every command."""


def installed_peers(*wanted: Contestant) -> tuple[Contestant, ...]:
    """The given peers, or none if they can't be installed."""
    return wanted if peers.ready() else ()


@asynccontextmanager
async def run_contestant(contestant: Contestant, url: str, folder: Path, pace: int = 0) -> AsyncIterator[Process]:
    """Run the contestant in `folder`, with a limit of `pace` messages a second (0: none)."""

    def fill(text: str) -> str:
        return text.replace("{url}", url).replace("{token}", TOKEN).replace("{pace}", str(pace or contestant.unpaced))

    command = [fill(part) for part in contestant.command]
    env = {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"} | {
        key: fill(value) for key, value in contestant.env.items()
    }
    async with start_process(command, env, folder) as process:
        yield process
