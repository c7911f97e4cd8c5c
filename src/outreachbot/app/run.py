"""The running bot: opens, wires, starts and stops everything in order, and owns the signals."""

import asyncio
import datetime as dt
import gc
import logging
import os
import signal
import socket
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any

from outreachbot.bot import application, chosen, compose, deliver, links, menus, polling, say, standing, transport
from outreachbot.bot.context import House
from outreachbot.bot.pictures import Pictures
from outreachbot.bot.transport import Telegram
from outreachbot.config import Settings
from outreachbot.domain.content import Content
from outreachbot.domain.links import Answer
from outreachbot.store import connect
from outreachbot.store.connect import Database
from outreachbot.workers import desk as desks
from outreachbot.workers import lessons, planner, progress, resume, sender, updates
from outreachbot.workers import links as watching
from outreachbot.workers.desk import Desk
from outreachbot.workers.loop import or_stop, repeat
from outreachbot.workers.planner import Planner
from outreachbot.workers.progress import Screen
from outreachbot.workers.sender import Sender
from outreachbot.workers.updates import Line

log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]
"""The time now, aware, UTC."""

REACH_SECONDS = 60.0  # how long the start waits for Telegram
STOP_SECONDS = 7.0  # how long what is in flight may take to finish; a supervisor kills after 10
PLAN_SECONDS = 2.0
TIDY_SECONDS = 3600.0
SEND_SECONDS = 0.5  # at most this long until a new message is noticed that nobody woke the sender for
SETTLE_SECONDS = 0.5  # handled updates are written down at the next poll, or after so long
SHOW_SECONDS = 1.0
BEAT_SECONDS = 30.0
ALBUM_SECONDS = 0.5


def wall_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


async def run(
    settings: Settings,
    content: Content,
    *,
    clock: Clock = wall_clock,
    stop: asyncio.Event | None = None,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Run the bot until `stop` is set (without one: until a signal). `ready` is called when it polls.

    Raises CannotRun when it can't start or can't go on, WrongUse when the token is missing.
    """
    token = settings.bot_token()
    stop = stop or stop_on_signals()
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(connect.opened(settings.database_url))
        session = await stack.enter_async_context(transport.session(settings.api_url))
        telegram = Telegram(session, settings.api_url, token, settings.paid_broadcast)
        telegram.pictures = Pictures(db, settings.content.parent)
        house = _house(settings, content, db, telegram, clock)
        if await or_stop(stop, application.introduce(house.telegram, house.bot, REACH_SECONDS)) is None:
            return
        await chosen.load(house)
        sender_id = await planner.recover(db, this_process(), clock())
        planning = await resume.resume(db, content, settings.messages_per_second, clock())
        await _work(house, sender_id, planning, stop, ready)


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set. A second signal sets it again, which does no harm."""
    stop = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows' loop has none; Ctrl+C ends the program there
            asyncio.get_running_loop().add_signal_handler(one, stop.set)
    return stop


def _house(settings: Settings, content: Content, db: Database, telegram: Telegram, clock: Clock) -> House:
    return House(
        content=content,
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
        partial(deliver.deliver, house.telegram),
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
    workers = _workers(house, desk, outgoing, planning, stop)
    if house.check_links:
        workers["links"] = repeat("links", partial(_watch_link, house, stop), pause=TIDY_SECONDS, stop=stop)
    tasks = [asyncio.create_task(worker, name=name) for name, worker in workers.items()]
    if not house.admins:
        log.warning(
            "nobody can send a broadcast: set OUTREACHBOT_ADMINS to Telegram user ids (ask @userinfobot for yours)"
        )
    gc.collect()
    gc.freeze()  # what was built until now stays: no later collection looks through it while a member waits
    log.info("@%s runs; Ctrl+C stops it", house.bot.username)
    ready()
    try:
        await _first_failure(tasks, stop)
    finally:
        stop.set()
        await _finish(desk, outgoing, planning, tasks)
    log.info("stopped; what was not sent or answered is kept in the database")


def _workers(
    house: House, desk: Desk, outgoing: Sender, planning: Planner, stop: asyncio.Event
) -> dict[str, Coroutine[Any, Any, None]]:
    """Each worker's loop, by its name."""
    again = partial(repeat, stop=stop)
    screen = Screen(
        partial(say.show, house.telegram),
        partial(standing.standing, house),
        house.content.default_language,
        house.admins,
        partial(lessons.silent_since, outgoing.lessons),
    )
    return {
        "receiving": _receive(house, desk, stop),
        "handling": again("handling", partial(desks.settle, desk), pause=SETTLE_SECONDS),
        "sending": again("sending", partial(sender.step, outgoing), pause=SEND_SECONDS, wake=house.wake),
        "planning": again(
            "planning", lambda: planner.step(planning, house.db, house.content, house.clock()), pause=PLAN_SECONDS
        ),
        "telling": again(
            "telling",
            lambda: planner.tell_late(house.db, house.content, sorted(house.admins), house.clock()),
            pause=BEAT_SECONDS,
        ),
        "starting": again("starting", lambda: planner.begin(house.db, house.clock()), pause=SHOW_SECONDS),
        "queueing": again(
            "queueing",
            lambda: planner.queue(house.db, house.content.zone, house.wake),
            pause=SEND_SECONDS,
            wake=house.begun,
        ),
        "noting": again("noting", lambda: resume.note(planning, house.db), pause=BEAT_SECONDS),
        "leases": again("leases", lambda: planner.beat(house.db, outgoing.id, house.clock()), pause=BEAT_SECONDS),
        "albums": again("albums", lambda: compose.albums(house), pause=ALBUM_SECONDS),
        "progress": again(
            "progress", lambda: progress.step(house.db, screen, house.clock().timestamp()), pause=SHOW_SECONDS
        ),
        "tidying": again("tidying", lambda: planner.tidy(house.db, house.clock()), pause=TIDY_SECONDS),
        "menus": _until(stop, menus.set_all(house)),
    }


async def _receive(house: House, desk: Desk, stop: asyncio.Event) -> None:
    """First what was received before the last stop, then what Telegram has."""
    line = Line()

    async def fetch(offset: int, seconds: int) -> list[dict[str, Any]]:
        # A poll that a stop cuts short confirms nothing: Telegram gives the same updates again.
        return await or_stop(stop, polling.fetch(house.telegram, offset, seconds)) or []

    async def poll() -> bool:
        now = house.clock().timestamp()
        return await updates.poll(desk, line, fetch, polling.PollFailedError, polling.ConflictError, now)

    await desks.resume(desk)
    await repeat("receiving", poll, pause=0, stop=stop)


async def _watch_link(house: House, stop: asyncio.Event) -> bool:
    async def ask(address: str, witnesses: Sequence[str]) -> Answer | None:
        return await or_stop(stop, links.ask_one(address, witnesses))

    return await watching.watch(house.db, house.content, ask, house.admins, house.clock())


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    await or_stop(stop, work)


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
