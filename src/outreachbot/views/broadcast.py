"""Says what an admin reads about a broadcast: the question before it, the progress, the report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from outreachbot.domain.delivery import MessageState, Reason, State, Tally
from outreachbot.domain.message import Button, Message, Rows, escape
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import BROADCAST, push_buttons

LISTED = 20  # uncertain chats that a report names; the command line names them all
BAR = 20  # characters of the progress bar

Reasons = Sequence[tuple[State, Reason | None, int]]


def ask(language: str) -> Message:
    """What `/broadcast` says."""
    _ = words(language)
    text = _("Send me the message now: a text, a photo with a caption, or anything else. /cancel to stop.")
    return Message(text, asks=True)


def with_way_out(language: str, message: Message) -> Message:
    """The message as members get it: every push carries its "unsubscribe"."""
    return replace(message, buttons=(*message.buttons, *push_buttons(words(language))))


def confirm(language: str, message_id: int, chats: Mapping[str, int], seconds: float) -> Message:
    """The question under the preview: to how many chats, how long it takes, yes or no."""
    _ = words(language)
    total = sum(chats.values())
    cancel = Button(_("Discard"), f"{BROADCAST}:discard:{message_id}")
    if not total:
        return Message(_("Nobody is subscribed yet, so there is nobody to send this to."), ((cancel,),))
    lines = [
        _("Above is what members will see."),
        _.plural("It goes to {n} chat:", "It goes to {n} chats:", total) + " " + _kinds(chats, _) + ".",
        _("At the pace that Telegram allows it takes {time}.", time=duration(seconds, _)),
    ]
    send = Button(_.plural("Send to {n} chat", "Send to {n} chats", total), f"{BROADCAST}:send:{message_id}")
    return Message("\n".join(lines), ((send,), (cancel,)))


def _kinds(chats: Mapping[str, int], _: Words) -> str:
    groups = chats.get("group", 0) + chats.get("supergroup", 0)
    counted = [
        (chats.get("private", 0), _.plural("{n} member", "{n} members", chats.get("private", 0))),
        (groups, _.plural("{n} group", "{n} groups", groups)),
        (chats.get("channel", 0), _.plural("{n} channel", "{n} channels", chats.get("channel", 0))),
    ]
    return ", ".join(text for number, text in counted if number)


def duration(seconds: float, _: Words) -> str:
    """A span of time in the coarsest words that are true enough: seconds, minutes or hours."""
    if seconds < 90:
        return _.plural("{n} second", "{n} seconds", max(1, round(seconds)))
    if seconds < 5400:
        return _.plural("{n} minute", "{n} minutes", round(seconds / 60))
    return _.plural("{n} hour", "{n} hours", round(seconds / 3600))


def preview_failed(language: str, detail: str) -> Message:
    """What an admin reads when Telegram refuses the message itself. The next message is a new try."""
    _ = words(language)
    why = _("Telegram refuses this message: {detail}", detail=detail) if detail else _("It could not be shown to you.")
    return Message(f"{why}\n{_('Nothing was sent. Send me a corrected one, or /cancel.')}")


def discarded(language: str) -> Message:
    return Message(words(language)("Discarded. Nothing was sent."))


def album(language: str) -> Message:
    return Message(words(language)("An album can't be sent to everybody: send me one picture, or /cancel."))


def decided(language: str) -> str:
    """The note when what the button offers was decided before."""
    return words(language)("This was decided already.")


def nothing_to_cancel(language: str) -> Message:
    _ = words(language)
    return Message(_("There is nothing to cancel. A running broadcast is stopped with the button under its progress."))


def progress(
    language: str,
    message_id: int,
    state: MessageState,
    why: str | None,
    tally: Tally,
    reasons: Reasons,
    uncertain: Sequence[int],
) -> Message:
    """The one message that shows how far a broadcast is, and in the end the report. Its numbers add up."""
    _ = words(language)
    lines = [f"<b>{_heading(state, _)}</b>"]
    if why:
        lines.append(escape(why))
    if state is not MessageState.FINISHED:
        lines.append(_bar(tally, _))
    lines += ["", *_sum(tally, _)]
    if not tally.finished:
        return Message("\n".join(lines), controls(language, message_id, state))
    lines += _why(reasons, _)
    if uncertain:
        listed = ", ".join(map(str, uncertain[:LISTED])) + (" …" if len(uncertain) > LISTED else "")
        lines += ["", _("These chats may or may not have got it; they are not written to again by themselves:"), listed]
    return Message("\n".join(lines))


def controls(language: str, message_id: int, state: MessageState) -> Rows:
    """What an admin can do with a message that is not over. It holds at once: only what is in the air still lands."""
    _ = words(language)
    stop = Button(_("Stop for good"), f"{BROADCAST}:stop:{message_id}")
    match state:
        case MessageState.RUNNING:
            return ((Button(_("Pause"), f"{BROADCAST}:pause:{message_id}"), stop),)
        case MessageState.PAUSED:
            return ((Button(_("Go on"), f"{BROADCAST}:resume:{message_id}"), stop),)
        case _other:
            return ()


def reminder_paused(language: str, message_id: int, why: str) -> Message:
    """What every admin reads when Telegram refuses a reminder: nobody pressed anything, so they have to be told."""
    _ = words(language)
    text = _("A reminder is paused, because Telegram refuses it: {why}", why=why)
    todo = _("Mend content.yaml for the next one. This one can go on as it is, or be stopped.")
    return Message(f"{text}\n\n{todo}", controls(language, message_id, MessageState.PAUSED))


def paused(language: str) -> str:
    return words(language)("Paused. What is in the air still arrives.")


def resumed(language: str) -> str:
    return words(language)("It goes on.")


def stopped(language: str) -> str:
    return words(language)("Stopped. Nothing more is sent.")


def _heading(state: MessageState, _: Words) -> str:
    match state:
        case MessageState.FINISHED:
            return _("Broadcast finished")
        case MessageState.PAUSED:
            return _("Broadcast paused")
        case MessageState.CANCELLED:
            return _("Broadcast cancelled")
        case _other:
            return _("Broadcast under way")


def _bar(tally: Tally, _: Words) -> str:
    done = tally.settled * BAR // max(1, tally.audience)
    return f"<code>{'█' * done}{'░' * (BAR - done)}</code> {_.number(tally.settled)} / {_.number(tally.audience)}"


def _sum(tally: Tally, _: Words) -> list[str]:
    rows = [
        (_("sent"), tally.sent),
        (_("uncertain (may have arrived)"), tally.uncertain),
        (_("failed"), tally.failed),
        (_("skipped"), tally.skipped),
        (_("still to send"), tally.queued + tally.sending),
    ]
    lines = [f"{name}: <b>{_.number(number)}</b>" for name, number in rows if number or name == rows[0][0]]
    return [*lines, f"= {_.plural('{n} chat', '{n} chats', tally.audience)}"]


def _why(reasons: Reasons, _: Words) -> list[str]:
    if not reasons:
        return []
    return ["", *(f"{_.number(number)} × {_reason(reason, _)}" for _state, reason, number in reasons)]


def _reason(reason: Reason | None, _: Words) -> str:
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
        Reason.STOPPED: _("the program stopped while sending"),
        Reason.LATE: _("its day was over"),
        Reason.UNSUBSCRIBED: _("unsubscribed before it was sent"),
        Reason.CANCELLED: _("cancelled before it was sent"),
    }.get(reason or Reason.REFUSED, str(reason))
