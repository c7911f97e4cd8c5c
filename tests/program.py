"""The program as an operator runs it: a process of its own, told everything by its environment."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from town import Town

ROOT = Path(__file__).parent.parent


def environment(town: Town, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OUTREACHBOT_")}
    ours = {
        "OUTREACHBOT_TOKEN": "4200000001:sandbox",
        "OUTREACHBOT_ADMINS": ",".join(map(str, sorted(town.admins))),
        "OUTREACHBOT_LARGE_AUDIENCE": str(town.large_audience),
        "OUTREACHBOT_API_URL": town.url,
        "OUTREACHBOT_DATABASE_URL": town.database_url,
        "OUTREACHBOT_CONTENT": str(ROOT / "content.yaml"),
        "OUTREACHBOT_MESSAGES_PER_SECOND": str(town.per_second),
        "OUTREACHBOT_CHECK_LINKS": str(town.check_links).lower(),
    }
    return {**clean, **ours, **more}


class Program:
    """`outreachbot …` in a process of its own, and everything it has written."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.written = b""
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout
        while piece := await self.process.stdout.read(4096):
            self.written += piece
            self._news.set()
        self._news.set()

    async def wrote(self) -> None:
        """Wait until it writes something more, or ends."""
        self._news.clear()
        await self._news.wait()

    async def end(self) -> tuple[int, str]:
        """Its exit code and everything it wrote."""
        code = await self.process.wait()
        await self._reading
        return code, self.written.decode()

    async def terminate(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGTERM)
        return await self.end()

    async def kill(self) -> None:
        self.process.kill()
        await self.end()


@asynccontextmanager
async def started(town: Town, *arguments: str, folder: Path | None = None, **more: str) -> AsyncIterator[Program]:
    """Start the program; whatever happens in the block, it does not outlive it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "outreachbot",
        *arguments,
        env=environment(town, **more),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    program = Program(process)
    try:
        yield program
    finally:
        if process.returncode is None:
            await program.kill()


async def outcome(town: Town, *arguments: str, folder: Path | None = None, **more: str) -> tuple[int, str]:
    """Run the program to its end; its exit code and what it wrote."""
    async with started(town, *arguments, folder=folder, **more) as program:
        async with asyncio.timeout(60):
            return await program.end()
