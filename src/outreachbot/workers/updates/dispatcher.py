"""Hands updates to the bot: those of one chat in their order, those of different chats concurrently."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from outreachbot.errors import CannotRun, StoreFailed
from outreachbot.store import inbox
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.workers.loop import backoff

log = logging.getLogger(__name__)

Update = dict[str, Any]
Handle = Callable[[Update], Awaitable[None]]

MAX_CONCURRENT = 100  # handlers that run at the same time
MAX_OPEN = 1000  # updates held in memory and not yet handled; then polling waits
MAX_OPEN_PER_CHAT = 20  # of one chat; the bodies of more stay in the inbox, so that no chat can fill the memory
ERROR_LENGTH = 1000


@dataclass(slots=True)
class Dispatcher:
    """The updates that are being handled, in a queue for each chat, and those whose outcome is not yet recorded."""

    db: Database
    handle: Handle
    queues: dict[int, deque[tuple[int, Update | None]]] = field(default_factory=dict)  # None: the body is in the inbox
    handled: list[int] = field(default_factory=list)  # update ids
    set_aside: list[tuple[int, str]] = field(default_factory=list)  # (update id, error): handling it failed
    open_updates: int = 0  # held in memory and not yet handled
    has_capacity: asyncio.Event = field(default_factory=asyncio.Event)  # set whenever an update is handled
    concurrency: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONCURRENT))
    tasks: set[asyncio.Task[None]] = field(default_factory=set)  # one for each queue
    blocked: set[int] = field(default_factory=set)  # chats whose queue waits for the database to work again
    fatal_error: CannotRun | None = None  # nothing is handled any more, and `record_handled` raises it


def dispatch_update(dispatcher: Dispatcher, update_id: int, update: Update) -> None:
    """Queue an update behind the others of its chat. It is in the inbox already."""
    chat_id = find_chat_id(update)
    queue = dispatcher.queues.setdefault(chat_id, deque())
    if len(queue) >= MAX_OPEN_PER_CHAT:
        queue.append((update_id, None))
        return
    queue.append((update_id, update))
    dispatcher.open_updates += 1
    if len(queue) == 1:
        task = asyncio.create_task(_run_queue(dispatcher, chat_id))
        dispatcher.tasks.add(task)
        task.add_done_callback(dispatcher.tasks.discard)


def find_chat_id(update: dict[str, Any]) -> int:
    """The chat that an update belongs to; 0 for those without a chat, which share a queue."""
    for kind, body in update.items():
        if not isinstance(body, dict):
            continue
        message = body.get("message", body) if kind == "callback_query" else body
        chat = message.get("chat") if isinstance(message, dict) else None
        if isinstance(chat, dict) and isinstance(chat.get("id"), int):
            return int(chat["id"])
    return 0


async def _run_queue(dispatcher: Dispatcher, chat_id: int) -> None:
    queue = dispatcher.queues[chat_id]
    while queue:
        update_id, update = queue[0]
        await _handle_with_retry(dispatcher, chat_id, update_id, update)
        queue.popleft()
        dispatcher.open_updates -= update is not None
        dispatcher.has_capacity.set()
    del dispatcher.queues[chat_id]


async def _handle_with_retry(dispatcher: Dispatcher, chat_id: int, update_id: int, update: Update | None) -> None:
    """Try again while the database fails (a full disk, for example), which is not this update's fault."""
    failures = 0
    while failure := await _handle(dispatcher, update_id, update):
        failures += 1
        if not dispatcher.blocked:
            log.error("answering waits: %s", failure)
        dispatcher.blocked.add(chat_id)
        await asyncio.sleep(backoff(failures))
    dispatcher.blocked.discard(chat_id)
    if failures and not dispatcher.blocked:
        log.warning("answering goes on: the database works again")


async def _handle(dispatcher: Dispatcher, update_id: int, update: Update | None) -> StoreFailed | None:
    """Handle an update and note the outcome. If the database failed, return its error and note nothing."""
    async with dispatcher.concurrency:
        if dispatcher.fatal_error is not None:
            return None  # it stays in the inbox
        try:
            await dispatcher.handle(await _load_update(dispatcher, update_id) if update is None else update)
        except StoreFailed as error:
            return error
        except CannotRun as error:  # Telegram refuses the bot: not this update's fault either, and it ends the program
            dispatcher.fatal_error = error
        except Exception as error:
            dispatcher.set_aside.append((update_id, _make_storable(f"{type(error).__name__}: {error}")))
            log.warning("update %d is set aside: %s: %s", update_id, type(error).__name__, error)
            log.debug("what happened", exc_info=error)
        else:
            dispatcher.handled.append(update_id)
    return None


def _make_storable(error: str) -> str:
    """Shorten it, and replace what not every database accepts: NUL and lone surrogates."""
    return error[:ERROR_LENGTH].replace("\0", "").encode(errors="replace").decode()


async def _load_update(dispatcher: Dispatcher, update_id: int) -> Update:
    async with connect.reading(dispatcher.db) as connection:
        update: Update = json.loads(await inbox.load_body(connection, update_id))
    return update


async def wait_for_capacity(dispatcher: Dispatcher) -> None:
    """Wait until fewer than MAX_OPEN updates are held in memory."""
    while dispatcher.open_updates >= MAX_OPEN:
        dispatcher.has_capacity.clear()
        await dispatcher.has_capacity.wait()


@contextmanager
def take_handled(dispatcher: Dispatcher) -> Iterator[tuple[list[int], list[tuple[int, str]]]]:
    """The updates handled and set aside since the last time, to be recorded in the block.

    If the block fails, they are kept for the next time.
    """
    handled, dispatcher.handled = dispatcher.handled, []
    set_aside, dispatcher.set_aside = dispatcher.set_aside, []
    try:
        yield handled, set_aside
    except BaseException:
        dispatcher.handled[:0], dispatcher.set_aside[:0] = handled, set_aside
        raise


async def record_handled(dispatcher: Dispatcher) -> bool:
    """Record what was handled since the last time, while no poll does it along the way.

    Raises CannotRun when Telegram refuses the bot.
    """
    if dispatcher.fatal_error is not None:
        raise dispatcher.fatal_error
    if dispatcher.handled or dispatcher.set_aside:
        with take_handled(dispatcher) as (handled, set_aside):
            async with connect.writing(dispatcher.db) as transaction:
                await inbox.settle(transaction, handled, set_aside)
    return False


async def resume_waiting(dispatcher: Dispatcher) -> None:
    """Dispatch the updates that were received but not handled when the program stopped."""
    after = 0
    while True:
        await wait_for_capacity(dispatcher)
        async with connect.reading(dispatcher.db) as connection:
            waiting = await inbox.list_waiting(connection, after, limit=MAX_OPEN // 2)
        if not waiting:
            return
        for entry in waiting:
            dispatch_update(dispatcher, entry.update_id, json.loads(entry.body))
        after = waiting[-1].seq


async def close_dispatcher(dispatcher: Dispatcher, seconds: float) -> None:
    """Let handlers finish, for at most `seconds`, and record the outcomes. Other updates stay in the inbox."""
    if dispatcher.tasks:
        await asyncio.wait(dispatcher.tasks, timeout=seconds)
    for task in dispatcher.tasks:
        task.cancel()
    dispatcher.fatal_error = None
    await record_handled(dispatcher)
