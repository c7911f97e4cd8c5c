"""Shorthand for tests of the store: one change in a transaction of its own, and the row of a message."""

from sqlalchemy import select

from outreachbot.domain.delivery.states import MessageState
from outreachbot.domain.messages.message import Message
from outreachbot.store import tables as t
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.store.delivery import messages
from outreachbot.store.delivery import queueing as delivery_queueing

BODIES = {"en": Message("hello")}


async def transact(db, change, *values, **named):
    """Run one function of the store in a transaction of its own, commit it, and return what it returned."""
    async with connect.writing(db) as transaction:
        return await change(transaction, *values, **named)


async def message_row(db, outbox_id):
    async with connect.reading(db) as connection:
        return (await connection.execute(select(t.messages).where(t.messages.c.id == outbox_id))).one()


async def draft(db):
    return await transact(db, records.create_draft, 11, 5, BODIES, 1.0)


async def set_state(db, outbox_id, state):
    """Move a message into this state, whatever state it is in."""
    await transact(db, messages.change_state, outbox_id, state, only_from=list(MessageState))


async def queue_piece(transaction):
    """Queue the next piece of an audience."""
    (waiting,) = await delivery_queueing.list_queueing(transaction, 1)
    return await delivery_queueing.queue_next_piece(transaction, waiting)
