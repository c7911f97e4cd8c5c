"""aiohttp alone, 100 requests at once, answers not looked at: about all that the local Telegram gives."""

import asyncio
import json
from collections.abc import Iterator

import aiohttp

from benchmarks.bots import sending
from benchmarks.bots.sending import Order

AT_ONCE = 100
KEYBOARD = {"inline_keyboard": [[{"text": sending.BUTTON[0], "callback_data": sending.BUTTON[1]}]]}


async def _send(session: aiohttp.ClientSession, order: Order, chats: Iterator[int]) -> None:
    common = {
        "text": order.text,
        "parse_mode": "HTML",
        "reply_markup": KEYBOARD,
        "link_preview_options": {"is_disabled": True},
    }
    headers = {"Content-Type": "application/json"}
    address = f"{order.url}/bot{order.token}/sendMessage"
    for chat_id in chats:
        body = json.dumps({"chat_id": chat_id, **common}).encode()
        async with session.post(address, data=body, headers=headers) as response:
            await response.read()


async def main() -> None:
    order = sending.order()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
        chats = iter(sending.chats())
        await asyncio.gather(*(_send(session, order, chats) for _ in range(AT_ONCE)))
    sending.done()


asyncio.run(main())
