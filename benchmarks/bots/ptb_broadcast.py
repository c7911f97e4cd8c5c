"""Sends with python-telegram-bot and its HTTPXRequest: one by one, 30 at once or with AIORateLimiter."""

import asyncio

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot

from benchmarks.bots import sending

LIMITER = "limiter"
TRIES = 10  # AIORateLimiter's retries after a 429; by default it drops the message


async def main() -> None:
    arguments = sending.parse_arguments()
    markup = InlineKeyboardMarkup([[InlineKeyboardButton(sending.BUTTON[0], callback_data=sending.BUTTON[1])]])
    preview = LinkPreviewOptions(is_disabled=True)
    limiter = None
    if arguments.how == LIMITER:
        limiter = AIORateLimiter(overall_max_rate=arguments.pace, max_retries=TRIES)
    async with ExtBot(arguments.token, base_url=f"{arguments.url}/bot", rate_limiter=limiter) as bot:

        async def send(chat_id: int) -> None:
            while True:
                try:
                    await bot.send_message(
                        chat_id, arguments.text, ParseMode.HTML, reply_markup=markup, link_preview_options=preview
                    )
                except RetryAfter as error:
                    if limiter is not None:
                        return  # the limiter gave up: the message is lost
                    await asyncio.sleep(float(error._retry_after.total_seconds()))  # noqa: SLF001
                except TelegramError:
                    return
                else:
                    return

        await sending.WAYS.get(arguments.how, sending.send_gathered)(send, sending.wait_for_chats())
    sending.report_done()


asyncio.run(main())
