"""Tells the admins which reminders were too late to be sent, and for how many chats."""

import datetime as dt
import logging
from collections.abc import Collection

from outreachbot.domain.content.model import Content
from outreachbot.store import alerts
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database
from outreachbot.store.delivery import ledger
from outreachbot.views.reminders import reminder

log = logging.getLogger(__name__)


async def report_late(db: Database, content: Content, admins: Collection[int], now: dt.datetime) -> bool:
    """Queue an alert about reminders that were too late and are not reported yet; True if it was queued."""
    async with connect.reading(db) as connection:
        late = await ledger.count_late(connection)
    if not late:
        return False
    log.warning("reminders came too late for %d chats", sum(late.values()))
    async with connect.writing(db) as transaction:
        await ledger.mark_late_reported(transaction, now.timestamp())
        if not admins:
            return False
        bodies = {language: reminder.late_alert(content, language, late) for language in content.languages}
        await alerts.queue_alert(transaction, bodies, admins, now.timestamp())
    return True
