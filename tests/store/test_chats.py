from outreachbot.store import chats, connect


async def test_subscribing_twice_is_new_once(db):
    async with connect.writing(db) as transaction:
        first = await chats.subscribe(transaction, 5, kind="private", language="en", topic_id=None, now=1.0)
        second = await chats.subscribe(transaction, 5, kind="private", language="en", topic_id=None, now=2.0)

    assert (first, second) == (True, False)
