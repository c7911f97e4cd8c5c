"""Plans reminders: what has come due is written into the outbox, once."""

import asyncio
import datetime as dt
import logging
from collections.abc import Sequence

from outreachbot.domain import schedule, timing
from outreachbot.domain.audience import Audience
from outreachbot.domain.content import Content
from outreachbot.domain.delivery import WAVE_MISSED, Kind, MessageState
from outreachbot.domain.schedule import Due, Group
from outreachbot.domain.timing import LocalHour
from outreachbot.store import audience, chats, connect, inbox, leases, messages
from outreachbot.store.connect import Connection, Database
from outreachbot.views import reminder

log = logging.getLogger(__name__)


async def step(db: Database, content: Content, now: dt.datetime) -> bool:
    """Write what is due; True when something was. Costs by the number of (zone, hour) groups, not of chats."""
    async with connect.reading(db) as connection:
        groups = await chats.groups(connection, content.zone, content.hour)
        kept = (anniversary for anniversary in content.anniversaries if anniversary.default)
        found = list(schedule.due(kept, groups, now))
        known = await messages.known(connection, [one.key for one in found]) if found else set()
    new = [one for one in found if one.key not in known]
    await _write(db, content, new, now)
    return bool(new)


async def _write(db: Database, content: Content, due: Sequence[Due], now: dt.datetime) -> None:
    for one in due:
        async with connect.writing(db) as transaction:
            bodies = reminder.in_every_language(content, one.occurrence)
            await messages.write(
                transaction,
                Kind.REMINDER,
                bodies,
                now.timestamp(),
                key=one.key,
                expires_at=one.until.timestamp(),
                audience=_audience(content, one),
            )
        log.info("%s is due", one.key)


def _audience(content: Content, due: Due) -> Audience:
    """The group's chats that had subscribed when the moment came; who subscribes later that day gets no push."""
    return Audience(subscribed_until=due.at.timestamp(), group=due.group, default=Group(content.zone, content.hour))


async def queue(db: Database, zone: str, wake: asyncio.Event) -> bool:
    """Queue a piece of the audience of a message that has begun, and wake the sender.

    `zone` is that of chats that chose none.
    """
    async with connect.reading(db) as connection:
        if await audience.queueing(connection) is None:
            return False
    async with connect.writing(db) as transaction:
        one = await audience.queueing(transaction)
        if one is not None:
            await audience.queue(transaction, one, await _waves(transaction, one, zone), zone)
    wake.set()
    return True


async def _waves(db: Connection, one: audience.Queueing, zone: str) -> audience.Waves | None:
    """For a broadcast at each chat's local hour: when that is."""
    if not isinstance(one.timing, LocalHour):
        return None
    return timing.waves(one.timing, await audience.zones(db, zone), one.began)


async def begin(db: Database, now: dt.datetime) -> bool:
    """Start the scheduled messages whose moment has come. One that was missed asks a person, and never fires late."""
    async with connect.reading(db) as connection:
        due = await messages.due(connection, now.timestamp())
    for message_id, starts_at in due:
        async with connect.writing(db) as transaction:
            if now.timestamp() - starts_at <= timing.MISSED_SECONDS:
                await messages.start(transaction, message_id, now.timestamp())
                continue
            await messages.move(transaction, message_id, MessageState.MISSED, only_from=[MessageState.SCHEDULED])
            log.warning("message %d was missed: the program was down; an admin decides", message_id)
    return bool(due)


async def recover(db: Database, name: str, now: dt.datetime) -> int:
    """After a stop, before anything is sent: the id of the new sender.

    What was being sent then may have arrived. A wave that passed meanwhile asks a person, and never fires late.
    """
    async with connect.writing(db) as transaction:
        seen = await leases.last_seen(transaction)
        if count := await leases.recover(transaction, now.timestamp(), main_is_new=True):
            log.warning("%d messages were being sent when the program stopped: they are uncertain", count)
        if seen is not None:
            for message_id in await messages.missed(transaction, seen, now.timestamp() - timing.MISSED_SECONDS):
                await messages.pause(transaction, message_id, WAVE_MISSED)
                log.warning("a wave of message %d was missed: it is paused, an admin decides", message_id)
        await messages.finish(transaction, now.timestamp())
        return await leases.begin(transaction, name, now.timestamp(), is_main=True)


async def beat(db: Database, sender_id: int, now: dt.datetime) -> bool:
    """Say that the bot runs; what a sender elsewhere was sending when it died is uncertain from now on."""
    async with connect.writing(db) as transaction:
        await leases.renew(transaction, sender_id, now.timestamp())
        if count := await leases.recover(transaction, now.timestamp()):
            log.warning("%d messages were being sent by a sender that died: they are uncertain", count)
    return False


async def tidy(db: Database, now: dt.datetime) -> bool:
    """Forget old updates."""
    async with connect.writing(db) as transaction:
        await inbox.purge(transaction, now.timestamp())
    return False
