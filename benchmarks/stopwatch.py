"""The local Telegram with a stopwatch in it, a process of its own: `python -m benchmarks.stopwatch --chats 5000`."""

import argparse
import asyncio
import gc
import signal
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from benchmarks.contestants import ADMIN
from outreachbot.sandbox import people, tally
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import World, chat_of

FIRST = 1001  # the first of the private chats


class Watch(dict[int, int]):
    """The tally's count of each chat's messages, which also remembers when each message came."""

    def __init__(self) -> None:
        super().__init__()
        self.began = perf_counter()
        self.asked: dict[int, float] = {}  # chat -> when its command came
        self.came: list[tuple[int, float]] = []  # chat and moment of every message of the bot
        self.wanted = 0
        self.enough = asyncio.Event()

    def __setitem__(self, chat_id: int, times: int) -> None:
        super().__setitem__(chat_id, times)
        self.came.append((chat_id, perf_counter()))
        if self.wanted and len(self.came) >= self.wanted:
            self.enough.set()

    def start(self) -> None:
        """Begin to measure: forget what came before."""
        self.asked.clear()
        self.came.clear()
        self.enough.clear()
        self.wanted = 0
        self.began = perf_counter()


def routes(world: World, watch: Watch) -> Sequence[BaseRoute]:
    """What the benchmarks order and ask."""

    async def polled(_request: Request) -> Response:
        while world.poll is None:  # noqa: ASYNC110  the sandbox rings no bell for it
            await asyncio.sleep(0.01)
        return JSONResponse({})

    async def last_id(request: Request) -> Response:
        return JSONResponse({"last_id": chat_of(world, request.path_params["chat"]).last_id})

    async def start(_request: Request) -> Response:
        _start(world, watch)
        return JSONResponse({})

    async def ask(request: Request) -> Response:
        order = await request.json()
        _start(world, watch)
        asyncio.create_task(_ask(world, watch, **order)).add_done_callback(lambda task: task.result())
        return JSONResponse({})

    async def came(request: Request) -> Response:
        order = await request.json()
        return JSONResponse(await _wait(watch, int(order["count"]), float(order["seconds"])))

    return [
        Route("/bench/polled", polled, methods=["POST"]),
        Route("/bench/last/{chat:int}", last_id, methods=["POST"]),
        Route("/bench/start", start, methods=["POST"]),
        Route("/bench/ask", ask, methods=["POST"]),
        Route("/bench/came", came, methods=["POST"]),
    ]


def _start(world: World, watch: Watch) -> None:
    tally.reset(world.tally)
    gc.collect()
    gc.freeze()  # many chats live for ever: without this every collection walks all of them
    watch.start()


async def _ask(world: World, watch: Watch, text: str, count: int, every: float) -> None:
    """So many chats write the text, each once: all together, or one each `every` seconds, whatever the bot does."""
    for number in range(count):
        if every:
            await asyncio.sleep(watch.began + number * every - perf_counter())
        watch.asked[FIRST + number] = perf_counter()
        people.say(world, FIRST + number, FIRST + number, text)


async def _wait(watch: Watch, count: int, seconds: float) -> dict[str, Any]:
    """Wait for so many messages of the bot, so long at most: how many came, how long it took, and each reply's wait."""
    watch.wanted = count
    if len(watch.came) < count:
        with suppress(TimeoutError):
            await asyncio.wait_for(watch.enough.wait(), seconds)
    last = watch.came[-1][1] if watch.came else perf_counter()
    waits = [moment - watch.asked[chat] for chat, moment in watch.came if chat in watch.asked]
    return {"count": len(watch.came), "seconds": last - watch.began, "waits": waits}


async def _run(chats: int, latency: float) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    world = World(clock=lambda: datetime.now(UTC), tokens=None, keep=0)
    watch = Watch()
    world.tally.deliveries = watch
    world.faults.latency = latency / 1000
    people.crowd(world, 1, ADMIN)
    people.crowd(world, chats, FIRST)
    gc.freeze()
    async with serve(world, routes=routes(world, watch)) as address:
        print(address, flush=True)
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--chats", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, metavar="MS")
    given = parser.parse_args()
    asyncio.run(_run(given.chats, given.latency))
