"""python-telegram-bot's Bot.send_message by asyncio.gather, 30 at once, over its default HTTPXRequest."""

import asyncio
import sys

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode

FIRST = 1001


async def main() -> None:
    url, token, text = sys.argv[1:]
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Unsubscribe", callback_data="+unsubscribe")]])
    preview = LinkPreviewOptions(is_disabled=True)
    at_once = asyncio.Semaphore(30)
    async with Bot(token, base_url=f"{url}/bot") as bot:

        async def send(chat_id: int) -> None:
            async with at_once:
                await bot.send_message(
                    chat_id, text, parse_mode=ParseMode.HTML, reply_markup=markup, link_preview_options=preview
                )

        print("ready", flush=True)
        count = int(sys.stdin.readline())
        await asyncio.gather(*(send(chat_id) for chat_id in range(FIRST, FIRST + count)))
    print("done", flush=True)


asyncio.run(main())
