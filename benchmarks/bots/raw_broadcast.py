"""Sends with aiohttp alone, 100 requests at once, ignoring the answers: about the local Telegram's maximum."""

import asyncio
import json
from collections.abc import Iterator

import aiohttp

from benchmarks.bots import sending
from benchmarks.bots.sending import Arguments

AT_ONCE = 100
KEYBOARD = {"inline_keyboard": [[{"text": sending.BUTTON[0], "callback_data": sending.BUTTON[1]}]]}


async def _send(session: aiohttp.ClientSession, arguments: Arguments, chats: Iterator[int]) -> None:
    common = {
        "text": arguments.text,
        "parse_mode": "HTML",
        "reply_markup": KEYBOARD,
        "link_preview_options": {"is_disabled": True},
    }
    headers = {"Content-Type": "application/json"}
    address = f"{arguments.url}/bot{arguments.token}/sendMessage"
    for chat_id in chats:
        body = json.dumps({"chat_id": chat_id, **common}).encode()
        async with session.post(address, data=body, headers=headers) as response:
            await response.read()


async def main() -> None:
    arguments = sending.parse_arguments()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
        chats = iter(sending.wait_for_chats())
        await asyncio.gather(*(_send(session, arguments, chats) for _ in range(AT_ONCE)))
    sending.report_done()


asyncio.run(main())
