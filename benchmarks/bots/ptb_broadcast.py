"""python-telegram-bot's send_message over its default HTTPXRequest: one by one, 30 at once, or with AIORateLimiter."""

import asyncio

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot

from benchmarks.bots import sending

LIMITER = "limiter"
TRIES = 10  # what AIORateLimiter is told to do after a 429; by default it gives the message up


async def main() -> None:
    order = sending.order()
    markup = InlineKeyboardMarkup([[InlineKeyboardButton(sending.BUTTON[0], callback_data=sending.BUTTON[1])]])
    preview = LinkPreviewOptions(is_disabled=True)
    limiter = None
    if order.how == LIMITER:
        limiter = AIORateLimiter(overall_max_rate=order.pace, max_retries=TRIES)
    async with ExtBot(order.token, base_url=f"{order.url}/bot", rate_limiter=limiter) as bot:

        async def send(chat_id: int) -> None:
            while True:
                try:
                    await bot.send_message(
                        chat_id, order.text, ParseMode.HTML, reply_markup=markup, link_preview_options=preview
                    )
                except RetryAfter as error:
                    if limiter is not None:
                        return  # it has tried and given up: lost
                    await asyncio.sleep(float(error._retry_after.total_seconds()))  # noqa: SLF001
                except TelegramError:
                    return
                else:
                    return

        await sending.WAYS.get(order.how, sending.gathered)(send, sending.chats())
    sending.done()


asyncio.run(main())
