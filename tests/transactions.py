"""What the store's tests do in a transaction of its own, and how a message stands after it."""

from sqlalchemy import select

from outreachbot.domain.delivery.states import MessageState
from outreachbot.domain.messages.message import Message
from outreachbot.store import tables as t
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.store.delivery import queueing as delivery_queueing

BODIES = {"en": Message("hello")}


async def do(db, change, *values, **named):
    """One change of the store in a transaction of its own."""
    async with connect.writing(db) as transaction:
        return await change(transaction, *values, **named)


async def row(db, message_id):
    async with connect.reading(db) as connection:
        return (await connection.execute(select(t.messages).where(t.messages.c.id == message_id))).one()


async def draft(db):
    return await do(db, records.create_draft, 11, 5, BODIES, 1.0)


async def put(db, message_id, state):
    """Into this state, from any."""
    await do(db, messages.change_state, message_id, state, only_from=list(MessageState))


async def piece(transaction):
    """Queue the next piece of an audience."""
    (one,) = await delivery_queueing.list_queueing(transaction, 1)
    return await delivery_queueing.queue_next_piece(transaction, one)
