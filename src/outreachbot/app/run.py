"""Runs the bot: opens, connects, starts and stops everything in order, and handles the signals."""

import asyncio
import datetime as dt
import gc
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from outreachbot.app import loops, signals
from outreachbot.bot import application
from outreachbot.bot.context import BotContext
from outreachbot.config import Settings
from outreachbot.domain.content.model import Content
from outreachbot.gateway import transport
from outreachbot.gateway.transport import BotApi
from outreachbot.services import language_cache
from outreachbot.services.content import activate, live
from outreachbot.services.content.live import LiveContent
from outreachbot.services.sending import deliveries
from outreachbot.services.sending.messenger import Messenger
from outreachbot.services.sending.pictures import Pictures
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.workers.delivery import leases
from outreachbot.workers.delivery import sender as senders
from outreachbot.workers.delivery.sender import Sender
from outreachbot.workers.loop import repeat, run_until_stopped
from outreachbot.workers.reminders import resume
from outreachbot.workers.reminders.planner import Planner
from outreachbot.workers.updates import dispatcher as dispatchers
from outreachbot.workers.updates.dispatcher import Dispatcher

log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]
"""The current time, in UTC."""

REACH_SECONDS = 60.0  # how long the start waits for Telegram
STOP_SECONDS = 7.0  # how long work under way may take to finish; supervisors kill after 10
GC_THRESHOLD = 10_000  # new objects before a garbage collection; with Python's 700 they take a tenth of a broadcast


def wall_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def run(
    settings: Settings,
    content: Content,
    raw: bytes,
    *,
    clock: Clock = wall_clock,
    stop: asyncio.Event | None = None,
    ready: Callable[[], None] = lambda: None,
    writes_file: bool = True,
) -> None:
    """Run the bot until `stop` is set, or without `stop` until a signal. `ready` is called when the bot is running.

    `raw` is the file that `content` was read from; content that goes live later is written to it if `writes_file`.
    Raises CannotRun when the bot can't start or continue, WrongUse when the token is missing.
    """
    settings.bot_token()  # a missing token is reported before anything is opened
    stop = stop or signals.stop_on_signals()
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(connect.open_database(settings.database_url))
        messenger = await stack.enter_async_context(open_messenger(settings, db))
        live_content = LiveContent(content, raw, settings.content, writes_file)
        context = _create_context(settings, live_content, db, messenger, clock)
        signals.reload_on_hangup(partial(live.request_reload, context.live), stop)
        if await run_until_stopped(stop, application.connect_bot(context.api, context.bot, REACH_SECONDS)) is None:
            return
        await language_cache.load_languages(context)
        sender_id = await leases.recover_deliveries(db, describe_process(), clock())
        await activate.record_start(context)
        planner = await resume.resume_planner(db, content, settings.messages_per_second, clock())
        await _run_workers(context, sender_id, planner, stop, ready)


@asynccontextmanager
async def open_messenger(settings: Settings, db: Database) -> AsyncIterator[Messenger]:
    """Open a Messenger with its connections. Raises WrongUse when the token is missing."""
    token = settings.bot_token()
    async with transport.open_session(settings.api_url) as session:
        api = BotApi(session, settings.api_url, token)
        yield Messenger(api, Pictures(db, settings.content.parent), settings.paid_broadcast)


def _create_context(
    settings: Settings, live: LiveContent, db: Database, messenger: Messenger, clock: Clock
) -> BotContext:
    return BotContext(
        live=live,
        db=db,
        messenger=messenger,
        bot=application.create_bot(messenger.api),
        admins=settings.admins,
        per_second=settings.messages_per_second,
        large_audience=settings.large_audience,
        approvals=settings.approvals,
        check_links=settings.check_links,
        clock=clock,
        wake_sender=asyncio.Event(),
        wake_queueing=asyncio.Event(),
    )


def describe_process() -> str:
    """Names this process for people: its host and its process id."""
    return f"{socket.gethostname()}:{os.getpid()}"


def create_sender(context: BotContext, sender_id: int) -> Sender:
    return Sender(
        context.db,
        sender_id,
        partial(deliveries.send_delivery, context.messenger),
        context.timestamp,
        context.per_second,
        context.messenger.take_reply_count,
        context.messenger.spacing,
    )


async def _run_workers(
    context: BotContext, sender_id: int, planner: Planner, stop: asyncio.Event, ready: Callable[[], None]
) -> None:
    """Start every worker, wait until one fails or `stop` is set, and let all finish."""
    dispatcher = Dispatcher(context.db, partial(application.handle_update, context))
    sender = create_sender(context, sender_id)
    tasks = [
        asyncio.create_task(repeat(loop.name, loop.step, pause=loop.every, stop=stop, wake=loop.wake), name=loop.name)
        for loop in loops.list_loops(context, dispatcher, sender, planner, stop)
    ]
    if not context.admins:
        log.warning(
            "nobody can send a broadcast: set OUTREACHBOT_ADMINS to Telegram user ids (ask @userinfobot for yours)"
        )
    gc.collect()
    gc.set_threshold(GC_THRESHOLD)
    gc.freeze()  # later collections skip what exists now, so members wait less
    log.info("@%s runs; Ctrl+C stops it", context.bot.username)
    ready()
    try:
        await _wait_for_failure(tasks, stop)
    finally:
        stop.set()
        await _close_workers(dispatcher, sender, planner, tasks)
    log.info("stopped; what was not sent or answered is kept in the database")


async def _wait_for_failure(tasks: Sequence[asyncio.Task[None]], stop: asyncio.Event) -> None:
    """Wait until `stop` is set; raise the error of a worker that fails first."""
    stopped = asyncio.create_task(stop.wait())
    pending: set[asyncio.Task[Any]] = {stopped, *tasks}
    while stopped in pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        try:
            for task in done:
                task.result()
        except BaseException:
            stopped.cancel()
            raise


async def _close_workers(
    dispatcher: Dispatcher, sender: Sender, planner: Planner, tasks: Sequence[asyncio.Task[None]]
) -> None:
    """Let every worker end its step, then handlers and requests under way finish, and record the outcomes."""
    _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS / 2)
    for task in late:
        task.cancel()
    closing = (
        dispatchers.close_dispatcher(dispatcher, STOP_SECONDS / 2),
        senders.close_sender(sender, STOP_SECONDS / 2),
        resume.record_progress(planner, dispatcher.db),
    )
    for result in await asyncio.gather(*closing, return_exceptions=True):
        if isinstance(result, Exception):
            log.error("not everything could be written down at the end: %s", result)
