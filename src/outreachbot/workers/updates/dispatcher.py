"""Where updates are handled: each chat's in their order, chats beside each other."""

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

MAX_CONCURRENT = 100  # updates whose handlers run beside each other
MAX_OPEN = 1000  # updates on the desk and not yet handled; then polling waits
MAX_OPEN_PER_CHAT = 20  # of them of one chat: the bodies of more stay in the inbox, so that no chat can fill the desk
ERROR_LENGTH = 1000


@dataclass(slots=True)
class Dispatcher:
    """The updates being handled now, in a lane for each chat; and those whose handling is to be written down."""

    db: Database
    handle: Handle
    lanes: dict[int, deque[tuple[int, Update | None]]] = field(default_factory=dict)  # None: read it from the inbox
    done: list[int] = field(default_factory=list)
    aside: list[tuple[int, str]] = field(default_factory=list)
    open: int = 0
    room: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONCURRENT))
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    stuck: set[int] = field(default_factory=set)  # lanes that wait for the database to work again
    broken: CannotRun | None = None  # what ended the program's reason to run


def dispatch_update(dispatcher: Dispatcher, update_id: int, update: Update) -> None:
    """Lay an update on the desk: behind the others of its chat."""
    key = find_chat_id(update)
    lane = dispatcher.lanes.setdefault(key, deque())
    if len(lane) >= MAX_OPEN_PER_CHAT:
        lane.append((update_id, None))
        return
    lane.append((update_id, update))
    dispatcher.open += 1
    if len(lane) == 1:
        task = asyncio.create_task(_run(dispatcher, key))
        dispatcher.tasks.add(task)
        task.add_done_callback(dispatcher.tasks.discard)


def find_chat_id(update: dict[str, Any]) -> int:
    """The chat that an update belongs to; 0 for those without one, which then keep their order among themselves."""
    for kind, body in update.items():
        if not isinstance(body, dict):
            continue
        holder = body.get("message", body) if kind == "callback_query" else body
        chat = holder.get("chat") if isinstance(holder, dict) else None
        if isinstance(chat, dict) and isinstance(chat.get("id"), int):
            return int(chat["id"])
    return 0


async def _run(dispatcher: Dispatcher, key: int) -> None:
    lane = dispatcher.lanes[key]
    while lane:
        update_id, update = lane[0]
        await _until_handled(dispatcher, key, update_id, update)
        lane.popleft()
        dispatcher.open -= update is not None
        dispatcher.room.set()
    del dispatcher.lanes[key]


async def _until_handled(dispatcher: Dispatcher, key: int, update_id: int, update: Update | None) -> None:
    """A database that fails (a full disk, say) is not this update's fault: that is said once, and it is tried again."""
    failures = 0
    while failure := await _handle(dispatcher, update_id, update):
        failures += 1
        if not dispatcher.stuck:
            log.error("answering waits: %s", failure)
        dispatcher.stuck.add(key)
        await asyncio.sleep(backoff(failures))
    dispatcher.stuck.discard(key)
    if failures and not dispatcher.stuck:
        log.warning("answering goes on: the database works again")


async def _handle(dispatcher: Dispatcher, update_id: int, update: Update | None) -> StoreFailed | None:
    """Handle it, and note how that ended; where the database failed, give that back and note nothing."""
    async with dispatcher.at_once:
        if dispatcher.broken is not None:
            return None  # it stays in the inbox
        try:
            await dispatcher.handle(await _read(dispatcher, update_id) if update is None else update)
        except StoreFailed as error:
            return error
        except CannotRun as error:  # Telegram refuses us: not this update's fault either, and it ends the program
            dispatcher.broken = error
        except Exception as error:
            dispatcher.aside.append((update_id, _storable(f"{type(error).__name__}: {error}")))
            log.warning("update %d is set aside: %s: %s", update_id, type(error).__name__, error)
            log.debug("what happened", exc_info=error)
        else:
            dispatcher.done.append(update_id)
    return None


def _storable(error: str) -> str:
    """What every database takes: no NUL, no half of a surrogate pair, and not too long."""
    return error[:ERROR_LENGTH].replace("\0", "").encode(errors="replace").decode()


async def _read(dispatcher: Dispatcher, update_id: int) -> Update:
    async with connect.reading(dispatcher.db) as connection:
        update: Update = json.loads(await inbox.load_body(connection, update_id))
    return update


async def wait_for_room(dispatcher: Dispatcher) -> None:
    """Wait until the desk takes more."""
    while dispatcher.open >= MAX_OPEN:
        dispatcher.room.clear()
        await dispatcher.room.wait()


@contextmanager
def take_handled(dispatcher: Dispatcher) -> Iterator[tuple[list[int], list[tuple[int, str]]]]:
    """What was handled and what was set aside since the last time, to be written down in the block.

    Nothing is forgotten when the block fails.
    """
    done, dispatcher.done = dispatcher.done, []
    aside, dispatcher.aside = dispatcher.aside, []
    try:
        yield done, aside
    except BaseException:
        dispatcher.done[:0], dispatcher.aside[:0] = done, aside
        raise


async def record_handled(dispatcher: Dispatcher) -> bool:
    """Write down what was handled since the last time, where no poll does it along the way."""
    if dispatcher.broken is not None:
        raise dispatcher.broken
    if dispatcher.done or dispatcher.aside:
        with take_handled(dispatcher) as (done, aside):
            async with connect.writing(dispatcher.db) as transaction:
                await inbox.settle(transaction, done, aside)
    return False


async def resume_waiting(dispatcher: Dispatcher) -> None:
    """Take up what was received and not handled when the program stopped."""
    after = 0
    while True:
        await wait_for_room(dispatcher)
        async with connect.reading(dispatcher.db) as connection:
            letters = await inbox.list_waiting(connection, after, limit=MAX_OPEN // 2)
        if not letters:
            return
        for letter in letters:
            dispatch_update(dispatcher, letter.update_id, json.loads(letter.body))
        after = letters[-1].seq


async def close_dispatcher(dispatcher: Dispatcher, seconds: float) -> None:
    """Let what runs finish, for so long at most, and write it down. The rest stays in the inbox."""
    if dispatcher.tasks:
        await asyncio.wait(dispatcher.tasks, timeout=seconds)
    for task in dispatcher.tasks:
        task.cancel()
    dispatcher.broken = None
    await record_handled(dispatcher)
