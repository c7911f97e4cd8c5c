"""Loads the status of a confirmed message, for its progress, its report and its ledger."""

import datetime as dt

from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import ENDED, DeliveryState, MessageKind, MessageState
from outreachbot.services.context import Context
from outreachbot.store.broadcasts import records
from outreachbot.store.database.connect import Connection
from outreachbot.store.delivery import ledger, messages
from outreachbot.views.broadcasts.status import LISTED, MessageStatus

DELETABLE = dt.timedelta(hours=48)  # Bot API, deleteMessage


async def load_status(context: Context, db: Connection, message: OutboxMessage, *, full: bool = False) -> MessageStatus:
    """The message's status. Without `full`, only what its progress message shows in its present state is counted."""
    tally = await ledger.count_states(db, message.id)
    closed = full or (tally.finished and message.state in ENDED)
    deleted = closed and message.kind is MessageKind.BROADCAST and await records.is_deleted(db, message.id)
    can_change = full and tally.sent > 0 and message.is_idle(tally) and not deleted
    in_time = message.expires_at is None or message.expires_at > context.clock()
    is_over = tally.finished and not message.is_queueing and message.state is not MessageState.CANCELLED
    repeatable = is_over and in_time and not deleted
    return MessageStatus(
        message=message,
        tally=tally,
        zone=context.content.zone,
        reasons=await ledger.count_reasons(db, message.id) if closed else (),
        uncertain=await ledger.list_uncertain(db, message.id, LISTED + 1) if closed else (),
        languages=await ledger.count_languages(db, message.id) if full else (),
        send_again=await messages.count_recoverable(db, message.id, DeliveryState.UNCERTAIN) if repeatable else 0,
        try_again=await messages.count_recoverable(db, message.id, DeliveryState.FAILED) if repeatable else 0,
        correctable=can_change and await _has_text(db, message),
        deletable=can_change and _is_recent(context, message),
        deleted=deleted,
    )


async def _has_text(db: Connection, message: OutboxMessage) -> bool:
    """Whether it is a broadcast with a text to correct: a message that was copied, such as a poll, has none."""
    if message.kind is not MessageKind.BROADCAST:
        return False
    return next(iter((await messages.load_bodies(db, message.id)).values())).copy is None


def _is_recent(context: Context, message: OutboxMessage) -> bool:
    if message.kind is not MessageKind.BROADCAST or message.started_at is None:
        return False
    return context.clock() - message.started_at < DELETABLE
