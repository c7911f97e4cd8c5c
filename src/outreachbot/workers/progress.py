"""Shows the admins how far their messages are: one message each, edited now and then, in the end the report."""

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace

from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import ENDED, MessageState
from outreachbot.domain.ids import OutboxId, TelegramMessageId
from outreachbot.domain.messages.message import Message
from outreachbot.store.broadcasts import records
from outreachbot.store.broadcasts.records import Broadcast
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection, Database
from outreachbot.store.delivery import ledger
from outreachbot.views.broadcasts import status as views
from outreachbot.views.broadcasts.status import MessageStatus

Show = Callable[[Message, int, TelegramMessageId | None], Awaitable[TelegramMessageId | None]]
"""Puts a message in the place of an earlier one (chat, message id); where it stands now, None to try again later."""
Look = Callable[[Connection, OutboxMessage], Awaitable[MessageStatus]]
"""How a message stands."""

EDIT_SECONDS = 5.0  # a message that shows progress is edited no more often
PAUSED_SECONDS = 60.0  # that of a paused one: its numbers hardly change


@dataclass(frozen=True, slots=True)
class Shown:
    """What a progress message shows."""

    at: float  # the last look at how the message stands
    state: MessageState
    settled: int
    message: Message | None  # None: it could not be shown


@dataclass(slots=True)
class Alarm:
    """Which admins were told of a message that the program has paused."""

    places: dict[int, TelegramMessageId] = field(default_factory=dict)  # admin -> the message that tells it
    failed_at: float = 0.0  # the last try that failed; the next is made no earlier than for progress


@dataclass(slots=True)
class Screen:
    """Where progress is shown, and what is shown now, by the outbox's message id."""

    show: Show
    look: Look
    language: str
    admins: Iterable[int]
    silent_since: Callable[[], float | None] = lambda: None  # since when Telegram does not answer
    shown: dict[OutboxId, Shown] = field(default_factory=dict)
    alarms: dict[OutboxId, Alarm] = field(default_factory=dict)


async def update_progress(db: Database, screen: Screen, now: float) -> bool:
    """Bring every unreported message's progress up to date; tell of those that the program has paused."""
    async with connect.reading(db) as connection:
        unreported = await records.list_unreported(connection)
        paused = set(await ledger.list_paused(connection))
    for broadcast in unreported:
        if _is_time(screen.shown.get(broadcast.id), broadcast.message.state, now):
            await _update(db, screen, broadcast, now)
    for outbox_id in paused - screen.alarms.keys():
        screen.alarms[outbox_id] = Alarm()
    for outbox_id in list(screen.alarms):
        await _alarm(db, screen, outbox_id, now, is_paused=outbox_id in paused)
    return False


def _is_time(shown: Shown | None, state: MessageState, now: float) -> bool:
    if shown is None:
        return True
    since = abs(now - shown.at)
    if shown.message is None:
        return since >= EDIT_SECONDS  # Telegram asked us to wait, say
    if shown.state is not state or state in ENDED:
        return True
    return since >= (PAUSED_SECONDS if state is MessageState.PAUSED else EDIT_SECONDS)


async def _update(db: Database, screen: Screen, broadcast: Broadcast, now: float) -> None:
    async with connect.reading(db) as connection:
        told = await ledger.find_message(connection, broadcast.id)
        if told is None:
            return
        status = await screen.look(connection, told)
    before = screen.shown.get(broadcast.id)
    status = _with_speed(status, before, screen.silent_since(), now)
    message = views.progress(screen.language, status)
    place = broadcast.progress_id
    if before is None or before.message != message:
        place = await screen.show(message, broadcast.chat_id, broadcast.progress_id)
    shown = message if place is not None else None
    screen.shown[broadcast.id] = Shown(now, told.state, status.tally.settled, shown)
    if place is None:
        return
    if place != broadcast.progress_id:
        async with connect.writing(db) as transaction:
            await records.set_progress_message(transaction, broadcast.id, place)
    if told.state in ENDED and status.tally.finished and not told.is_queueing:
        async with connect.writing(db) as transaction:
            await records.mark_reported(transaction, broadcast.id)
        del screen.shown[broadcast.id]


def _with_speed(status: MessageStatus, before: Shown | None, silent_since: float | None, now: float) -> MessageStatus:
    """How fast it went since the last look, and whether Telegram answers at all."""
    rate = None
    if before is not None and before.state is MessageState.RUNNING and now - before.at >= 1.0:
        rate = (status.tally.settled - before.settled) / (now - before.at)
    since = None if silent_since is None else dt.datetime.fromtimestamp(silent_since, dt.UTC)
    return replace(status, per_second=rate, silent_since=since)


async def _alarm(db: Database, screen: Screen, outbox_id: OutboxId, now: float, *, is_paused: bool) -> None:
    """Tell every admin of a paused message, once; when somebody has decided, what they were told shows that."""
    alarm = screen.alarms[outbox_id]
    late = [admin for admin in screen.admins if (admin in alarm.places) is not is_paused]
    if late and abs(now - alarm.failed_at) >= EDIT_SECONDS:
        async with connect.reading(db) as connection:
            told = await ledger.find_message(connection, outbox_id)
            if told is None:
                return
            message = views.paused_alert(screen.language, await screen.look(connection, told))
        for admin in late:
            place = await screen.show(message, admin, alarm.places.get(admin))
            if place is None:
                alarm.failed_at = now
            elif is_paused:
                alarm.places[admin] = place
            else:
                del alarm.places[admin]
    if not is_paused and not alarm.places:
        del screen.alarms[outbox_id]
