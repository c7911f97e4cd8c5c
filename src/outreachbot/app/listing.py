"""Lists what was sent to everybody and what became of it, for the command line."""

import datetime as dt

from rich.console import Console
from rich.table import Table

from outreachbot.config import Settings
from outreachbot.domain.delivery import Tally
from outreachbot.errors import WrongUse
from outreachbot.store import connect, ledger
from outreachbot.store.connect import Connection


async def show(settings: Settings, number: int | None) -> None:
    """Print all reminders and broadcasts, or of one the chats that did not surely get it. The bot may run meanwhile."""
    async with connect.opened(settings.database_url, exclusive=False) as db, connect.reading(db) as connection:
        table = await _all(connection) if number is None else await _one(connection, number)
    Console().print(table)


async def _all(db: Connection) -> Table:
    table = Table("no.", "kind", "began (UTC)", "state", box=None)
    for name in ("chats", "sent", "uncertain", "failed", "skipped", "to do"):
        table.add_column(name, justify="right")
    for one in await ledger.every(db):
        began = "" if one.started_at is None else f"{dt.datetime.fromtimestamp(one.started_at, dt.UTC):%Y-%m-%d %H:%M}"
        table.add_row(str(one.id), one.kind, began, one.state, *_numbers(await ledger.tally(db, one.id)))
    return table


def _numbers(tally: Tally) -> list[str]:
    waiting = tally.queued + tally.sending
    return [f"{n:,}" for n in (tally.audience, tally.sent, tally.uncertain, tally.failed, tally.skipped, waiting)]


async def _one(db: Connection, number: int) -> Table:
    if number not in {one.id for one in await ledger.every(db)}:
        raise WrongUse(f"there is no message {number}: `outreachbot broadcasts` lists them all")
    table = Table("chat", "state", "reason", "Telegram's words", box=None)
    for row in await ledger.not_sent(db, number):
        table.add_row(str(row.chat_id), row.state, row.reason or "", row.detail or "")
    return table
