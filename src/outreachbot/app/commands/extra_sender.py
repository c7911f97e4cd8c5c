"""Runs an extra sender, which shares the outbox and the pace of a bot that runs elsewhere."""

import asyncio
import logging
from contextlib import AsyncExitStack
from functools import partial

from outreachbot.app.loops import BEAT_SECONDS, SEND_SECONDS
from outreachbot.app.run import STOP_SECONDS, Clock, describe_process, open_messenger, wall_clock
from outreachbot.app.signals import stop_on_signals
from outreachbot.config import Settings
from outreachbot.errors import WrongUse
from outreachbot.services.sending import deliveries
from outreachbot.services.sending.messenger import Messenger
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.delivery import leases
from outreachbot.workers.delivery import leases as delivery_leases
from outreachbot.workers.delivery import sender as senders
from outreachbot.workers.delivery.sender import Sender
from outreachbot.workers.loop import repeat

log = logging.getLogger(__name__)


async def run_sender(settings: Settings, *, clock: Clock = wall_clock, stop: asyncio.Event | None = None) -> None:
    """Send what the bot has queued until `stop` is set, or without `stop` until a signal.

    Raises WrongUse on SQLite, which has only one writer, and CannotRun as the bot does.
    """
    if settings.database_url.startswith("sqlite"):
        raise WrongUse(
            "an extra sender needs PostgreSQL: set OUTREACHBOT_DATABASE_URL to the bot's postgresql+asyncpg://…"
        )
    stop = stop or stop_on_signals()
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(connect.open_database(settings.database_url, exclusive=False))
        messenger = await stack.enter_async_context(open_messenger(settings, db))
        sender = await _create_sender(db, messenger, settings.messages_per_second, clock)
        log.info("sender %d works beside the bot; Ctrl+C stops it", sender.id)
        renewing = asyncio.create_task(
            repeat("leases", lambda: delivery_leases.renew_lease(db, sender.id, clock()), pause=BEAT_SECONDS, stop=stop)
        )
        try:
            await repeat("sending", partial(senders.send_next, sender), pause=SEND_SECONDS, stop=stop)
        finally:
            stop.set()
            await asyncio.gather(renewing, return_exceptions=True)
            await senders.close_sender(sender, STOP_SECONDS)
    log.info("stopped; what was not sent stays for the others")


async def _create_sender(db: Database, messenger: Messenger, per_second: float, clock: Clock) -> Sender:
    now = clock().timestamp()
    async with connect.writing(db) as transaction:
        sender_id = await leases.begin(transaction, describe_process(), now, is_main=False)
    send = partial(deliveries.send_delivery, messenger)
    return Sender(db, sender_id, send, lambda: clock().timestamp(), per_second, spacing=messenger.spacing)
