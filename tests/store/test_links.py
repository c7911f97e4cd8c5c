"""What is known of the watched link."""

from outreachbot.domain.links import WatchedLink
from outreachbot.store import links
from outreachbot.store.database import connect


async def test_what_is_known_of_the_link_is_kept_and_that_of_another_forgotten(db):
    async with connect.writing(db) as transaction:
        assert await links.find(transaction, "https://a.example/") is None
        await links.remember(transaction, "https://a.example/", WatchedLink(5.0, 4.0, told=True))
    async with connect.writing(db) as transaction:
        assert await links.find(transaction, "https://a.example/") == WatchedLink(5.0, 4.0, told=True)
        await links.remember(transaction, "https://b.example/", WatchedLink(6.0))
    async with connect.reading(db) as connection:
        assert await links.find(connection, "https://a.example/") is None
        assert await links.find(connection, "https://b.example/") == WatchedLink(6.0, None, told=False)
