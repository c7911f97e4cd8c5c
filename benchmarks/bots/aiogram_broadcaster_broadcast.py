"""Sends with aiogram_broadcaster, set up as in its wiki: SQLAlchemy storage in a SQLite file, its own 429 handler."""

# mypy: disable-error-code="import-not-found"
import asyncio

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from aiogram_broadcaster import Broadcaster
from aiogram_broadcaster.contents import TextContent
from aiogram_broadcaster.intervals import SimpleInterval
from aiogram_broadcaster.storages.sqlalchemy import SQLAlchemyStorage
from aiogram_broadcaster.utils.retry_after_handler import setup_retry_after_handler

from benchmarks.bots import sending


async def main() -> None:
    arguments = sending.parse_arguments()
    storage = SQLAlchemyStorage.from_url("sqlite+aiosqlite:///mailers.db")
    await storage.startup()
    content = TextContent(
        text=arguments.text,
        parse_mode="HTML",
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=InlineKeyboardMarkup(
            inline_keyboard=[[InlineKeyboardButton(text=sending.BUTTON[0], callback_data=sending.BUTTON[1])]]
        ),
    )
    async with Bot(arguments.token, session=AiohttpSession(api=TelegramAPIServer.from_base(arguments.url))) as bot:
        broadcaster = Broadcaster(bot, storage=storage)
        setup_retry_after_handler(broadcaster.event)
        interval = SimpleInterval(interval=1 / arguments.pace) if arguments.pace else None
        mailer = await broadcaster.create_mailer(chats=sending.wait_for_chats(), content=content, interval=interval)
        await mailer.start()
    await storage.shutdown()
    sending.report_done()


asyncio.run(main())
