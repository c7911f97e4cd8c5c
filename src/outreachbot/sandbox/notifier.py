"""A version counter to wait on; pages and long polls use it to learn about changes."""

import asyncio


class Notifier:
    """`notify` increments `version`; `wait_past` waits until it exceeds the version last seen."""

    def __init__(self) -> None:
        self.version = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Count a change and wake all waiters."""
        self.version += 1
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait_past(self, since: int, seconds: float | None = None) -> int:
        """Wait until the version exceeds `since`, for at most `seconds`; return the current version."""
        if self.version > since:
            return self.version
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait((future,), timeout=seconds)
        finally:
            self._waiting.discard(future)
        return self.version
