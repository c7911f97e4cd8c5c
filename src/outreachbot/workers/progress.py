"""Shows the admins how far their broadcasts are: one message, edited now and then, in the end the report."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field

from outreachbot.domain.delivery import MessageState
from outreachbot.domain.message import Message
from outreachbot.store import broadcasts, connect, ledger
from outreachbot.store.broadcasts import Broadcast
from outreachbot.store.connect import Connection, Database
from outreachbot.views import broadcast as views

Show = Callable[[Message, int, int | None], Awaitable[int | None]]
"""Puts a message in the place of an earlier one (chat, message id); where it stands now, None to try again later."""

EDIT_SECONDS = 5.0  # a running broadcast's message is edited no more often
PAUSED_SECONDS = 60.0  # a paused one's: its numbers hardly change
OVER = frozenset({MessageState.FINISHED, MessageState.CANCELLED})


@dataclass(frozen=True, slots=True)
class Shown:
    """What a progress message shows, since when."""

    at: float
    state: MessageState
    message: Message


@dataclass(slots=True)
class Screen:
    """Where progress is shown, and what is shown now, by the outbox's message id."""

    show: Show
    language: str
    admins: Iterable[int]
    shown: dict[int, Shown] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)  # paused reminders that the admins know of


async def step(db: Database, screen: Screen, now: float) -> bool:
    """Bring every unreported broadcast's progress message up to date; tell of reminders that were paused."""
    async with connect.reading(db) as connection:
        unreported = await broadcasts.unreported(connection)
        paused = await ledger.paused_reminders(connection)
    for one in unreported:
        if _is_time(screen.shown.get(one.message_id), one.state, now):
            await _update(db, screen, one, now)
    for message_id, why in paused:
        if message_id not in screen.told:
            screen.told.add(message_id)
            for admin in screen.admins:
                await screen.show(views.reminder_paused(screen.language, message_id, why), admin, None)
    return False


def _is_time(shown: Shown | None, state: MessageState, now: float) -> bool:
    if shown is None or shown.state is not state or state in OVER:
        return True
    return abs(now - shown.at) >= (PAUSED_SECONDS if state is MessageState.PAUSED else EDIT_SECONDS)


async def _update(db: Database, screen: Screen, one: Broadcast, now: float) -> None:
    async with connect.reading(db) as connection:
        message, complete = await _message(connection, screen.language, one)
    before = screen.shown.get(one.message_id)
    if before is None or before.message != message:
        place = await screen.show(message, one.chat_id, one.progress_id)
        if place is None:
            return
        if place != one.progress_id:
            async with connect.writing(db) as transaction:
                await broadcasts.show_progress_in(transaction, one.message_id, place)
    screen.shown[one.message_id] = Shown(now, one.state, message)
    if one.state in OVER and complete:
        async with connect.writing(db) as transaction:
            await broadcasts.reported(transaction, one.message_id)
        del screen.shown[one.message_id]


async def _message(db: Connection, language: str, one: Broadcast) -> tuple[Message, bool]:
    """The progress message, and whether nothing of the broadcast is waiting or in the air any more."""
    tally = await ledger.tally(db, one.message_id)
    uncertain: Sequence[int] = ()
    reasons: views.Reasons = ()
    if tally.finished:
        reasons = await ledger.reasons(db, one.message_id)
        uncertain = await ledger.uncertain(db, one.message_id, views.LISTED + 1)
    message = views.progress(language, one.message_id, one.state, one.state_reason, tally, reasons, uncertain)
    return message, tally.finished
