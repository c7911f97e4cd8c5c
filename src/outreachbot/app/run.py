"""The running bot: opens, wires, starts and stops everything in order, and owns the signals."""

import asyncio
import datetime as dt
import gc
import logging
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from outreachbot.app import loops, signals
from outreachbot.bot import application
from outreachbot.bot.context import House
from outreachbot.config import Settings
from outreachbot.domain.content.model import Content
from outreachbot.gateway import transport
from outreachbot.gateway.transport import Telegram
from outreachbot.services import language_cache
from outreachbot.services.content import activate, live
from outreachbot.services.content.live import Live
from outreachbot.services.sending import deliveries
from outreachbot.services.sending.pictures import Pictures
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.workers.delivery import sender
from outreachbot.workers.delivery.sender import Sender
from outreachbot.workers.loop import or_stop
from outreachbot.workers.reminders import planner, resume
from outreachbot.workers.reminders.planner import Planner
from outreachbot.workers.updates import dispatcher as desks
from outreachbot.workers.updates.dispatcher import Desk

log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]
"""The time now, aware, UTC."""

REACH_SECONDS = 60.0  # how long the start waits for Telegram
STOP_SECONDS = 7.0  # how long what is in flight may take to finish; a supervisor kills after 10
YOUNG = 10_000  # new objects before Python looks for cycles among them; with its 700 that is a tenth of a broadcast


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
    keeps: bool = True,
) -> None:
    """Run the bot until `stop` is set (without one: until a signal). `ready` is called when it polls.

    `raw` is the file that the content was read from; `keeps` whether what goes live instead is written there.
    Raises CannotRun when it can't start or can't go on, WrongUse when the token is missing.
    """
    token = settings.bot_token()
    stop = stop or signals.stop_on_signals()
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(connect.opened(settings.database_url))
        session = await stack.enter_async_context(transport.session(settings.api_url))
        telegram = Telegram(session, settings.api_url, token, settings.paid_broadcast)
        telegram.pictures = Pictures(db, settings.content.parent)
        house = _house(settings, Live(content, raw, settings.content, keeps), db, telegram, clock)
        signals.on_hangup(partial(live.want, house.live), stop)
        if await or_stop(stop, application.introduce(house.telegram, house.bot, REACH_SECONDS)) is None:
            return
        await language_cache.load(house)
        sender_id = await planner.recover(db, this_process(), clock())
        await activate.begin(house)
        planning = await resume.resume(db, content, settings.messages_per_second, clock())
        await _work(house, sender_id, planning, stop, ready)


def _house(settings: Settings, live: Live, db: Database, telegram: Telegram, clock: Clock) -> House:
    return House(
        live=live,
        db=db,
        telegram=telegram,
        bot=application.bot(telegram.session, settings.api_url, telegram.token),
        admins=settings.admins,
        per_second=settings.messages_per_second,
        large_audience=settings.large_audience,
        approvals=settings.approvals,
        check_links=settings.check_links,
        clock=clock,
        wake=asyncio.Event(),
        begun=asyncio.Event(),
    )


def this_process() -> str:
    """Who sends, for people."""
    return f"{socket.gethostname()}:{os.getpid()}"


def outgoing_of(house: House, sender_id: int) -> Sender:
    return Sender(
        house.db,
        sender_id,
        partial(deliveries.deliver, house.telegram),
        lambda: house.clock().timestamp(),
        house.per_second,
        house.telegram.replies_since_last_look,
        house.telegram.spacing,
    )


async def _work(
    house: House, sender_id: int, planning: Planner, stop: asyncio.Event, ready: Callable[[], None]
) -> None:
    """Start every worker, wait until one fails or `stop` is set, and let all of them finish."""
    desk = Desk(house.db, partial(application.handle, house))
    outgoing = outgoing_of(house, sender_id)
    workers = loops.workers(house, desk, outgoing, planning, stop)
    tasks = [asyncio.create_task(worker, name=name) for name, worker in workers.items()]
    if not house.admins:
        log.warning(
            "nobody can send a broadcast: set OUTREACHBOT_ADMINS to Telegram user ids (ask @userinfobot for yours)"
        )
    gc.collect()
    gc.set_threshold(YOUNG)
    gc.freeze()  # what was built until now stays: no later collection looks through it while a member waits
    log.info("@%s runs; Ctrl+C stops it", house.bot.username)
    ready()
    try:
        await _first_failure(tasks, stop)
    finally:
        stop.set()
        await _finish(desk, outgoing, planning, tasks)
    log.info("stopped; what was not sent or answered is kept in the database")


async def _first_failure(tasks: Sequence[asyncio.Task[None]], stop: asyncio.Event) -> None:
    """Wait until `stop` is set; raise what a worker raises before."""
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


async def _finish(desk: Desk, outgoing: Sender, planning: Planner, tasks: Sequence[asyncio.Task[None]]) -> None:
    """Let every worker end its step, then what runs at the desk and in the air; write all of it down."""
    _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS / 2)
    for task in late:
        task.cancel()
    closing = (
        desks.close(desk, STOP_SECONDS / 2),
        sender.close(outgoing, STOP_SECONDS / 2),
        resume.note(planning, desk.db),
    )
    for result in await asyncio.gather(*closing, return_exceptions=True):
        if isinstance(result, Exception):
            log.error("not everything could be written down at the end: %s", result)
