"""The state of the watched link is kept."""

import datetime as dt

from outreachbot.domain.links import WatchedLink
from outreachbot.store import links
from outreachbot.store.database import connect

NOW = dt.datetime(2026, 2, 26, 4, 5, 6, 789012, dt.UTC)
EARLIER = NOW - dt.timedelta(days=1)


async def test_the_links_state_is_kept_and_another_links_state_is_deleted(db):
    async with connect.writing(db) as transaction:
        assert await links.find(transaction, "https://a.example/") is None
        await links.remember(transaction, "https://a.example/", WatchedLink(NOW, EARLIER, was_reported=True))
    async with connect.writing(db) as transaction:
        assert await links.find(transaction, "https://a.example/") == WatchedLink(NOW, EARLIER, was_reported=True)
        await links.remember(transaction, "https://b.example/", WatchedLink(NOW))
    async with connect.reading(db) as connection:
        assert await links.find(connection, "https://a.example/") is None
        assert await links.find(connection, "https://b.example/") == WatchedLink(NOW, None, was_reported=False)
