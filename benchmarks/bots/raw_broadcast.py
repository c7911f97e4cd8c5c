"""aiohttp alone, 100 requests at once, answers not looked at: about all that the local Telegram gives."""

import asyncio
import json
import sys
from collections.abc import Iterator

import aiohttp

FIRST = 1001
AT_ONCE = 100


async def _send(session: aiohttp.ClientSession, url: str, text: str, chats: Iterator[int]) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Unsubscribe", "callback_data": "+unsubscribe"}]]}
    common = {
        "text": text,
        "parse_mode": "HTML",
        "reply_markup": keyboard,
        "link_preview_options": {"is_disabled": True},
    }
    headers = {"Content-Type": "application/json"}
    for chat_id in chats:
        body = json.dumps({"chat_id": chat_id, **common}).encode()
        async with session.post(url, data=body, headers=headers) as response:
            await response.read()


async def main() -> None:
    url, token, text = sys.argv[1:]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
        print("ready", flush=True)
        chats = iter(range(FIRST, FIRST + int(sys.stdin.readline())))
        address = f"{url}/bot{token}/sendMessage"
        await asyncio.gather(*(_send(session, address, text, chats) for _ in range(AT_ONCE)))
    print("done", flush=True)


asyncio.run(main())
