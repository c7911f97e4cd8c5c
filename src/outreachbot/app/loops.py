"""The running bot's workers, each in a loop of its own: what they do, how often, and what wakes them."""

import asyncio
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any

from outreachbot.bot.broadcasts import compose
from outreachbot.bot.chats import menus
from outreachbot.bot.context import House
from outreachbot.domain.links import Answer
from outreachbot.gateway import polling, web_links
from outreachbot.services.broadcasts import status
from outreachbot.services.content import activate
from outreachbot.services.sending import messages
from outreachbot.workers import link_monitor as watching
from outreachbot.workers import progress
from outreachbot.workers.delivery import outcomes, sender
from outreachbot.workers.delivery.sender import Sender
from outreachbot.workers.loop import or_stop, repeat
from outreachbot.workers.progress import Screen
from outreachbot.workers.reminders import planner, resume
from outreachbot.workers.reminders.planner import Planner
from outreachbot.workers.updates import dispatcher as desks
from outreachbot.workers.updates import poller
from outreachbot.workers.updates.dispatcher import Desk
from outreachbot.workers.updates.poller import Line

PLAN_SECONDS = 2.0
TIDY_SECONDS = 3600.0
SEND_SECONDS = 0.5  # at most this long until a new message is noticed that nobody woke the sender for
SETTLE_SECONDS = 0.5  # handled updates are written down at the next poll, or after so long
SHOW_SECONDS = 1.0
BEAT_SECONDS = 30.0
ALBUM_SECONDS = 0.5
RELOAD_SECONDS = 3600.0  # a signal wakes it
MENU_SECONDS = 86_400.0  # another content wakes it; what Telegram did not take then is tried again a day later


def workers(
    house: House, desk: Desk, outgoing: Sender, planning: Planner, stop: asyncio.Event
) -> dict[str, Coroutine[Any, Any, None]]:
    """Each worker's loop, by its name."""
    found = _always(house, desk, outgoing, planning, stop)
    if house.check_links:
        found["links"] = repeat("links", partial(_watch_link, house, stop), pause=TIDY_SECONDS, stop=stop)
    return found


def _always(
    house: House, desk: Desk, outgoing: Sender, planning: Planner, stop: asyncio.Event
) -> dict[str, Coroutine[Any, Any, None]]:
    again = partial(repeat, stop=stop)
    screen = _screen(house, outgoing)
    return {
        "receiving": _receive(house, desk, stop),
        "handling": again("handling", partial(desks.settle, desk), pause=SETTLE_SECONDS),
        "sending": again("sending", partial(sender.step, outgoing), pause=SEND_SECONDS, wake=house.wake),
        "planning": again(
            "planning", lambda: resume.step(planning, house.db, house.content, house.clock()), pause=PLAN_SECONDS
        ),
        "telling": again(
            "telling",
            lambda: planner.tell_late(house.db, house.content, house.admins, house.clock()),
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
        "progress": again("progress", lambda: _show_progress(house, screen), pause=SHOW_SECONDS),
        "tidying": again("tidying", lambda: planner.tidy(house.db, house.clock()), pause=TIDY_SECONDS),
        "reloading": again(
            "reloading", partial(activate.reload_if_wanted, house), pause=RELOAD_SECONDS, wake=house.live.woken
        ),
        "menus": again("menus", partial(_set_menus, house, stop), pause=MENU_SECONDS, wake=house.live.changed),
    }


def _screen(house: House, outgoing: Sender) -> Screen:
    return Screen(
        partial(messages.show, house.telegram),
        partial(status.standing, house),
        house.content.default_language,
        house.admins,
        partial(outcomes.silent_since, outgoing.lessons),
    )


async def _receive(house: House, desk: Desk, stop: asyncio.Event) -> None:
    """First what was received before the last stop, then what Telegram has."""
    line = Line()

    async def fetch(offset: int, seconds: int) -> list[dict[str, Any]]:
        # A poll that a stop cuts short confirms nothing: Telegram gives the same updates again.
        return await or_stop(stop, polling.fetch(house.telegram, offset, seconds)) or []

    async def poll() -> bool:
        now = house.clock().timestamp()
        return await poller.poll(desk, line, fetch, polling.PollFailedError, polling.ConflictError, now)

    await desks.resume(desk)
    await repeat("receiving", poll, pause=0, stop=stop)


async def _show_progress(house: House, screen: Screen) -> bool:
    screen.language = house.content.default_language
    return await progress.step(house.db, screen, house.clock().timestamp())


async def _set_menus(house: House, stop: asyncio.Event) -> bool:
    await or_stop(stop, menus.set_all(house))
    return False


async def _watch_link(house: House, stop: asyncio.Event) -> bool:
    async def ask(address: str, witnesses: Sequence[str]) -> Answer | None:
        return await or_stop(stop, web_links.ask_one(address, witnesses))

    return await watching.watch(house.db, house.content, ask, house.admins, house.clock())
