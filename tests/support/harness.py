"""The bot under test and a local Telegram: real HTTP, a real database, and people who write and press buttons."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from outreachbot.app import run
from outreachbot.config import Settings
from outreachbot.domain.content.model import Content
from outreachbot.sandbox import people
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.world import TOKEN, World, get_chat
from outreachbot.services.content.live import LiveContent
from outreachbot.store.database import connect
from outreachbot.store.tables import inbox
from tests.support.paths import SHIPPED_CONTENT

ADMIN, MEMBER = 22, 11
PATIENCE = 20.0  # seconds; a test that waits so long fails, one that passes waits for events only


@dataclass
class Clock:
    """A clock that a test can move."""

    ahead: dt.timedelta = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.ahead

    def set(self, moment: dt.datetime) -> None:
        self.ahead = moment - dt.datetime.now(dt.UTC)


@dataclass
class Harness:
    """A local Telegram, and everything needed to run the bot against it."""

    world: World
    url: str
    database_url: str
    content: Content
    clock: Clock = field(default_factory=Clock)
    per_second: float = 1000.0
    admins: frozenset[int] = frozenset({ADMIN})
    large_audience: int = 100_000
    approvals: int = 1
    file: Path = SHIPPED_CONTENT  # read-only: a test that changes the content has its own file
    check_links: bool = False  # the content's links point to other machines

    def live(self) -> LiveContent:
        """The content that is live when the bot starts."""
        return LiveContent(self.content, self.file.read_bytes(), self.file)

    def settings(self) -> Settings:
        return Settings(
            token=TOKEN,
            admins=self.admins,
            api_url=self.url,
            database_url=self.database_url,
            messages_per_second=self.per_second,
            large_audience=self.large_audience,
            approvals=self.approvals,
            content=self.file,
            check_links=self.check_links,
        )

    @asynccontextmanager
    async def running_bot(self) -> AsyncIterator[asyncio.Task[None]]:
        """Run the bot in the block and stop it cleanly at the end; its exceptions are raised here."""
        stop, ready = asyncio.Event(), asyncio.Event()
        raw = self.file.read_bytes()
        program = run.run(self.settings(), self.content, raw, clock=self.clock, stop=stop, ready=ready.set)
        task = asyncio.create_task(program)
        waits = asyncio.create_task(ready.wait())
        await asyncio.wait({task, waits}, return_when=asyncio.FIRST_COMPLETED)
        waits.cancel()
        try:
            yield task
        finally:
            stop.set()
            await task

    def said(self, chat_id: int) -> list[Json]:
        """The bot's messages in a chat, as they are now."""
        messages = (get_chat(self.world, chat_id).messages or {}).values()
        return [message for message in messages if message.get("from", {}).get("id") == self.world.bot["id"]]

    async def wait_until(self, holds: Callable[[], object]) -> None:
        """Wait for something to become true in the local Telegram."""
        async with asyncio.timeout(PATIENCE):
            version = 0
            while not holds():
                version = await self.world.wait_for_change(version, 0.25)

    async def wait_until_inbox_is_empty(self) -> None:
        """Wait until the bot has recorded every update as handled."""
        query = sa.select(inbox.c.seq).where(inbox.c.state == "waiting")
        async with connect.open_database(self.database_url, exclusive=False) as db, asyncio.timeout(PATIENCE):
            while True:
                async with connect.reading(db) as connection:
                    if (await connection.execute(query)).first() is None:
                        return
                await asyncio.sleep(0.05)

    async def answer(self, chat_id: int, text: str, user_id: int | None = None, **place: object) -> Json:
        """Write a text and wait for the bot's next message in that chat."""
        before = len(self.said(chat_id))
        people.say(self.world, chat_id if user_id is None else user_id, chat_id, text, **place)
        await self.wait_until(lambda: len(self.said(chat_id)) > before)
        return self.said(chat_id)[before]

    async def press(self, chat_id: int, message: Json, label: str, user_id: int | None = None) -> None:
        """Press the button with this label and wait until the chat looks different."""
        found = [button["callback_data"] for button in buttons(message) if label in button["text"]]
        assert found, f"no button {label} among {buttons(message)}"
        before = self._look(chat_id)
        await self.press_data(chat_id, message, found[0], user_id)
        await self.wait_until(lambda: self._look(chat_id) != before)

    async def press_data(self, chat_id: int, message: Json, data: str, user_id: int | None = None) -> Json:
        """Press a button with this data and wait for the bot's answer to the press."""
        press = people.press(self.world, user_id or chat_id, chat_id, message["message_id"], data)
        await self.wait_until(lambda: press in self.world.answers)
        return self.world.answers[press]

    def _look(self, chat_id: int) -> list[object]:
        return [
            (message["message_id"], message.get("edit_date"), message.get("text") or message.get("caption"))
            for message in self.said(chat_id)
        ]

    def current(self, chat_id: int, message: Json) -> Json:
        """The message in its current form, after any edits."""
        return (get_chat(self.world, chat_id).messages or {})[message["message_id"]]


def buttons(message: Json) -> list[Json]:
    return [button for row in message.get("reply_markup", {}).get("inline_keyboard", []) for button in row]
