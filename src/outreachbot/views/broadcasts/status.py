"""Says what an admin reads about a message that was confirmed: its progress, its report, the list of all."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreachbot.domain.broadcasts.timing import LocalHour
from outreachbot.domain.callbacks.broadcasts import (
    CorrectBroadcast,
    DeleteBroadcast,
    ListBroadcasts,
    PauseBroadcast,
    ResendUncertain,
    ResumeBroadcast,
    RetryFailed,
    SendTable,
    StartMissedBroadcast,
    StopBroadcast,
)
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import (
    ENDED,
    JOBS,
    WAVE_MISSED,
    DeliveryState,
    MessageKind,
    MessageState,
    Reason,
    Tally,
)
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import Message, Rows
from outreachbot.views.broadcasts.names import done_label, language_name, reason_name, state_name
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import button, format_duration, format_moment

LISTED = 20  # uncertain chats that a report names; the command line names them all
BAR = 20  # characters of the progress bar

Reasons = Sequence[tuple[DeliveryState, Reason | None, int]]


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """How a confirmed message is going: all that its progress and its report need."""

    message: OutboxMessage
    tally: Tally
    zone: str  # in which moments are shown
    per_second: float | None = None  # how fast it is being sent at the moment
    silent_since: dt.datetime | None = None  # since when Telegram has not answered
    reasons: Reasons = ()
    uncertain: Sequence[int] = ()  # chats
    languages: Sequence[tuple[str, DeliveryState, int]] = ()
    send_again: int = 0  # uncertain deliveries that could be sent again
    try_again: int = 0  # failed deliveries that may succeed now
    correctable: bool = False
    deletable: bool = False
    deleted: bool = False  # its copies were deleted, or are being deleted


def progress(language: str, status: MessageStatus) -> Message:
    """The status message that shows how far a message is, and in the end the report. Its numbers add up."""
    _ = words(language)
    lines = [f"<b>{heading(status.message, _)}</b>", *_state_lines(status, _)]
    if status.message.state in {MessageState.SCHEDULED, MessageState.MISSED}:
        return Message("\n".join(lines), controls(language, status.message.id, status.message.state))
    if status.message.state is not MessageState.FINISHED:
        lines.append(_bar(status, _))
        lines += _speed(status, _)
    lines += ["", *_sum(status, _)]
    if not status.tally.finished or status.message.is_queueing or status.message.state not in ENDED:
        return Message("\n".join(lines), controls(language, status.message.id, status.message.state))
    lines += [*_why(status.reasons, _), *_uncertain(status, _)]
    return Message("\n".join(lines), repeat_buttons(status, _))


def ledger(language: str, status: MessageStatus) -> Message:
    """The same as an admin opens it later: by reason and by language, with all that can still be done."""
    _ = words(language)
    lines = [f"<b>{heading(status.message, _)}</b>", *_state_lines(status, _), "", *_sum(status, _)]
    lines += [*_why(status.reasons, _), *_by_language(status.languages, _), *_uncertain(status, _)]
    rows = (*controls(language, status.message.id, status.message.state), *repeat_buttons(status, _), *_more(status, _))
    back = (button(_("‹ All broadcasts"), ListBroadcasts()),)
    return Message("\n".join(lines), (*rows, back))


def controls(language: str, outbox_id: OutboxId, state: MessageState) -> Rows:
    """What an admin can do with a message that is not over. It holds at once: only what is on its way still arrives."""
    _ = words(language)
    stop = button(_("Stop for good"), StopBroadcast(outbox_id))
    match state:
        case MessageState.SCHEDULED:
            return ((stop,),)
        case MessageState.MISSED:
            return ((button(_("Send now"), StartMissedBroadcast(outbox_id)), stop),)
        case MessageState.RUNNING:
            return ((button(_("Pause"), PauseBroadcast(outbox_id)), stop),)
        case MessageState.PAUSED:
            return ((button(_("Go on"), ResumeBroadcast(outbox_id)), stop),)
        case _other:
            return ()


def repeat_buttons(status: MessageStatus, _: Words) -> Rows:
    """What can be done about those who did not surely get it. Nothing of it happens by itself."""
    rows = []
    if status.send_again:
        label = _("Send again to the uncertain ({n})", n=_.number(status.send_again))
        rows.append((button(label, ResendUncertain(status.message.id)),))
    if status.try_again:
        label = _("Retry the failed that may recover ({n})", n=_.number(status.try_again))
        rows.append((button(label, RetryFailed(status.message.id)),))
    return tuple(rows)


def _more(status: MessageStatus, _: Words) -> Rows:
    rows = [(button(_("As a table (CSV)"), SendTable(status.message.id)),)]
    changes = []
    if status.correctable:
        changes.append(button(_("Correct it"), CorrectBroadcast(status.message.id)))
    if status.deletable:
        changes.append(button(_("Delete the copies"), DeleteBroadcast(status.message.id)))
    return (*rows, tuple(changes)) if changes else tuple(rows)


def heading(message: OutboxMessage, _: Words) -> str:
    """What it is and how it stands."""
    what = {
        MessageKind.BROADCAST: _("Broadcast {n}", n=message.id),
        MessageKind.REMINDER: _("Reminder {n}", n=message.id),
        MessageKind.CORRECTION: _("Correction of broadcast {n}", n=message.of_id),
        MessageKind.DELETION: _("Deletion of broadcast {n}", n=message.of_id),
        MessageKind.ALERT: _("Message {n} to the admins", n=message.id),
    }[message.kind]
    return f"{what}: {state_name(message.state, _)}"


def _state_lines(status: MessageStatus, _: Words) -> list[str]:
    """What an admin has to know about the state."""
    lines = []
    if status.message.starts_at and status.message.state is MessageState.SCHEDULED:
        lines.append(_("It starts on {moment}.", moment=format_moment(status.message.starts_at, status.zone, _)))
    if status.message.starts_at and status.message.state is MessageState.MISSED:
        at = format_moment(status.message.starts_at, status.zone, _)
        lines.append(_("It was to start on {moment}, when the bot did not run. Nothing was sent.", moment=at))
        if isinstance(status.message.timing, LocalHour):
            lines.append(_("“Send now” writes at once where the hour has passed, and at the hour everywhere else."))
    if status.deleted:
        lines.append(_("Its copies were deleted, as far as Telegram allowed it."))
    if status.message.state_reason:
        lines.append(_why_paused(status.message.state_reason, _))
    if status.silent_since and status.message.state is MessageState.RUNNING:
        at = format_moment(status.silent_since, status.zone, _)
        lines.append(_("Telegram has not answered since {moment}; it is tried again by itself.", moment=at))
    return lines


def _why_paused(why: str, _: Words) -> str:
    if why == WAVE_MISSED:
        return _("The hour of some time zones passed while the bot did not run. “Go on” sends to them now.")
    return _("Telegram says: {why}", why=why)


def paused_alert(language: str, status: MessageStatus) -> Message:
    """What every admin reads when the program pauses a message: nobody pressed anything, so they have to be told."""
    _ = words(language)
    lines = [f"<b>{heading(status.message, _)}</b>", *_state_lines(status, _)]
    if status.message.state is MessageState.PAUSED and status.message.kind is MessageKind.REMINDER:
        lines += ["", _("Mend content.yaml for the next one. This one can go on as it is, or be stopped.")]
    lines += ["", *_sum(status, _)]
    return Message("\n".join(lines), controls(language, status.message.id, status.message.state))


def _bar(status: MessageStatus, _: Words) -> str:
    tally = status.tally
    done = tally.settled * BAR // max(1, tally.audience)
    more = "+" if status.message.is_queueing else ""
    return f"<code>{'█' * done}{'░' * (BAR - done)}</code> {_.number(tally.settled)} / {_.number(tally.audience)}{more}"


def _speed(status: MessageStatus, _: Words) -> list[str]:
    if status.message.state is not MessageState.RUNNING or not status.per_second:
        return []
    rate = _(
        "{n} a second", n=_.number(round(status.per_second)) if status.per_second >= 1 else f"{status.per_second:.1f}"
    )
    left = (status.tally.queued + status.tally.sending) / status.per_second
    return [_("{rate}, about {time} left", rate=rate, time=format_duration(left, _))]


def _sum(status: MessageStatus, _: Words) -> list[str]:
    tally = status.tally
    rows = [
        (done_label(status.message.kind, _), tally.sent),
        (_("uncertain (may have arrived)"), tally.uncertain),
        (_("failed"), tally.failed),
        (_("skipped"), tally.skipped),
        (_("still to do") if status.message.kind in JOBS else _("still to send"), tally.queued + tally.sending),
    ]
    lines = [f"{name}: <b>{_.number(number)}</b>" for name, number in rows if number or name == rows[0][0]]
    return [*lines, f"= {_.plural('{n} chat', '{n} chats', tally.audience)}"]


def _why(reasons: Reasons, _: Words) -> list[str]:
    if not reasons:
        return []
    return ["", *(f"{_.number(number)} × {reason_name(reason, _)}" for _state, reason, number in reasons)]


def _uncertain(status: MessageStatus, _: Words) -> list[str]:
    if not status.uncertain:
        return []
    listed = ", ".join(map(str, status.uncertain[:LISTED])) + (" …" if len(status.uncertain) > LISTED else "")
    return ["", _("These chats may or may not have got it; they are not written to again by themselves:"), listed]


def _by_language(languages: Sequence[tuple[str, DeliveryState, int]], _: Words) -> list[str]:
    """For each language how many of how many got it."""
    total: dict[str, int] = {}
    sent: dict[str, int] = {}
    for code, state, number in languages:
        total[code] = total.get(code, 0) + number
        sent[code] = sent.get(code, 0) + number * (state is DeliveryState.SENT)
    if len(total) < 2:
        return []
    names: Mapping[str, str] = {code: language_name(code, _) if code else _("not known any more") for code in total}
    lines = (
        _("{language}: {sent} of {all}", language=names[code], sent=_.number(sent[code]), all=_.number(total[code]))
        for code in sorted(total, key=lambda one: -total[one])
    )
    return ["", *lines]
