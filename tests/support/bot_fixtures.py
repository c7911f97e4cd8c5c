"""Fixtures for tests of handlers and use cases: a context, and ways to hand the bot updates without running it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from outreachbot.app import run
from outreachbot.bot import application
from outreachbot.bot.context import BotContext
from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState, Reason
from outreachbot.domain.messages.message import Media, MediaKind, Message
from outreachbot.gateway import transport
from outreachbot.gateway.transport import BotApi
from outreachbot.sandbox import files, people
from outreachbot.sandbox.chat import Json
from outreachbot.sandbox.world import TOKEN
from outreachbot.services.sending.messenger import Messenger
from outreachbot.store import chats, tables
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from tests.support.harness import ADMIN, Harness

ENDS: dict[int, tuple[DeliveryState, Reason | None, str | None]] = {
    1: (DeliveryState.SENT, None, None),
    2: (DeliveryState.SENT, None, None),
    3: (DeliveryState.UNCERTAIN, Reason.NO_ANSWER, None),
    4: (DeliveryState.FAILED, Reason.BLOCKED, "Forbidden: bot was blocked by the user"),
    5: (DeliveryState.FAILED, Reason.REFUSED, "=cmd|' /C calc'!A0"),
    6: (DeliveryState.QUEUED, None, None),
}
"""What became of the message of `sent`, by chat."""


@pytest.fixture
async def messenger(harness: Harness) -> AsyncIterator[Messenger]:
    """The bot's client of the local Telegram."""
    async with transport.open_session(harness.url) as session:
        yield Messenger(BotApi(session, harness.url, SecretStr(TOKEN)))


@pytest.fixture
async def context(harness: Harness, messenger: Messenger) -> AsyncIterator[BotContext]:
    """Everything that handlers work with; no worker runs, so tests hand over each update themselves."""
    async with connect.open_database(harness.database_url) as db:
        made = run._create_context(harness.settings(), harness.live(), db, messenger, harness.clock)
        await made.bot.initialize()
        yield made


@pytest.fixture
def hand(harness: Harness, context: BotContext) -> Callable[[], Awaitable[None]]:
    """Hand the bot all pending updates."""

    async def hand() -> None:
        while harness.world.updates:
            await application.handle_update(context, harness.world.updates.popleft()[1])

    return hand


@pytest.fixture
def write(harness: Harness, hand: Callable[[], Awaitable[None]]) -> Callable[..., Awaitable[list[Json]]]:
    """Write a text to the bot (as Ada by default); return its answers."""

    async def write(text: str, user_id: int = ADMIN, **place: Any) -> list[Json]:
        before = len(harness.said(user_id))
        people.say(harness.world, user_id, user_id, text, **place)
        await hand()
        return harness.said(user_id)[before:]

    return write


@pytest.fixture
def press(harness: Harness, hand: Callable[[], Awaitable[None]]) -> Callable[..., Awaitable[Json]]:
    """Press a button below the bot's newest message (as Ada by default); return the note that answers the press."""

    async def press(data: str, user_id: int = ADMIN, under: Json | None = None) -> Json:
        message = under or harness.said(user_id)[-1]
        query = people.press(harness.world, user_id, user_id, message["message_id"], data)
        await hand()
        return harness.world.answers[query]

    return press


@pytest.fixture
def subscribe(context: BotContext) -> Callable[..., Awaitable[None]]:
    """Subscribe chats; `own` are columns of theirs: zone, joined."""

    async def subscribe(*chat_ids: int, kind: str = "private", language: str = "en", **own: Any) -> None:
        async with connect.writing(context.db) as db:
            for chat_id in chat_ids:
                await chats.subscribe(db, chat_id, kind=kind, language=language, topic_id=None, now=1.0)
                if own:
                    await db.execute(update(tables.chats).where(tables.chats.c.id == chat_id).values(**own))

    return subscribe


@pytest.fixture
def row(context: BotContext) -> Callable[[int], Awaitable[Any]]:
    """The row of a message of the outbox."""

    async def row(outbox_id: int) -> Any:
        async with connect.reading(context.db) as db:
            return (await db.execute(select(tables.messages).where(tables.messages.c.id == outbox_id))).one_or_none()

    return row


@pytest.fixture
def body(context: BotContext) -> Callable[[int], Awaitable[Message]]:
    """The body of a message of the outbox, in the content's only language."""

    async def body(outbox_id: int) -> Message:
        async with connect.reading(context.db) as db:
            return (await messages.load_bodies(db, outbox_id))["en"]

    return body


@pytest.fixture
def sent(context: BotContext, subscribe: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[int]]:
    """Write a broadcast in this state, with the ENDS of these chats; return its id."""

    async def sent(
        state: MessageState = MessageState.FINISHED,
        ends: Sequence[int] = range(1, 6),
        *,
        kind: MessageKind = MessageKind.BROADCAST,
        body: Message | None = None,
        of_id: int | None = None,
    ) -> int:
        await subscribe(*ends)
        bodies = {"en": body or Message("Dear friends")}
        async with connect.writing(context.db) as db:
            outbox_id = await records.create_draft(db, ADMIN, ADMIN, bodies, 1.0, kind=kind, of_id=of_id)
            values = {"state": state, "starts_at": 5.0, "started_at": context.clock().timestamp(), "queued_to": None}
            await db.execute(tables.messages.update().where(tables.messages.c.id == outbox_id).values(values))
            for chat_id in ends:
                end, reason, detail = ENDS[chat_id]
                row = {"message_id": outbox_id, "chat_id": chat_id, "state": end, "reason": reason, "detail": detail}
                row |= {"telegram_id": 70 if end is DeliveryState.SENT else None, "changed_at": 1772366400.0}
                await db.execute(tables.deliveries.insert().values(row))
                if reason is Reason.BLOCKED:
                    await chats.mark_gone(db, chat_id, reason, 2.0)
        return outbox_id

    return sent


@pytest.fixture
def shelf(harness: Harness) -> tuple[Media, ...]:
    """A picture, a video and a file that Telegram has."""
    return tuple(Media(kind, files.add(harness.world.files, kind, None).file_id) for kind in MediaKind)


@pytest.fixture
def requests(messenger: Messenger) -> list[dict[str, Any]]:
    """The parameters of every request sent from now on."""
    seen: list[dict[str, Any]] = []

    async def leaving(*arguments: Any) -> None:
        seen.append(json.loads(arguments[-1].chunk))

    watch = aiohttp.TraceConfig()
    watch.on_request_chunk_sent.append(leaving)
    watch.freeze()
    messenger.api.session.trace_configs.append(watch)
    return seen
