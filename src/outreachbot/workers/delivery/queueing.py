"""Starts scheduled messages, and queues the audience of messages that have started, in batches."""

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

MESSAGES_PER_TRANSACTION = 50


async def queue_audience(db: Database, zone: str, wake: asyncio.Event) -> bool:
    """Queue the next batch of chats, those of the oldest message first, and wake the sender; False if there are none.

    `zone` is for chats that have not chosen one.
    """
    async with connect.reading(db) as connection:
        if not await queueing.list_queueing(connection, 1):
            return False
    async with connect.writing(db) as transaction:
        await plans.lock_planning(transaction)
        queued = 0
        while queued < queueing.PIECE:
            unqueued = await queueing.list_queueing(transaction, MESSAGES_PER_TRANSACTION)
            if not unqueued:
                break
            for message in unqueued:
                waves = await _compute_waves(transaction, message, zone)
                queued += await queueing.queue_next_piece(transaction, message, waves, zone)
                if queued >= queueing.PIECE:
                    break
    wake.set()
    return True


async def _compute_waves(db: Connection, message: OutboxMessage, zone: str) -> Waves | None:
    """When each zone gets a broadcast that is sent at each chat's local hour; None for other messages."""
    if not isinstance(message.timing, LocalHour):
        return None
    return timing.compute_waves(message.timing, await audience.list_zones(db, zone), message.planned_start)


async def start_scheduled(db: Database, now: dt.datetime) -> bool:
    """Start the scheduled messages that are due. One that was missed is not sent late: an admin decides."""
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
