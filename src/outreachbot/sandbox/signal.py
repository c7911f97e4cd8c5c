"""A number that only grows, and a way to wait until it has grown: how pages and long polls learn of news."""

import asyncio


class Signal:
    """`version` grows with every `ring`; `past` waits until it is greater than the version last seen."""

    def __init__(self) -> None:
        self.version = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Count one change and wake everybody who waits."""
        self.version += 1
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def past(self, since: int, seconds: float | None = None) -> int:
        """Wait until the version is greater than `since`, or for that many seconds; the version then."""
        if self.version > since:
            return self.version
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait((future,), timeout=seconds)
        finally:
            self._waiting.discard(future)
        return self.version
