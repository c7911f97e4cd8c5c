"""Runs the local Telegram with a stopwatch as a separate process: `python -m benchmarks.stopwatch --chats 5000`."""

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
from outreachbot.sandbox.world import World, get_chat

FIRST_CHAT = 1001  # id of the first private chat


class Stopwatch(dict[int, int]):
    """Replaces the tally's counts per chat, and also records when each message arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.started = perf_counter()
        self.asked: dict[int, float] = {}  # chat -> time of its command
        self.arrived: list[tuple[int, float]] = []  # chat and time of every message to the crowd
        self.buttons: dict[str, int] = {}  # callback data -> id of the message to the admin with that button
        self.wanted = 0
        self.enough = asyncio.Event()

    def __setitem__(self, chat_id: int, times: int) -> None:
        super().__setitem__(chat_id, times)
        if chat_id < FIRST_CHAT:
            return
        self.arrived.append((chat_id, perf_counter()))
        if self.wanted and len(self.arrived) >= self.wanted:
            self.enough.set()

    def start(self) -> None:
        """Start measuring and discard what was recorded before."""
        self.asked.clear()
        self.arrived.clear()
        self.enough.clear()
        self.wanted = 0
        self.started = perf_counter()


def routes(world: World, stopwatch: Stopwatch) -> Sequence[BaseRoute]:
    """The control routes for the benchmarks."""

    async def polled(_request: Request) -> Response:
        while world.current_poll is None:  # noqa: ASYNC110  the sandbox has no event for it
            await asyncio.sleep(0.01)
        return JSONResponse({})

    async def last_id(request: Request) -> Response:
        return JSONResponse({"last_id": get_chat(world, request.path_params["chat"]).last_message_id})

    async def button(request: Request) -> Response:
        return JSONResponse(await _wait_for_button(stopwatch, request.path_params["data"]))

    async def start(_request: Request) -> Response:
        _start(world, stopwatch)
        return JSONResponse({})

    async def ask(request: Request) -> Response:
        options = await request.json()
        _start(world, stopwatch)
        asyncio.create_task(_ask(world, stopwatch, **options)).add_done_callback(lambda task: task.result())
        return JSONResponse({})

    async def came(request: Request) -> Response:
        body = await request.json()
        return JSONResponse(await _wait_for_messages(world, stopwatch, int(body["count"]), float(body["seconds"])))

    return [
        Route("/bench/polled", polled, methods=["POST"]),
        Route("/bench/last/{chat:int}", last_id, methods=["POST"]),
        Route("/bench/button/{data}", button, methods=["POST"]),
        Route("/bench/start", start, methods=["POST"]),
        Route("/bench/ask", ask, methods=["POST"]),
        Route("/bench/came", came, methods=["POST"]),
    ]


def _start(world: World, stopwatch: Stopwatch) -> None:
    tally.reset(world.tally)
    gc.collect()
    gc.freeze()  # the chats live for ever: otherwise every garbage collection would traverse them
    stopwatch.start()


async def _ask(
    world: World, stopwatch: Stopwatch, text: str, count: int, every: float, first: int = FIRST_CHAT
) -> None:
    """Let `count` chats send the text once: all at once, or one chat every `every` seconds."""
    for number in range(count):
        if every:
            await asyncio.sleep(stopwatch.started + number * every - perf_counter())
        stopwatch.asked[first + number] = perf_counter()
        people.say(world, first + number, first + number, text)


async def _wait_for_button(stopwatch: Stopwatch, data: str) -> dict[str, Any]:
    """Wait for a button in the admin's chat whose callback data starts with `data`."""
    while True:
        for button_data, message_id in stopwatch.buttons.items():
            if button_data.startswith(data):
                return {"message_id": message_id, "data": button_data}
        await asyncio.sleep(0.01)


def _record_buttons(stopwatch: Stopwatch, method: methods.Method) -> methods.Method:
    """Wrap the method so that it also records the buttons sent to the admin."""

    def recording(world: World, params: Params) -> Any:
        sent = method(world, params)
        if sent["chat"]["id"] == ADMIN:
            rows = sent.get("reply_markup", {}).get("inline_keyboard", ())
            stopwatch.buttons |= {button.get("callback_data", ""): sent["message_id"] for row in rows for button in row}
        return sent

    return recording


async def _wait_for_messages(world: World, stopwatch: Stopwatch, count: int, seconds: float) -> dict[str, Any]:
    """Wait for `count` messages to the crowd, for at most `seconds`; return what arrived until then.

    In the result, all in seconds: `seconds` until the last message, `first` until the first, and `waits` from each
    command to its answer.
    """
    stopwatch.wanted = count
    if len(stopwatch.arrived) < count:
        stopwatch.enough.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(stopwatch.enough.wait(), seconds)
    first, last = (
        (stopwatch.arrived[0][1], stopwatch.arrived[-1][1]) if stopwatch.arrived else (perf_counter(), perf_counter())
    )
    return {
        "count": len(stopwatch.arrived),
        "repeats": len(stopwatch.arrived) - len({chat for chat, _ in stopwatch.arrived}),
        "too_many": world.tally.errors[429],
        "first": first - stopwatch.started,
        "seconds": last - stopwatch.started,
        "waits": [time - stopwatch.asked[chat] for chat, time in stopwatch.arrived if chat in stopwatch.asked],
    }


async def _run(chats: int, latency: float) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    world = World(clock=lambda: datetime.now(UTC), tokens=None, keep=0)
    stopwatch = Stopwatch()
    world.tally.deliveries = stopwatch
    world.faults.latency = latency / 1000
    methods.SENDING["sendMessage"] = _record_buttons(stopwatch, methods.SENDING["sendMessage"])
    people.add_crowd(world, 1, ADMIN)
    people.add_crowd(world, chats, FIRST_CHAT)
    gc.freeze()
    async with serve(world, routes=routes(world, stopwatch)) as address:
        print(address, flush=True)
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--chats", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, metavar="MS")
    arguments = parser.parse_args()
    asyncio.run(_run(arguments.chats, arguments.latency))
