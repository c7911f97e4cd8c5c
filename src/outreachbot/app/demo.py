"""The demo: a local Telegram on this machine, the bot in it, and a chat page in the browser."""

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
    """A clock that can be set to another day, the time of day going on."""

    zone: ZoneInfo
    ahead: dt.timedelta = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return run.wall_clock() + self.ahead

    def move(self, date: dt.date | None) -> None:
        """Go to the noon of that day (so that every hour of reminders has passed); None: back to today."""
        if date is None:
            self.ahead = dt.timedelta()
            return
        noon = dt.datetime.combine(date, dt.time(12), tzinfo=self.zone)
        self.ahead = noon.astimezone(dt.UTC) - run.wall_clock()


async def run_demo(content_file: Path, port: int, chats: int, per_second: float, *, open_browser: bool) -> None:
    """Run sandbox, page and bot until a signal says stop. Everything is forgotten at the end."""
    document = files.read_content(content_file)
    content = document.content
    clock = MovableClock(ZoneInfo(content.zone))
    world = World(clock=clock)
    stage = scene.build(world, chats)
    stop = signals.stop_on_signals()
    routes = page.routes(world, stage, clock, clock.move, lambda: _days(content, clock))
    with tempfile.TemporaryDirectory(prefix="outreachbot-") as folder:
        async with serve(world, port=port, routes=routes) as address:
            settings = _settings(address, folder, content_file, stage.admin_id, per_second)
            ready = partial(_open, world, address, chats, open_browser=open_browser)
            await run.run(settings, content, document.raw, clock=clock, stop=stop, ready=ready, keeps=False)


def _settings(address: str, folder: str, content_file: Path, admin_id: int, per_second: float) -> Settings:
    """The demo's own settings, whatever the environment says."""
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


def _open(world: World, address: str, chats: int, *, open_browser: bool) -> None:
    for user_id in range(scene.CROWD, scene.CROWD + chats):
        people.say(world, user_id, user_id, "/subscribe")
    log.info("the chat page is on %s (nothing reaches Telegram); Ctrl+C stops the demo", address)
    if open_browser and not (has_screen() and webbrowser.open(address)):
        log.info("no browser could be opened here: open %s yourself", address)


def has_screen() -> bool:
    """Without one, Python would open a text browser in this very terminal."""
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _days(content: Content, clock: MovableClock) -> Sequence[tuple[str, dt.date]]:
    """The coming days of remembrance, for the page to offer."""
    kept = (one for one in content.anniversaries if one.default)
    coming = schedule.list_upcoming(kept, clock().astimezone(clock.zone).date() + dt.timedelta(days=1))
    return [(content.say(one.anniversary.title, content.default_language), one.date) for one in coming]
