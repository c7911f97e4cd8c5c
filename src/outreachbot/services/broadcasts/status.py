"""How a confirmed message stands: from the ledger, for the progress, the report and the list."""

import datetime as dt

from outreachbot.bot.context import House
from outreachbot.domain.broadcasts.timing import LocalHour
from outreachbot.domain.delivery.states import ENDED, Kind, MessageState, State, Tally
from outreachbot.store.broadcasts import records
from outreachbot.store.database.connect import Connection
from outreachbot.store.delivery import ledger, messages
from outreachbot.store.delivery.ledger import Told
from outreachbot.views.broadcasts.status import LISTED, Standing

DELETABLE_SECONDS = 48 * 3600  # Bot API, deleteMessage


async def standing(house: House, db: Connection, told: Told, *, full: bool = False) -> Standing:
    """As far as its state makes it worth counting; `full` counts all."""
    tally = await ledger.tally(db, told.id)
    closed = full or (tally.finished and told.state in ENDED)
    deleted = closed and told.kind is Kind.BROADCAST and await records.is_deleted(db, told.id)
    can_change = full and tally.sent > 0 and is_at_rest(told, tally) and not deleted
    in_time = told.expires_at is None or told.expires_at > house.clock().timestamp()
    is_over = tally.finished and not told.queueing and told.state is not MessageState.CANCELLED
    repeatable = is_over and in_time and not deleted
    return Standing(
        message_id=told.id,
        kind=told.kind,
        state=told.state,
        tally=tally,
        zone=house.content.zone,
        why=told.state_reason,
        of_id=told.of_id,
        starts_at=_moment(told.starts_at),
        queueing=told.queueing,
        reasons=await ledger.reasons(db, told.id) if closed else (),
        uncertain=await ledger.uncertain(db, told.id, LISTED + 1) if closed else (),
        languages=await ledger.languages(db, told.id) if full else (),
        send_again=await messages.recoverable(db, told.id, State.UNCERTAIN) if repeatable else 0,
        try_again=await messages.recoverable(db, told.id, State.FAILED) if repeatable else 0,
        correctable=can_change and await _is_ours(db, told),
        deletable=can_change and _is_young(house, told),
        deleted=deleted,
        in_waves=isinstance(told.timing, LocalHour),
    )


def is_at_rest(told: Told, tally: Tally) -> bool:
    """Whether nothing of it is being sent, nor about to be: only then can what it says be changed everywhere."""
    return told.state in {*ENDED, MessageState.PAUSED} and not tally.sending and not told.queueing


def _moment(at: float | None) -> dt.datetime | None:
    return None if at is None else dt.datetime.fromtimestamp(at, dt.UTC)


async def _is_ours(db: Connection, told: Told) -> bool:
    """What was copied (a poll, say) has no text of ours that could be replaced."""
    if told.kind is not Kind.BROADCAST:
        return False
    return next(iter((await messages.body(db, told.id)).values())).copy is None


def _is_young(house: House, told: Told) -> bool:
    sent_at = told.started_at or 0.0
    return told.kind is Kind.BROADCAST and house.clock().timestamp() - sent_at < DELETABLE_SECONDS
