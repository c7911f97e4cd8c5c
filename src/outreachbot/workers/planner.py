"""Plans reminders: what has come due is written into the outbox, once."""

import datetime as dt
import logging
from collections.abc import Sequence

from outreachbot.domain import schedule
from outreachbot.domain.content import Content
from outreachbot.domain.schedule import Due, Group
from outreachbot.store import audience, chats, connect, inbox, outbox
from outreachbot.store.audience import Audience
from outreachbot.store.connect import Database
from outreachbot.views import reminder

log = logging.getLogger(__name__)


async def step(db: Database, content: Content, now: dt.datetime) -> bool:
    """Write what is due; True when something was. Costs by the number of (zone, hour) groups, not of chats."""
    async with connect.reading(db) as connection:
        groups = await chats.groups(connection, content.zone, content.hour)
        kept = (anniversary for anniversary in content.anniversaries if anniversary.default)
        found = list(schedule.due(kept, groups, now))
        known = await outbox.known(connection, [one.key for one in found]) if found else set()
    new = [one for one in found if one.key not in known]
    await _write(db, content, new, now)
    return bool(new)


async def _write(db: Database, content: Content, due: Sequence[Due], now: dt.datetime) -> None:
    for one in due:
        async with connect.writing(db) as transaction:
            bodies = reminder.in_every_language(content, one.occurrence)
            message_id = await outbox.write(
                transaction,
                outbox.REMINDER,
                bodies,
                now.timestamp(),
                key=one.key,
                expires_at=one.until.timestamp(),
            )
            if message_id is None:
                continue
            count = await audience.address(transaction, message_id, _audience(content, one))
        log.info("%s: queued for %d chats", one.key, count)


def _audience(content: Content, due: Due) -> Audience:
    """The group's chats that had subscribed when the moment came; who subscribes later that day gets no push."""
    return Audience(subscribed_until=due.at.timestamp(), group=due.group, default=Group(content.zone, content.hour))


async def tidy(db: Database, now: dt.datetime) -> bool:
    """Forget old updates."""
    async with connect.writing(db) as transaction:
        await inbox.purge(transaction, now.timestamp())
    return False
