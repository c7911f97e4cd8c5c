"""Fixtures for tests of progress: a bot without its other workers, and broadcasts that a test advances."""

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from outreachbot.domain.content.model import Content
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.delivery.states import DeliveryState, MessageState, Reason
from outreachbot.domain.messages.message import Message
from outreachbot.gateway import transport
from outreachbot.gateway.transport import BotApi
from outreachbot.sandbox.faults import FaultKind, InjectedFault
from outreachbot.sandbox.world import TOKEN
from outreachbot.services.broadcasts import status
from outreachbot.services.content.live import LiveContent
from outreachbot.services.context import Context
from outreachbot.services.sending import messages as sending
from outreachbot.services.sending.messenger import Messenger
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.delivery import messages, outbox
from outreachbot.store.delivery.outbox import Settled
from outreachbot.workers import progress
from outreachbot.workers.progress import ProgressTracker
from tests.support.harness import ADMIN, Harness

RUNNING, PAUSED = MessageState.RUNNING, MessageState.PAUSED


class SetClock:
    """A clock that shows what a test sets (seconds since the epoch)."""

    now = 0.0

    def __call__(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.now, dt.UTC)


@dataclass(frozen=True)
class TelegramRequest:
    """A request that sent or edited a message."""

    chat_id: int
    message_id: int | None  # None: a new message
    text: str
    is_accepted: bool


class Shown:
    """The texts shown in the progress message."""

    def __init__(self, requests: list[TelegramRequest], place: int) -> None:
        self._requests, self._place = requests, place

    @property
    def texts(self) -> list[str]:
        """One text after the other."""
        assert {(request.chat_id, request.message_id) for request in self._requests} <= {(ADMIN, self._place)}
        return [request.text for request in self._requests if request.is_accepted]

    @property
    def tries(self) -> int:
        return len(self._requests)


@pytest.fixture
async def messenger(harness: Harness) -> AsyncIterator[Messenger]:
    async with transport.open_session(harness.url) as session:
        yield Messenger(BotApi(session, harness.url, SecretStr(TOKEN)))


@pytest.fixture
def set_clock() -> SetClock:
    return SetClock()


@pytest.fixture
def context(db: Database, messenger: Messenger, content: Content, set_clock: SetClock) -> Context:
    """A bot that speaks English, by the time of UTC, and has no admins."""
    english = content.model_copy(update={"languages": ("en",), "zone": "UTC"})
    return Context(
        live=LiveContent(english, b"", Path("content.yaml")),
        db=db,
        messenger=messenger,
        admins=frozenset(),
        per_second=30.0,
        large_audience=1000,
        approvals=1,
        check_links=False,
        clock=set_clock,
        wake_sender=asyncio.Event(),
        wake_queueing=asyncio.Event(),
    )


@pytest.fixture
def tracker() -> ProgressTracker:
    return ProgressTracker()


@pytest.fixture
def update(context: Context, tracker: ProgressTracker, set_clock: SetClock) -> Callable[..., Awaitable[None]]:
    """Update the progress at each of these moments (seconds since the epoch)."""

    async def update(*moments: float) -> None:
        for set_clock.now in moments:
            await progress.update_progress(context, tracker)

    return update


@pytest.fixture
def requests(messenger: Messenger) -> list[TelegramRequest]:
    """Every request from now on."""
    made: list[TelegramRequest] = []

    async def leaving(_session: aiohttp.ClientSession, trace: SimpleNamespace, sent: Any) -> None:
        trace.body = json.loads(sent.chunk)

    async def answered(_session: aiohttp.ClientSession, trace: SimpleNamespace, end: Any) -> None:
        body, is_accepted = trace.body, end.response.status == 200
        made.append(TelegramRequest(body["chat_id"], body.get("message_id"), body.get("text", ""), is_accepted))

    watch = aiohttp.TraceConfig()
    watch.on_request_chunk_sent.append(leaving)
    watch.on_request_end.append(answered)
    watch.freeze()
    messenger.api.session.trace_configs.append(watch)
    return made


@pytest.fixture
def refuse(harness: Harness) -> Callable[..., None]:
    """Telegram answers the next so many requests of this method for a chat with 429."""

    def refuse(method: str, chat_id: int, times: int) -> None:
        harness.world.faults.pending.append(
            InjectedFault(FaultKind.TOO_MANY, method, times=times, chats=frozenset({chat_id}))
        )

    return refuse


@pytest.fixture
async def place(messenger: Messenger, requests: list[TelegramRequest]) -> int:
    """The message under which Ada confirms a broadcast, and in which its progress is shown; its id."""
    question = await sending.send_once(messenger, Message("Send it?"), ADMIN)
    assert isinstance(question, Sent)
    requests.clear()
    return question.telegram_message_id


@pytest.fixture
def shown(requests: list[TelegramRequest], place: int) -> Shown:
    return Shown(requests, place)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The messages whose status is loaded from now on, one after the other."""
    loaded: list[int] = []
    load_status = status.load_status

    async def load(context: Context, db: connect.Connection, message: Any) -> Any:
        loaded.append(message.id)
        return await load_status(context, db, message)

    monkeypatch.setattr(status, "load_status", load)
    return loaded


@pytest.fixture
async def started(
    db: Database, place: int, subscribe: Callable[..., Awaitable[None]], broadcast: Callable[..., Awaitable[int]]
) -> int:
    """A broadcast to three chats that has just been confirmed; its id."""
    await subscribe(1, 2, 3)
    outbox_id = await broadcast()
    async with connect.writing(db) as transaction:
        await records.set_progress_message(transaction, outbox_id, place)
    return outbox_id


@pytest.fixture
def settle(db: Database) -> Callable[..., Awaitable[None]]:
    """Send to the next chats, with these outcomes."""

    async def settle(*states: DeliveryState) -> None:
        async with connect.writing(db) as transaction:
            batch = await outbox.claim(transaction, 1, len(states), 3.0)
            reasons = {DeliveryState.UNCERTAIN: Reason.NO_ANSWER, DeliveryState.FAILED: Reason.BLOCKED}
            outcomes = zip(batch, states, strict=True)
            settled = [Settled(sent.outbox_id, sent.chat_id, state, reasons.get(state)) for sent, state in outcomes]
            await outbox.settle(transaction, 1, settled, 4.0)
            await messages.finish_completed(transaction, 5.0)

    return settle


@pytest.fixture
def move(db: Database) -> Callable[..., Awaitable[None]]:
    """Pause a message (also as the program does, with a reason), resume it, or stop it for good."""

    async def move(outbox_id: int, to: MessageState, why: str = "") -> None:
        async with connect.writing(db) as transaction:
            if why:
                await messages.pause(transaction, outbox_id, why)
            elif to is MessageState.CANCELLED:
                await messages.stop(transaction, outbox_id, 6.0)
            else:
                await messages.change_state(transaction, outbox_id, to, only_from=[RUNNING, PAUSED])

    return move
