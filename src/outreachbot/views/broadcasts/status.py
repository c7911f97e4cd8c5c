"""Says what an admin reads about a message that was confirmed: its progress, its report, the list of all."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
from outreachbot.domain.messages.message import Button, Message, Rows
from outreachbot.views.broadcasts.confirm import language_name
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import BROADCAST, format_duration, format_moment

LISTED = 20  # uncertain chats that a report names; the command line names them all
BAR = 20  # characters of the progress bar

Reasons = Sequence[tuple[DeliveryState, Reason | None, int]]


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """A confirmed message as it stands: all that its progress and its report need to say."""

    message_id: int
    kind: MessageKind
    state: MessageState
    tally: Tally
    zone: str  # in which moments are said
    why: str | None = None  # it is paused: Telegram's words, or what the program noticed
    of_id: int | None = None  # the broadcast whose copies it changes
    starts_at: dt.datetime | None = None
    queueing: bool = False  # not its whole audience is counted yet
    per_second: float | None = None  # how fast it goes at the moment
    silent_since: dt.datetime | None = None  # since when Telegram does not answer
    reasons: Reasons = ()
    uncertain: Sequence[int] = ()  # chats
    languages: Sequence[tuple[str, DeliveryState, int]] = ()
    send_again: int = 0  # uncertain ones that could be sent again
    try_again: int = 0  # failed ones that may recover
    correctable: bool = False
    deletable: bool = False
    deleted: bool = False  # its copies were deleted, or are being
    in_waves: bool = False  # it goes out at a local hour of each chat


def progress(language: str, one: MessageStatus) -> Message:
    """The one message that shows how far a message is, and in the end the report. Its numbers add up."""
    _ = words(language)
    lines = [f"<b>{heading(one, _)}</b>", *_state_lines(one, _)]
    if one.state in {MessageState.SCHEDULED, MessageState.MISSED}:
        return Message("\n".join(lines), controls(language, one.message_id, one.state))
    if one.state is not MessageState.FINISHED:
        lines.append(_bar(one, _))
        lines += _speed(one, _)
    lines += ["", *_sum(one, _)]
    if not one.tally.finished or one.queueing or one.state not in ENDED:
        return Message("\n".join(lines), controls(language, one.message_id, one.state))
    lines += [*_why(one.reasons, _), *_uncertain(one, _)]
    return Message("\n".join(lines), repeat_buttons(one, _))


def ledger(language: str, one: MessageStatus) -> Message:
    """The same as an admin opens it later: by reason and by language, with all that can still be done."""
    _ = words(language)
    lines = [f"<b>{heading(one, _)}</b>", *_state_lines(one, _), "", *_sum(one, _)]
    lines += [*_why(one.reasons, _), *_by_language(one.languages, _), *_uncertain(one, _)]
    rows = (*controls(language, one.message_id, one.state), *repeat_buttons(one, _), *_more(one, _))
    back = (Button(_("‹ All broadcasts"), f"{BROADCAST}:list"),)
    return Message("\n".join(lines), (*rows, back))


def controls(language: str, message_id: int, state: MessageState) -> Rows:
    """What an admin can do with a message that is not over. It holds at once: only what is on its way still arrives."""
    _ = words(language)
    stop = Button(_("Stop for good"), f"{BROADCAST}:stop:{message_id}")
    match state:
        case MessageState.SCHEDULED:
            return ((stop,),)
        case MessageState.MISSED:
            return ((Button(_("Send now"), f"{BROADCAST}:now:{message_id}"), stop),)
        case MessageState.RUNNING:
            return ((Button(_("Pause"), f"{BROADCAST}:pause:{message_id}"), stop),)
        case MessageState.PAUSED:
            return ((Button(_("Go on"), f"{BROADCAST}:resume:{message_id}"), stop),)
        case _other:
            return ()


def repeat_buttons(one: MessageStatus, _: Words) -> Rows:
    """What can be done about those who did not surely get it. Nothing of it happens by itself."""
    rows = []
    if one.send_again:
        label = _("Send again to the uncertain ({n})", n=_.number(one.send_again))
        rows.append((Button(label, f"{BROADCAST}:uncertain:{one.message_id}"),))
    if one.try_again:
        label = _("Retry the failed that may recover ({n})", n=_.number(one.try_again))
        rows.append((Button(label, f"{BROADCAST}:failed:{one.message_id}"),))
    return tuple(rows)


def _more(one: MessageStatus, _: Words) -> Rows:
    rows = [(Button(_("As a table (CSV)"), f"{BROADCAST}:csv:{one.message_id}"),)]
    changes = []
    if one.correctable:
        changes.append(Button(_("Correct it"), f"{BROADCAST}:correct:{one.message_id}"))
    if one.deletable:
        changes.append(Button(_("Delete the copies"), f"{BROADCAST}:delete:{one.message_id}"))
    return (*rows, tuple(changes)) if changes else tuple(rows)


def heading(one: MessageStatus, _: Words) -> str:
    """What it is and how it stands."""
    what = {
        MessageKind.BROADCAST: _("Broadcast {n}", n=one.message_id),
        MessageKind.REMINDER: _("Reminder {n}", n=one.message_id),
        MessageKind.CORRECTION: _("Correction of broadcast {n}", n=one.of_id),
        MessageKind.DELETION: _("Deletion of broadcast {n}", n=one.of_id),
        MessageKind.ALARM: _("Message {n} to the admins", n=one.message_id),
    }[one.kind]
    return f"{what}: {state_name(one.state, _)}"


def state_name(state: MessageState, _: Words) -> str:
    return {
        MessageState.DRAFT: _("not confirmed"),
        MessageState.SCHEDULED: _("scheduled"),
        MessageState.MISSED: _("missed"),
        MessageState.RUNNING: _("under way"),
        MessageState.PAUSED: _("paused"),
        MessageState.CANCELLED: _("stopped"),
        MessageState.FINISHED: _("finished"),
    }[state]


def _state_lines(one: MessageStatus, _: Words) -> list[str]:
    """What an admin has to know about the state."""
    lines = []
    if one.starts_at and one.state is MessageState.SCHEDULED:
        lines.append(_("It starts on {moment}.", moment=format_moment(one.starts_at, one.zone, _)))
    if one.starts_at and one.state is MessageState.MISSED:
        at = format_moment(one.starts_at, one.zone, _)
        lines.append(_("It was to start on {moment}, when the bot did not run. Nothing was sent.", moment=at))
        if one.in_waves:
            lines.append(_("“Send now” writes at once where the hour has passed, and at the hour everywhere else."))
    if one.deleted:
        lines.append(_("Its copies were deleted, as far as Telegram allowed it."))
    if one.why:
        lines.append(_why_paused(one.why, _))
    if one.silent_since and one.state is MessageState.RUNNING:
        at = format_moment(one.silent_since, one.zone, _)
        lines.append(_("Telegram has not answered since {moment}; it is tried again by itself.", moment=at))
    return lines


def _why_paused(why: str, _: Words) -> str:
    if why == WAVE_MISSED:
        return _("The hour of some time zones passed while the bot did not run. “Go on” sends to them now.")
    return _("Telegram says: {why}", why=why)


def paused_alert(language: str, one: MessageStatus) -> Message:
    """What every admin reads when the program pauses a message: nobody pressed anything, so they have to be told."""
    _ = words(language)
    lines = [f"<b>{heading(one, _)}</b>", *_state_lines(one, _)]
    if one.state is MessageState.PAUSED and one.kind is MessageKind.REMINDER:
        lines += ["", _("Mend content.yaml for the next one. This one can go on as it is, or be stopped.")]
    lines += ["", *_sum(one, _)]
    return Message("\n".join(lines), controls(language, one.message_id, one.state))


def _bar(one: MessageStatus, _: Words) -> str:
    tally = one.tally
    done = tally.settled * BAR // max(1, tally.audience)
    more = "+" if one.queueing else ""
    return f"<code>{'█' * done}{'░' * (BAR - done)}</code> {_.number(tally.settled)} / {_.number(tally.audience)}{more}"


def _speed(one: MessageStatus, _: Words) -> list[str]:
    if one.state is not MessageState.RUNNING or not one.per_second:
        return []
    rate = _("{n} a second", n=_.number(round(one.per_second)) if one.per_second >= 1 else f"{one.per_second:.1f}")
    left = (one.tally.queued + one.tally.sending) / one.per_second
    return [_("{rate}, about {time} left", rate=rate, time=format_duration(left, _))]


def done_label(kind: MessageKind, _: Words) -> str:
    """What became of the chats that are done."""
    return {MessageKind.CORRECTION: _("corrected"), MessageKind.DELETION: _("deleted")}.get(kind, _("sent"))


def _sum(one: MessageStatus, _: Words) -> list[str]:
    tally = one.tally
    rows = [
        (done_label(one.kind, _), tally.sent),
        (_("uncertain (may have arrived)"), tally.uncertain),
        (_("failed"), tally.failed),
        (_("skipped"), tally.skipped),
        (_("still to do") if one.kind in JOBS else _("still to send"), tally.queued + tally.sending),
    ]
    lines = [f"{name}: <b>{_.number(number)}</b>" for name, number in rows if number or name == rows[0][0]]
    return [*lines, f"= {_.plural('{n} chat', '{n} chats', tally.audience)}"]


def _why(reasons: Reasons, _: Words) -> list[str]:
    if not reasons:
        return []
    return ["", *(f"{_.number(number)} × {reason_name(reason, _)}" for _state, reason, number in reasons)]


def _uncertain(one: MessageStatus, _: Words) -> list[str]:
    if not one.uncertain:
        return []
    listed = ", ".join(map(str, one.uncertain[:LISTED])) + (" …" if len(one.uncertain) > LISTED else "")
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


def reason_name(reason: Reason | None, _: Words) -> str:
    return {
        Reason.BLOCKED: _("the member blocked the bot"),
        Reason.DEACTIVATED: _("the account is gone"),
        Reason.KICKED: _("the bot was removed"),
        Reason.NO_RIGHT: _("the bot may not write there"),
        Reason.NOT_FOUND: _("Telegram knows no such chat"),
        Reason.TOPIC_GONE: _("the topic was deleted"),
        Reason.REFUSED: _("refused by Telegram"),
        Reason.TEMPLATE: _("the message itself is wrong"),
        Reason.NO_ANSWER: _("no answer came"),
        Reason.SERVER_ERROR: _("Telegram's server failed"),
        Reason.STOPPED: _("the program stopped meanwhile"),
        Reason.LATE: _("too late"),
        Reason.UNSUBSCRIBED: _("unsubscribed meanwhile"),
        Reason.CANCELLED: _("stopped by an admin"),
        None: _("of unknown reason"),
    }[reason]
