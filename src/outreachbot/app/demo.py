"""The demo: a local Telegram on this machine, the bot in it, and a page to chat with it in the browser."""

import datetime as dt
import logging
import os
import sys
import tempfile
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from outreachbot.app import run, signals
from outreachbot.app.commands import content_file as files
from outreachbot.config import Settings
from outreachbot.domain.content.model import Content
from outreachbot.domain.reminders import schedule
from outreachbot.sandbox import page, people, scene
from outreachbot.sandbox.server import serve
from outreachbot.sandbox.world import TOKEN, World

log = logging.getLogger(__name__)


@dataclass(slots=True)
class MovableClock:
    """A clock that can be set to another day and keeps running."""

    zone: ZoneInfo
    ahead: dt.timedelta = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return run.wall_clock() + self.ahead

    def move(self, date: dt.date | None) -> None:
        """Move to noon of that day in the zone, by when its reminders are due; None moves back to the present."""
        if date is None:
            self.ahead = dt.timedelta()
            return
        noon = dt.datetime.combine(date, dt.time(12), tzinfo=self.zone)
        self.ahead = noon.astimezone(dt.UTC) - run.wall_clock()


async def run_demo(content_file: Path, port: int, chats: int, per_second: float, *, open_browser: bool) -> None:
    """Run the sandbox, the page and the bot until a signal stops them. Nothing is kept."""
    document = files.read_content(content_file)
    content = document.content
    clock = MovableClock(ZoneInfo(content.zone))
    world = World(clock=clock)
    stage = scene.build(world, chats)
    stop = signals.stop_on_signals()
    routes = page.routes(world, stage, clock, clock.move, lambda: _list_coming_days(content, clock))
    with tempfile.TemporaryDirectory(prefix="outreachbot-") as folder:
        async with serve(world, port=port, routes=routes) as address:
            settings = _create_settings(address, folder, content_file, stage.admin_id, per_second)
            ready = partial(_begin, world, address, chats, open_browser=open_browser)
            await run.run(settings, content, document.raw, clock=clock, stop=stop, ready=ready, writes_file=False)


def _create_settings(address: str, folder: str, content_file: Path, admin_id: int, per_second: float) -> Settings:
    """The demo's settings, which ignore the environment."""
    return Settings.model_construct(
        token=SecretStr(TOKEN),
        token_file=None,
        admins=frozenset({admin_id}),
        content=content_file,
        database_url=f"sqlite+aiosqlite:///{folder}/demo.db",
        api_url=address,
        messages_per_second=per_second,
        check_links=False,  # the demo needs no network
    )


def _begin(world: World, address: str, chats: int, *, open_browser: bool) -> None:
    """Subscribe the crowd and open the page, once the bot is polling."""
    for user_id in range(scene.CROWD, scene.CROWD + chats):
        people.say(world, user_id, user_id, "/subscribe")
    log.info("the chat page is on %s (nothing reaches Telegram); Ctrl+C stops the demo", address)
    if open_browser and not (has_screen() and webbrowser.open(address)):
        log.info("no browser could be opened here: open %s yourself", address)


def has_screen() -> bool:
    """Whether there is a graphical display: without one, Python opens a text browser in the terminal."""
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _list_coming_days(content: Content, clock: MovableClock) -> Sequence[tuple[str, dt.date]]:
    """The coming days of remembrance that the page offers to move to."""
    by_default = (anniversary for anniversary in content.anniversaries if anniversary.default)
    coming = schedule.list_upcoming(by_default, clock().astimezone(clock.zone).date() + dt.timedelta(days=1))
    return [(content.say(day.anniversary.title, content.default_language), day.date) for day in coming]
