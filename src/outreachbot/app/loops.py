"""The running bot's workers, each in its own loop: what they do, how often, and what wakes them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from outreachbot.bot.broadcasts import compose
from outreachbot.bot.chats import menus
from outreachbot.bot.context import BotContext
from outreachbot.bot.features import ALLOWED_UPDATES
from outreachbot.domain.links import LinkCheck
from outreachbot.gateway import polling, web_links
from outreachbot.services.content import activate
from outreachbot.workers import housekeeping, link_monitor, progress
from outreachbot.workers.delivery import leases, queueing
from outreachbot.workers.delivery import sender as senders
from outreachbot.workers.delivery.sender import Sender
from outreachbot.workers.loop import Step, run_until_stopped
from outreachbot.workers.progress import ProgressTracker
from outreachbot.workers.reminders import late, resume
from outreachbot.workers.reminders.planner import Planner
from outreachbot.workers.updates import dispatcher as dispatchers
from outreachbot.workers.updates import poller
from outreachbot.workers.updates.dispatcher import Dispatcher
from outreachbot.workers.updates.poller import PollStatus

PLAN_SECONDS = 2.0
TIDY_SECONDS = 3600.0
SEND_SECONDS = 0.5  # until the sender notices a new message without being woken
SETTLE_SECONDS = 0.5  # until handled updates are recorded, unless a poll does it before
SHOW_SECONDS = 1.0
BEAT_SECONDS = 30.0
ALBUM_SECONDS = 0.5
RELOAD_SECONDS = 3600.0  # a signal wakes it
MENU_SECONDS = 86_400.0  # new content wakes it; a menu that Telegram did not accept is tried again a day later


@dataclass(frozen=True, slots=True)
class Loop:
    """A worker: its step, how often it is repeated, and the event that wakes it earlier."""

    name: str
    step: Step
    every: float  # seconds between two steps, after one that had nothing more to do
    wake: asyncio.Event | None = None


def list_loops(
    context: BotContext, dispatcher: Dispatcher, sender: Sender, planner: Planner, stop: asyncio.Event
) -> list[Loop]:
    """All workers of the running bot."""
    db, now = context.db, context.clock
    tracker = ProgressTracker(lambda: sender.failures.silent_since)
    loops = [
        Loop("receiving", _create_receive_step(context, dispatcher, stop), 0.0),
        Loop("handling", partial(dispatchers.record_handled, dispatcher), SETTLE_SECONDS),
        Loop("sending", partial(senders.send_next, sender), SEND_SECONDS, context.wake_sender),
        Loop("planning", lambda: resume.plan_live_content(planner, db, context.content, now()), PLAN_SECONDS),
        Loop("telling", lambda: late.report_late(db, context.content, context.admins, now()), BEAT_SECONDS),
        Loop("starting", lambda: queueing.start_scheduled(db, now()), SHOW_SECONDS),
        Loop("queueing", partial(_queue, context), SEND_SECONDS, context.wake_queueing),
        Loop("noting", lambda: resume.record_progress(planner, db), BEAT_SECONDS),
        Loop("leases", lambda: leases.renew_lease(db, sender.id, now()), BEAT_SECONDS),
        Loop("albums", partial(compose.preview_albums, context), ALBUM_SECONDS),
        Loop("progress", partial(progress.update_progress, context, tracker), SHOW_SECONDS),
        Loop("tidying", lambda: housekeeping.purge_old_data(db, now()), TIDY_SECONDS),
        Loop("reloading", partial(activate.reload_if_requested, context), RELOAD_SECONDS, context.live.wake_reload),
        Loop("menus", partial(_set_menus, context, stop), MENU_SECONDS, context.live.changed),
    ]
    if context.check_links:
        loops.append(Loop("links", partial(_check_link, context, stop), TIDY_SECONDS))
    return loops


def _create_receive_step(context: BotContext, dispatcher: Dispatcher, stop: asyncio.Event) -> Step:
    """Dispatch what was received before the last stop, then poll Telegram."""
    status = PollStatus()
    is_first = True

    async def fetch(offset: int, seconds: int) -> list[dict[str, Any]]:
        # A poll that a stop cancels confirms nothing: Telegram returns the same updates again.
        poll = polling.fetch_updates(context.api, offset, seconds, ALLOWED_UPDATES)
        return await run_until_stopped(stop, poll) or []

    async def step() -> bool:
        nonlocal is_first
        if is_first:
            await dispatchers.resume_waiting(dispatcher)
            is_first = False
        return await poller.poll_updates(dispatcher, status, fetch, context.timestamp())

    return step


async def _queue(context: BotContext) -> bool:
    return await queueing.queue_audience(context.db, context.content.zone, context.wake_sender)


async def _set_menus(context: BotContext, stop: asyncio.Event) -> bool:
    await run_until_stopped(stop, menus.set_all_menus(context))
    return False


async def _check_link(context: BotContext, stop: asyncio.Event) -> bool:
    async def check(address: str, witnesses: Sequence[str]) -> LinkCheck | None:
        return await run_until_stopped(stop, web_links.check_link(address, witnesses))

    return await link_monitor.check_campaign_link(context.db, context.content, check, context.admins, context.clock())
