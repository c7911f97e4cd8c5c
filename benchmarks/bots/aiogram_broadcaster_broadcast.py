"""aiogram_broadcaster with its SQLAlchemy store in a SQLite file, as its wiki sets it up, and its own 429 handler."""

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
    order = sending.order()
    storage = SQLAlchemyStorage.from_url("sqlite+aiosqlite:///mailers.db")
    await storage.startup()
    content = TextContent(
        text=order.text,
        parse_mode="HTML",
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=InlineKeyboardMarkup(
            inline_keyboard=[[InlineKeyboardButton(text=sending.BUTTON[0], callback_data=sending.BUTTON[1])]]
        ),
    )
    async with Bot(order.token, session=AiohttpSession(api=TelegramAPIServer.from_base(order.url))) as bot:
        broadcaster = Broadcaster(bot, storage=storage)
        setup_retry_after_handler(broadcaster.event)
        interval = SimpleInterval(interval=1 / order.pace) if order.pace else None
        mailer = await broadcaster.create_mailer(chats=sending.chats(), content=content, interval=interval)
        await mailer.start()
    await storage.shutdown()
    sending.done()


asyncio.run(main())
