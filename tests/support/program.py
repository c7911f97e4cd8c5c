"""The program as an operator runs it: its own process, configured by its environment."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.harness import Harness
from tests.support.paths import SHIPPED_CONTENT


def environment(harness: Harness, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OUTREACHBOT_")}
    ours = {
        "OUTREACHBOT_TOKEN": "4200000001:sandbox",
        "OUTREACHBOT_ADMINS": ",".join(map(str, sorted(harness.admins))),
        "OUTREACHBOT_LARGE_AUDIENCE": str(harness.large_audience),
        "OUTREACHBOT_API_URL": harness.url,
        "OUTREACHBOT_DATABASE_URL": harness.database_url,
        "OUTREACHBOT_CONTENT": str(SHIPPED_CONTENT),
        "OUTREACHBOT_MESSAGES_PER_SECOND": str(harness.per_second),
        "OUTREACHBOT_CHECK_LINKS": str(harness.check_links).lower(),
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

    async def wait_for_output(self) -> None:
        """Wait until it writes something more, or ends."""
        self._news.clear()
        await self._news.wait()

    async def wait_for_text(self, text: bytes) -> None:
        """Wait until it has written this."""
        async with asyncio.timeout(30):
            while text not in self.written:
                await self.wait_for_output()

    def limit_file_size(self, size: int) -> None:
        """Limit the size of files that the program writes, as if the disk were full."""
        _, most = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, most))

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
async def started(harness: Harness, *arguments: str, folder: Path | None = None, **more: str) -> AsyncIterator[Program]:
    """Start the program; it never outlives the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "outreachbot",
        *arguments,
        env=environment(harness, **more),
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


async def outcome(harness: Harness, *arguments: str, folder: Path | None = None, **more: str) -> tuple[int, str]:
    """Run the program to its end; return its exit code and output."""
    async with started(harness, *arguments, folder=folder, **more) as program:
        async with asyncio.timeout(60):
            return await program.end()
