"""What every program that sends does around its library's call."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

FIRST = 1001
AT_ONCE = 30
BUTTON = ("Unsubscribe", "+unsubscribe")

Send = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Order:
    """What the program is told on its command line."""

    url: str
    token: str
    text: str
    how: str
    pace: int


def order() -> Order:
    url, token, text, how, pace = sys.argv[1:]
    return Order(url, token, text, how, int(pace))


def chats() -> range:
    """Say that all is set up, and wait to be told to whom to send."""
    print("ready", flush=True)
    return range(FIRST, FIRST + int(sys.stdin.readline()))


def done() -> None:
    """Stay, so that what the process used can be read from outside."""
    print("done", flush=True)
    sys.stdin.readline()


async def one_by_one(send: Send, to: range) -> None:
    for chat_id in to:
        await send(chat_id)


async def gathered(send: Send, to: range) -> None:
    """All by asyncio.gather, 30 of them at once."""
    at_once = asyncio.Semaphore(AT_ONCE)

    async def turn(chat_id: int) -> None:
        async with at_once:
            await send(chat_id)

    await asyncio.gather(*map(turn, to))


WAYS = {"loop": one_by_one, "gather": gathered}
