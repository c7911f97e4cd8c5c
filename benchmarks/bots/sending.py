"""What all sending programs share: arguments, start and end, ways of sending."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

FIRST_CHAT = 1001
AT_ONCE = 30
BUTTON = ("Unsubscribe", "+unsubscribe")

Send = Callable[[int], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Arguments:
    """The program's command line."""

    url: str
    token: str
    text: str
    how: str
    pace: int


def parse_arguments() -> Arguments:
    url, token, text, how, pace = sys.argv[1:]
    return Arguments(url, token, text, how, int(pace))


def wait_for_chats() -> range:
    """Report that the program is ready, and wait for the number of chats to send to."""
    print("ready", flush=True)
    return range(FIRST_CHAT, FIRST_CHAT + int(sys.stdin.readline()))


def report_done() -> None:
    """Report the end, but keep the process alive so that its CPU time can be read."""
    print("done", flush=True)
    sys.stdin.readline()


async def send_one_by_one(send: Send, to: range) -> None:
    for chat_id in to:
        await send(chat_id)


async def send_gathered(send: Send, to: range) -> None:
    """Send with asyncio.gather, 30 messages at once."""
    semaphore = asyncio.Semaphore(AT_ONCE)

    async def turn(chat_id: int) -> None:
        async with semaphore:
            await send(chat_id)

    await asyncio.gather(*map(turn, to))


WAYS = {"loop": send_one_by_one, "gather": send_gathered}
