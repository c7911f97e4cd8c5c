"""Shows the progress of each broadcast in a message that is edited and becomes its report; alerts admins of pauses."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from outreachbot.domain.delivery.states import ENDED, MessageState
from outreachbot.domain.ids import OutboxId, TelegramMessageId
from outreachbot.domain.messages.message import Message
from outreachbot.services.broadcasts import status as statuses
from outreachbot.services.context import Context
from outreachbot.services.sending import messages
from outreachbot.store.broadcasts import records
from outreachbot.store.broadcasts.records import Broadcast
from outreachbot.store.database import connect
from outreachbot.store.delivery import ledger
from outreachbot.views.broadcasts import status as views
from outreachbot.views.broadcasts.status import MessageStatus

EDIT_SECONDS = 5.0  # at least, between two edits of a progress message
PAUSED_SECONDS = 60.0  # the same while the broadcast is paused: its numbers hardly change


@dataclass(frozen=True, slots=True)
class ShownProgress:
    """What a progress message shows."""

    at: float  # when the status was loaded, seconds since the epoch
    state: MessageState
    settled: int
    message: Message | None  # None: it could not be shown


@dataclass(slots=True)
class PauseAlert:
    """The messages that tell admins that the program has paused a message, and later what was decided."""

    message_ids: dict[int, TelegramMessageId] = field(default_factory=dict)  # by admin
    failed_at: float = 0.0  # the last failed try; the next is made EDIT_SECONDS later at the earliest


@dataclass(slots=True)
class ProgressTracker:
    """What admins see now, by the id of the message in the outbox."""

    silent_since: Callable[[], float | None] = lambda: None  # since when Telegram has not answered
    shown: dict[OutboxId, ShownProgress] = field(default_factory=dict)
    alerts: dict[OutboxId, PauseAlert] = field(default_factory=dict)


async def update_progress(context: Context, tracker: ProgressTracker) -> bool:
    """Update the progress of every broadcast without a final report, and the alerts of paused messages."""
    now = context.timestamp()
    async with connect.reading(context.db) as db:
        unreported = await records.list_unreported(db)
        paused = set(await ledger.list_paused(db))
    for broadcast in unreported:
        if _is_due(tracker.shown.get(broadcast.id), broadcast.message.state, now):
            await _update_progress_message(context, tracker, broadcast, now)
    for outbox_id in paused - tracker.alerts.keys():
        tracker.alerts[outbox_id] = PauseAlert()
    for outbox_id in list(tracker.alerts):
        await _update_alert(context, tracker, outbox_id, now, is_paused=outbox_id in paused)
    return False


def _is_due(shown: ShownProgress | None, state: MessageState, now: float) -> bool:
    if shown is None:
        return True
    since = abs(now - shown.at)
    if shown.message is None:
        return since >= EDIT_SECONDS  # Telegram asked us to wait, for example
    if shown.state is not state or state in ENDED:
        return True
    return since >= (PAUSED_SECONDS if state is MessageState.PAUSED else EDIT_SECONDS)


async def _update_progress_message(
    context: Context, tracker: ProgressTracker, broadcast: Broadcast, now: float
) -> None:
    status = await _load_status(context, broadcast.id)
    if status is None:
        return
    last = tracker.shown.get(broadcast.id)
    message = views.progress(context.content.default_language, _add_speed(status, last, tracker.silent_since(), now))
    message_id = broadcast.progress_id
    if last is None or last.message != message:
        message_id = await messages.edit_or_send(context.messenger, message, broadcast.chat_id, broadcast.progress_id)
    shown = message if message_id is not None else None
    tracker.shown[broadcast.id] = ShownProgress(now, status.message.state, status.tally.settled, shown)
    if message_id is None:
        return
    if message_id != broadcast.progress_id:
        async with connect.writing(context.db) as db:
            await records.set_progress_message(db, broadcast.id, message_id)
    if status.message.state in ENDED and status.tally.finished and not status.message.is_queueing:
        async with connect.writing(context.db) as db:
            await records.mark_reported(db, broadcast.id)
        del tracker.shown[broadcast.id]


async def _load_status(context: Context, outbox_id: OutboxId) -> MessageStatus | None:
    async with connect.reading(context.db) as db:
        message = await ledger.find_message(db, outbox_id)
        return None if message is None else await statuses.load_status(context, db, message)


def _add_speed(
    status: MessageStatus, last: ShownProgress | None, silent_since: float | None, now: float
) -> MessageStatus:
    """Add the speed since the status was last loaded, and since when Telegram has not answered."""
    rate = None
    if last is not None and last.state is MessageState.RUNNING and now - last.at >= 1.0:
        rate = (status.tally.settled - last.settled) / (now - last.at)
    since = None if silent_since is None else dt.datetime.fromtimestamp(silent_since, dt.UTC)
    return replace(status, per_second=rate, silent_since=since)


async def _update_alert(
    context: Context, tracker: ProgressTracker, outbox_id: OutboxId, now: float, *, is_paused: bool
) -> None:
    """Alert every admin of a paused message, once; after somebody has decided, edit the alerts to show that."""
    alert = tracker.alerts[outbox_id]
    outdated = [admin for admin in context.admins if (admin in alert.message_ids) is not is_paused]
    if outdated and abs(now - alert.failed_at) >= EDIT_SECONDS:
        status = await _load_status(context, outbox_id)
        if status is None:
            return
        message = views.paused_alert(context.content.default_language, status)
        for admin in outdated:
            message_id = await messages.edit_or_send(context.messenger, message, admin, alert.message_ids.get(admin))
            if message_id is None:
                alert.failed_at = now
            elif is_paused:
                alert.message_ids[admin] = message_id
            else:
                del alert.message_ids[admin]
    if not is_paused and not alert.message_ids:
        del tracker.alerts[outbox_id]
