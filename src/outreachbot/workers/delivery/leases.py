"""Keeps this sender's lease, and settles the deliveries of senders that have stopped."""

import datetime as dt
import logging

from outreachbot.domain.broadcasts import timing
from outreachbot.domain.delivery.states import WAVE_MISSED
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.delivery import leases, messages

log = logging.getLogger(__name__)


async def recover_deliveries(db: Database, name: str, now: dt.datetime) -> int:
    """Begin a lease for the main sender and return its id; call this at the start, before anything is sent.

    What was being sent when the program stopped becomes uncertain: it may have arrived. A broadcast that missed the
    local hour of some chats meanwhile is paused, and an admin decides.
    """
    async with connect.writing(db) as transaction:
        seen = await leases.find_last_seen(transaction)
        if count := await leases.recover(transaction, now.timestamp(), main_is_new=True):
            log.warning("%d messages were being sent when the program stopped: they are uncertain", count)
        if seen is not None:
            for outbox_id in await messages.list_missed_waves(transaction, seen, (now - timing.MISSED).timestamp()):
                await messages.pause(transaction, outbox_id, WAVE_MISSED)
                log.warning("a wave of message %d was missed: it is paused, an admin decides", outbox_id)
        await messages.finish_completed(transaction, now.timestamp())
        return await leases.begin(transaction, name, now.timestamp(), is_main=True)


async def renew_lease(db: Database, sender_id: int, now: dt.datetime) -> bool:
    """Extend this sender's lease, and make uncertain what senders whose lease has expired were sending."""
    async with connect.writing(db) as transaction:
        await leases.renew(transaction, sender_id, now.timestamp())
        if count := await leases.recover(transaction, now.timestamp()):
            log.warning("%d messages were being sent by a sender that died: they are uncertain", count)
    return False
