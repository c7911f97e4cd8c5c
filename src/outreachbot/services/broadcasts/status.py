"""How a confirmed message stands: from the ledger, for the progress, the report and the list."""

import datetime as dt

from outreachbot.domain.broadcasts.timing import LocalHour
from outreachbot.domain.delivery.states import ENDED, DeliveryState, MessageKind, MessageState, Tally
from outreachbot.services.context import Context
from outreachbot.store.broadcasts import records
from outreachbot.store.database.connect import Connection
from outreachbot.store.delivery import ledger, messages
from outreachbot.store.delivery.ledger import Told
from outreachbot.views.broadcasts.status import LISTED, MessageStatus

DELETABLE_SECONDS = 48 * 3600  # Bot API, deleteMessage


async def load_status(context: Context, db: Connection, told: Told, *, full: bool = False) -> MessageStatus:
    """As far as its state makes it worth counting; `full` counts all."""
    tally = await ledger.count_states(db, told.id)
    closed = full or (tally.finished and told.state in ENDED)
    deleted = closed and told.kind is MessageKind.BROADCAST and await records.is_deleted(db, told.id)
    can_change = full and tally.sent > 0 and is_idle(told, tally) and not deleted
    in_time = told.expires_at is None or told.expires_at > context.clock().timestamp()
    is_over = tally.finished and not told.queueing and told.state is not MessageState.CANCELLED
    repeatable = is_over and in_time and not deleted
    return MessageStatus(
        message_id=told.id,
        kind=told.kind,
        state=told.state,
        tally=tally,
        zone=context.content.zone,
        why=told.state_reason,
        of_id=told.of_id,
        starts_at=_moment(told.starts_at),
        queueing=told.queueing,
        reasons=await ledger.count_reasons(db, told.id) if closed else (),
        uncertain=await ledger.list_uncertain(db, told.id, LISTED + 1) if closed else (),
        languages=await ledger.count_languages(db, told.id) if full else (),
        send_again=await messages.count_recoverable(db, told.id, DeliveryState.UNCERTAIN) if repeatable else 0,
        try_again=await messages.count_recoverable(db, told.id, DeliveryState.FAILED) if repeatable else 0,
        correctable=can_change and await _is_ours(db, told),
        deletable=can_change and _is_young(context, told),
        deleted=deleted,
        in_waves=isinstance(told.timing, LocalHour),
    )


def is_idle(told: Told, tally: Tally) -> bool:
    """Whether nothing of it is being sent, nor about to be: only then can what it says be changed everywhere."""
    return told.state in {*ENDED, MessageState.PAUSED} and not tally.sending and not told.queueing


def _moment(at: float | None) -> dt.datetime | None:
    return None if at is None else dt.datetime.fromtimestamp(at, dt.UTC)


async def _is_ours(db: Connection, told: Told) -> bool:
    """What was copied (a poll, say) has no text of ours that could be replaced."""
    if told.kind is not MessageKind.BROADCAST:
        return False
    return next(iter((await messages.load_bodies(db, told.id)).values())).copy is None


def _is_young(context: Context, told: Told) -> bool:
    sent_at = told.started_at or 0.0
    return told.kind is MessageKind.BROADCAST and context.clock().timestamp() - sent_at < DELETABLE_SECONDS
