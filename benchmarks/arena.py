"""Where contestants meet Telegram: each in a process of its own, started and stopped here."""

import asyncio
import os
import subprocess
import sys
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parent.parent
START_SECONDS = 60.0
LOG_BYTES = 4000
CALM_SECONDS = 0.7  # after the first poll: what a bot does at its start is over


@dataclass(frozen=True, slots=True)
class Telegram:
    """The local Telegram in its process, and how to order what happens there."""

    url: str
    session: aiohttp.ClientSession

    async def order(self, path: str, **body: Any) -> dict[str, Any]:
        """POST to one of its control routes; the answer."""
        async with self.session.post(f"{self.url}/{path}", json=body) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == 200, answer
            return answer

    async def polled(self, process: Process) -> None:
        """Wait until the bot polls and has done what else it does at its start."""
        polled = asyncio.create_task(self.order("bench/polled"))
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({polled, ended}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not polled.done():
            polled.cancel()
            raise RuntimeError("the contestant did not start to poll")
        await asyncio.sleep(CALM_SECONDS)


@asynccontextmanager
async def telegram(*, chats: int, latency: float = 0.0) -> AsyncIterator[Telegram]:
    """A new Telegram with so many private chats, which waits `latency` milliseconds before every answer."""
    command = [sys.executable, "-m", "benchmarks.stopwatch", f"--chats={chats}", f"--latency={latency}"]
    timeout = aiohttp.ClientTimeout(total=None)
    async with process(command, {}, ROOT) as server, aiohttp.ClientSession(timeout=timeout) as session:
        yield Telegram(await said(server), session)


@asynccontextmanager
async def process(command: Sequence[str], env: dict[str, str], folder: Path) -> AsyncIterator[Process]:
    """A program that is killed at the end. Its log is shown only where the measurement fails."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("OUTREACHBOT_")}
    with tempfile.TemporaryFile() as log:
        started = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=clean | env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
        try:
            yield started
        except Exception:
            log.seek(0)
            sys.stderr.buffer.write(log.read()[-LOG_BYTES:])
            raise
        finally:
            with suppress(ProcessLookupError):
                started.kill()
            await started.wait()


async def said(one: Process, seconds: float = START_SECONDS) -> str:
    """The next line that a program prints."""
    assert one.stdout is not None
    line = await asyncio.wait_for(one.stdout.readline(), seconds)
    if not line:
        raise RuntimeError("a program ended before it said anything")
    return line.decode().strip()


async def tell(one: Process, line: str) -> None:
    """Write a line to a program."""
    assert one.stdin is not None
    one.stdin.write(f"{line}\n".encode())
    await one.stdin.drain()
