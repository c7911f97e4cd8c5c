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
from outreachbot.sandbox import methods, people, tally
from outreachbot.sandbox.params import Params
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import World, chat_of

FIRST = 1001  # the first of the private chats


class Watch(dict[int, int]):
    """The tally's count of each chat's messages, which also remembers when each message came."""

    def __init__(self) -> None:
        super().__init__()
        self.began = perf_counter()
        self.asked: dict[int, float] = {}  # chat -> when its command came
        self.came: list[tuple[int, float]] = []  # chat and moment of every message to the crowd
        self.buttons: dict[str, int] = {}  # data -> the message of the admin's chat that it stands under
        self.wanted = 0
        self.enough = asyncio.Event()

    def __setitem__(self, chat_id: int, times: int) -> None:
        super().__setitem__(chat_id, times)
        if chat_id < FIRST:
            return
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

    async def button(request: Request) -> Response:
        return JSONResponse(await _button(watch, request.path_params["data"]))

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
        return JSONResponse(await _wait(world, watch, int(order["count"]), float(order["seconds"])))

    return [
        Route("/bench/polled", polled, methods=["POST"]),
        Route("/bench/last/{chat:int}", last_id, methods=["POST"]),
        Route("/bench/button/{data}", button, methods=["POST"]),
        Route("/bench/start", start, methods=["POST"]),
        Route("/bench/ask", ask, methods=["POST"]),
        Route("/bench/came", came, methods=["POST"]),
    ]


def _start(world: World, watch: Watch) -> None:
    tally.reset(world.tally)
    gc.collect()
    gc.freeze()  # many chats live for ever: without this every collection walks all of them
    watch.start()


async def _ask(world: World, watch: Watch, text: str, count: int, every: float, first: int = FIRST) -> None:
    """So many chats write the text, each once: all together, or one each `every` seconds, whatever the bot does."""
    for number in range(count):
        if every:
            await asyncio.sleep(watch.began + number * every - perf_counter())
        watch.asked[first + number] = perf_counter()
        people.say(world, first + number, first + number, text)


async def _button(watch: Watch, data: str) -> dict[str, Any]:
    """The button under a message to the admin whose data begins so."""
    while True:
        for known, message_id in watch.buttons.items():
            if known.startswith(data):
                return {"message_id": message_id, "data": known}
        await asyncio.sleep(0.01)


def _watching(watch: Watch, method: methods.Method) -> methods.Method:
    """The method, which also notes the buttons that the admin gets."""

    def watched(world: World, params: Params) -> Any:
        sent = method(world, params)
        if sent["chat"]["id"] == ADMIN:
            rows = sent.get("reply_markup", {}).get("inline_keyboard", ())
            watch.buttons |= {one.get("callback_data", ""): sent["message_id"] for row in rows for one in row}
        return sent

    return watched


async def _wait(world: World, watch: Watch, count: int, seconds: float) -> dict[str, Any]:
    """Wait for so many messages to the crowd, so long at most; what came until then.

    `seconds` is how long that took, `first` when the first came, `waits` how long each command waited for its answer.
    """
    watch.wanted = count
    if len(watch.came) < count:
        watch.enough.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(watch.enough.wait(), seconds)
    first, last = (watch.came[0][1], watch.came[-1][1]) if watch.came else (perf_counter(), perf_counter())
    return {
        "count": len(watch.came),
        "repeats": len(watch.came) - len({chat for chat, _ in watch.came}),
        "too_many": world.tally.errors[429],
        "first": first - watch.began,
        "seconds": last - watch.began,
        "waits": [moment - watch.asked[chat] for chat, moment in watch.came if chat in watch.asked],
    }


async def _run(chats: int, latency: float) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    world = World(clock=lambda: datetime.now(UTC), tokens=None, keep=0)
    watch = Watch()
    world.tally.deliveries = watch
    world.faults.latency = latency / 1000
    methods.SENDING["sendMessage"] = _watching(watch, methods.SENDING["sendMessage"])
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
