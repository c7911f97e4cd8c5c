"""Sends with aiogram's Bot.send_message and default session, one by one or 30 at once; retries after a 429."""

# mypy: disable-error-code="import-not-found"
import asyncio

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

from benchmarks.bots import sending


async def main() -> None:
    arguments = sending.parse_arguments()
    markup = InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text=sending.BUTTON[0], callback_data=sending.BUTTON[1])]]
    )
    preview = LinkPreviewOptions(is_disabled=True)
    async with Bot(arguments.token, session=AiohttpSession(api=TelegramAPIServer.from_base(arguments.url))) as bot:

        async def send(chat_id: int) -> None:
            while True:
                try:
                    await bot.send_message(
                        chat_id, arguments.text, parse_mode="HTML", reply_markup=markup, link_preview_options=preview
                    )
                except TelegramRetryAfter as error:
                    await asyncio.sleep(error.retry_after)
                except TelegramAPIError:
                    return
                else:
                    return

        await sending.WAYS[arguments.how](send, sending.wait_for_chats())
    sending.report_done()


asyncio.run(main())
