"""Starts and stops the processes of a benchmark: the local Telegram and the contestants."""

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
SETTLE_SECONDS = 0.7  # after the first poll, for the rest of a bot's startup


@dataclass(frozen=True, slots=True)
class LocalTelegram:
    """The local Telegram in its process, controlled over HTTP."""

    url: str
    session: aiohttp.ClientSession

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        """POST to one of its control routes; return the answer."""
        async with self.session.post(f"{self.url}/{path}", json=body) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == 200, answer
            return answer

    async def wait_until_polling(self, process: Process) -> None:
        """Wait until the bot polls and has finished its startup."""
        polling = asyncio.create_task(self.post("bench/polled"))
        ended = asyncio.create_task(process.wait())
        await asyncio.wait({polling, ended}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not polling.done():
            polling.cancel()
            raise RuntimeError("the contestant did not start to poll")
        await asyncio.sleep(SETTLE_SECONDS)


@asynccontextmanager
async def start_telegram(*, chats: int, latency: float = 0.0) -> AsyncIterator[LocalTelegram]:
    """A new local Telegram with `chats` private chats and `latency` milliseconds before every answer."""
    command = [sys.executable, "-m", "benchmarks.stopwatch", f"--chats={chats}", f"--latency={latency}"]
    timeout = aiohttp.ClientTimeout(total=None)
    async with start_process(command, {}, ROOT) as server, aiohttp.ClientSession(timeout=timeout) as session:
        yield LocalTelegram(await read_line(server), session)


@asynccontextmanager
async def start_process(command: Sequence[str], env: dict[str, str], folder: Path) -> AsyncIterator[Process]:
    """Run a program and kill it at the end. Its log is printed only if the measurement fails."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("OUTREACHBOT_")}
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=clean | env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
        )
        try:
            yield process
        except Exception:
            log.seek(0)
            sys.stderr.buffer.write(log.read()[-LOG_BYTES:])
            raise
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def read_line(process: Process, seconds: float = START_SECONDS) -> str:
    """The next line that the process prints. Raises RuntimeError if it ends before that."""
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), seconds)
    if not line:
        raise RuntimeError("a program ended before it printed anything")
    return line.decode().strip()


async def write_line(process: Process, line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n".encode())
    await process.stdin.drain()
