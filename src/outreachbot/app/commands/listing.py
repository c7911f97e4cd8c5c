"""Lists reminders and broadcasts and their outcomes, for the command line."""

import datetime as dt
import time

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from outreachbot.app.signals import stop_on_signals
from outreachbot.config import Settings
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import ACTIVE, Tally
from outreachbot.domain.ids import OutboxId
from outreachbot.errors import WrongUse
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection, Database
from outreachbot.store.delivery import ledger
from outreachbot.workers.loop import wait_for_event

WATCH_SECONDS = 2.0
NEWEST = 200  # messages listed; an admin's /broadcasts pages through all


async def print_messages(settings: Settings, number: int | None) -> None:
    """Print the newest messages, or the chats that message `number` may not have reached. The bot may be running."""
    async with connect.open_database(settings.database_url, exclusive=False) as db, connect.reading(db) as connection:
        table = await _list_all(connection) if number is None else await _list_not_sent(connection, OutboxId(number))
    _create_console().print(table)


async def watch_progress(settings: Settings) -> None:
    """Show what is being sent, updated every two seconds, until a signal."""
    stop = stop_on_signals()
    async with connect.open_database(settings.database_url, exclusive=False) as db:
        last: dict[int, tuple[float, int]] = {}
        with Live(await _draw_active(db, last), console=_create_console(), auto_refresh=False) as live:
            while not stop.is_set():
                await wait_for_event(stop, None, WATCH_SECONDS)
                live.update(await _draw_active(db, last), refresh=True)


def _create_console() -> Console:
    """A console that prints Telegram's descriptions as they are, with brackets and colons."""
    return Console(markup=False, emoji=False, highlight=False)


async def _draw_active(db: Database, last: dict[int, tuple[float, int]]) -> Group | Text:
    """A line for each message that is not over.

    `last` maps a message's id to the last look at it (monotonic seconds, settled deliveries); it is updated.
    """
    async with connect.reading(db) as connection:
        newest = await ledger.list_messages(connection, newest=NEWEST)
        active = [message for message in newest if message.state in ACTIVE]
        tallies = [await ledger.count_states(connection, message.id) for message in active]
    if not active:
        return Text("nothing is being sent; Ctrl+C ends this")
    table = Table("no.", "kind", "state", "", "done", "a second", "left", box=None)
    now = time.monotonic()
    for message, tally in zip(active, tallies, strict=True):
        since, settled = last.get(message.id, (now, tally.settled))
        rate = (tally.settled - settled) / (now - since) if now > since else 0.0
        last[message.id] = (now, tally.settled)
        table.add_row(*_draw_row(message, tally, rate))
    return Group(table)


def _draw_row(message: OutboxMessage, tally: Tally, rate: float) -> list[str | ProgressBar]:
    waiting = tally.queued + tally.sending
    left = str(dt.timedelta(seconds=round(waiting / rate))) if rate > 0 else ""
    bar = ProgressBar(total=max(1, tally.audience), completed=tally.settled, width=30)
    done = f"{tally.settled:,} / {tally.audience:,}"
    return [str(message.id), message.kind, message.state, bar, done, f"{rate:,.0f}" if rate else "", left]


async def _list_all(db: Connection) -> Table:
    table = Table("no.", "kind", "began (UTC)", "state", box=None)
    for name in ("chats", "sent", "uncertain", "failed", "skipped", "to do"):
        table.add_column(name, justify="right")
    for message in await ledger.list_messages(db, newest=NEWEST):
        began = f"{message.begins_at:%Y-%m-%d %H:%M}"
        counts = _format_counts(await ledger.count_states(db, message.id))
        table.add_row(str(message.id), message.kind, began, _describe_state(message), *counts)
    return table


def _describe_state(message: OutboxMessage) -> str:
    return f"{message.state}: {message.state_reason}" if message.state_reason else message.state


def _format_counts(tally: Tally) -> list[str]:
    waiting = tally.queued + tally.sending
    return [f"{n:,}" for n in (tally.audience, tally.sent, tally.uncertain, tally.failed, tally.skipped, waiting)]


async def _list_not_sent(db: Connection, number: OutboxId) -> Table:
    message = await ledger.find_message(db, number)
    if message is None:
        raise WrongUse(f"there is no message {number}: `outreachbot broadcasts` lists the newest")
    title = f"{message.kind} {message.id}: {_describe_state(message)}"
    table = Table("chat", "state", "reason", "Telegram's words", box=None, title=title, title_justify="left")
    for row in await ledger.list_not_sent(db, number):
        table.add_row(str(row.chat_id), row.state, row.reason or "", row.detail or "")
    return table
