"""Queues the audience of what has started, piece by piece, and starts what was scheduled."""

import asyncio
import datetime as dt
import logging

from outreachbot.domain.broadcasts import timing
from outreachbot.domain.broadcasts.timing import LocalHour, Waves
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import MessageState
from outreachbot.store import audience
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection, Database
from outreachbot.store.delivery import messages, queueing
from outreachbot.store.reminders import plans

log = logging.getLogger(__name__)

MESSAGES_AT_ONCE = 50  # whose audiences one transaction may queue


async def queue_audience(db: Database, zone: str, wake: asyncio.Event) -> bool:
    """Queue a piece of the audience of what has begun, of the oldest message first, and wake the sender.

    `zone` is that of chats that chose none.
    """
    async with connect.reading(db) as connection:
        if not await queueing.list_queueing(connection, 1):
            return False
    async with connect.writing(db) as transaction:
        await plans.lock_planning(transaction)
        number = 0
        while number < queueing.PIECE and (waiting := await queueing.list_queueing(transaction, MESSAGES_AT_ONCE)):
            for message in waiting:
                waves = await _compute_waves(transaction, message, zone)
                number += await queueing.queue_next_piece(transaction, message, waves, zone)
                if number >= queueing.PIECE:
                    break
    wake.set()
    return True


async def _compute_waves(db: Connection, message: OutboxMessage, zone: str) -> Waves | None:
    """For a broadcast at each chat's local hour: when that is."""
    if not isinstance(message.timing, LocalHour):
        return None
    return timing.compute_waves(message.timing, await audience.list_zones(db, zone), message.planned_start)


async def start_scheduled(db: Database, now: dt.datetime) -> bool:
    """Start the scheduled messages whose moment has come. One that was missed asks a person, and never fires late."""
    async with connect.reading(db) as connection:
        due = await messages.list_due(connection, now.timestamp())
    for outbox_id, starts_at in due:
        async with connect.writing(db) as transaction:
            if now.timestamp() - starts_at <= timing.MISSED.total_seconds():
                await messages.start(transaction, outbox_id, now.timestamp())
                continue
            await messages.change_state(transaction, outbox_id, MessageState.MISSED, only_from=[MessageState.SCHEDULED])
            log.warning("message %d was missed: the program was down; an admin decides", outbox_id)
    return bool(due)
