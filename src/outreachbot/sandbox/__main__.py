"""Runs the sandbox as a separate process: `python -m outreachbot.sandbox --port 8081 --fast --chats 1000`."""

import argparse
import asyncio
import gc
import signal
import sys
from datetime import UTC, datetime

from outreachbot.errors import OutreachbotError
from outreachbot.sandbox import people
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import KEPT_MESSAGES, TOKEN, World


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m outreachbot.sandbox", description="A Telegram on this machine.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081, help="0 for a free one, which is printed")
    parser.add_argument("--token", action="append", help=f"a token to accept, repeatable, or 'any' (default {TOKEN})")
    parser.add_argument("--fast", action="store_true", help="keep no messages, only counts")
    parser.add_argument("--latency", type=float, default=0.0, metavar="MS", help="before every answer")
    parser.add_argument(
        "--chats", type=int, default=0, metavar="N", help="private chats 1001… that have started the bot"
    )
    return parser.parse_args()


def _build_world(arguments: argparse.Namespace) -> World:
    tokens = arguments.token or [TOKEN]
    world = World(
        clock=lambda: datetime.now(UTC),  # the only place in the sandbox that reads the clock
        tokens=None if "any" in tokens else frozenset(tokens),
        keep=0 if arguments.fast else KEPT_MESSAGES,
    )
    world.faults.latency = arguments.latency / 1000
    people.add_crowd(world, arguments.chats)
    return world


async def _run(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    world = _build_world(arguments)
    gc.freeze()  # the chats live for ever: otherwise every garbage collection would traverse them
    async with serve(world, arguments.host, arguments.port) as address:
        print(f"sandbox on {address}", flush=True)  # noqa: T201  (for the parent process)
        await stop.wait()


def main() -> int:
    """Run until SIGINT or SIGTERM; return the exit code."""
    try:
        asyncio.run(_run(_parse_arguments()))
    except OutreachbotError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
