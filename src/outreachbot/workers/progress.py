"""Shows the admins how far their broadcasts are: one message, edited now and then, in the end the report."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from outreachbot.domain.delivery import MessageState
from outreachbot.domain.message import Message
from outreachbot.store import broadcasts, connect, ledger
from outreachbot.store.broadcasts import Broadcast
from outreachbot.store.connect import Connection, Database
from outreachbot.views import broadcast as views

Show = Callable[[Message, int, int | None], Awaitable[bool]]
"""Puts a message in the place of an earlier one (chat, message id); False when a later try may succeed."""

FIRST_SECONDS = 1.0  # after the confirmation
EDIT_SECONDS = 5.0  # a message is edited no more often, except for its last time
OVER = frozenset({MessageState.FINISHED, MessageState.CANCELLED})


@dataclass(slots=True)
class Screen:
    """Where progress is shown, and what is shown now: by the message's id, the moment and the message."""

    show: Show
    language: str
    shown: dict[int, tuple[float, Message | None]] = field(default_factory=dict)


async def step(db: Database, screen: Screen, now: float) -> bool:
    """Bring every unreported broadcast's progress message up to date."""
    async with connect.reading(db) as connection:
        running = await broadcasts.unreported(connection)
    for one in running:
        since, before = screen.shown.setdefault(one.message_id, (now - EDIT_SECONDS + FIRST_SECONDS, None))
        if one.state in OVER or abs(now - since) >= EDIT_SECONDS:
            await _show(db, screen, one, before, now)
    return False


async def _show(db: Database, screen: Screen, one: Broadcast, before: Message | None, now: float) -> None:
    async with connect.reading(db) as connection:
        message = await _message(connection, screen.language, one)
    if message != before and not await screen.show(message, one.chat_id, one.progress_id):
        return
    screen.shown[one.message_id] = (now, message)
    if one.state in OVER:
        async with connect.writing(db) as transaction:
            await broadcasts.reported(transaction, one.message_id)
        del screen.shown[one.message_id]


async def _message(db: Connection, language: str, one: Broadcast) -> Message:
    tally = await ledger.tally(db, one.message_id)
    uncertain: Sequence[int] = ()
    reasons: views.Reasons = ()
    if tally.finished:
        reasons = await ledger.reasons(db, one.message_id)
        uncertain = await ledger.uncertain(db, one.message_id, views.LISTED + 1)
    return views.progress(language, one.state, one.state_reason, tally, reasons, uncertain)
