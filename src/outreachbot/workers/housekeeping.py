"""Deletes old updates and old reports of mistakes."""

import datetime as dt

from outreachbot.store import inbox, reports
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database


async def purge_old_data(db: Database, now: dt.datetime) -> bool:
    """Delete updates and reports that are older than the store keeps them."""
    async with connect.writing(db) as transaction:
        await inbox.purge(transaction, now.timestamp())
        await reports.purge(transaction, now.timestamp())
    return False
