"""Short answers about broadcasts: notes, refusals, the list of all, the consent of other admins."""

import datetime as dt
from collections.abc import Sequence

from outreachbot.domain.callbacks.broadcasts import (
    ConfirmBroadcast,
    DiscardDraft,
    GiveConsent,
    ListBroadcasts,
    ListReminders,
    OpenBroadcast,
    RefuseConsent,
)
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import Tally
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import Message
from outreachbot.views.broadcasts.names import done_label
from outreachbot.views.broadcasts.status import heading
from outreachbot.views.i18n import words
from outreachbot.views.parts import button, format_moment, in_rows


def preview_failed(language: str, detail: str) -> Message:
    """Says that Telegram refused the message in the preview. The admin's next message is a new try."""
    _ = words(language)
    why = _("Telegram refuses this message: {detail}", detail=detail) if detail else _("It could not be shown to you.")
    return Message(f"{why}\n{_('Nothing was sent. Send me a corrected one, or /cancel.')}")


def discarded(language: str) -> Message:
    _ = words(language)
    return Message(_("Discarded. Nothing was sent."))


def already_decided(language: str) -> str:
    """The note when what the button does was decided before."""
    _ = words(language)
    return _("This was decided already.")


def nothing_to_cancel(language: str) -> Message:
    _ = words(language)
    return Message(_("There is nothing to cancel. A running broadcast is stopped with the button under its progress."))


def paused(language: str) -> str:
    _ = words(language)
    return _("Paused. What is on its way still arrives.")


def resumed(language: str) -> str:
    _ = words(language)
    return _("It goes on.")


def stopped(language: str) -> str:
    _ = words(language)
    return _("Stopped. What is on its way still arrives, nothing more.")


def queued_again(language: str, number: int) -> str:
    _ = words(language)
    return _.plural("{n} chat is written to again.", "{n} chats are written to again.", number)


def text_only(language: str) -> Message:
    """Says that only text can correct a text."""
    _ = words(language)
    return Message(_("Send me just the corrected text, or /cancel."))


def bad_button(language: str, label: str) -> Message:
    """Says that a button has no valid address."""
    _ = words(language)
    text = _("The button “{label}” needs an address that begins with https://.", label=label)
    return Message(f"{text}\n{_('Nothing was sent. Send me a corrected one, or /cancel.')}")


def consent_request(language: str, outbox_id: OutboxId, who: str, question: str) -> Message:
    """Asks another admin for consent, under a preview of the message."""
    _ = words(language)
    text = _("{who} wants to send this and asks for your consent.", who=who)
    yes = button(_("I consent"), GiveConsent(outbox_id))
    no = button(_("I object"), RefuseConsent(outbox_id))
    return Message(f"{text}\n{question}", ((yes, no),))


def awaiting_consent(language: str, outbox_id: OutboxId, missing: int, unreachable: Sequence[int]) -> Message:
    """Tells the author that consent is missing, and which admins could not be asked."""
    _ = words(language)
    text = _.plural(
        "It waits for the consent of {n} more admin.", "It waits for the consent of {n} more admins.", missing
    )
    if unreachable:
        names = ", ".join(map(str, unreachable))
        text += "\n" + _(
            "Not reached: {names}. They have to write /start to this bot once; then ask again.", names=names
        )
    ask = button(_("Ask again"), ConfirmBroadcast(outbox_id))
    return Message(text, ((ask, button(_("Discard"), DiscardDraft(outbox_id))),))


def moment_passed(language: str) -> str:
    """The note when the moment has passed before the admin confirmed."""
    _ = words(language)
    return _("The moment you chose has passed. Choose another one under “When?”.")


def being_changed(language: str) -> str:
    """The note when a broadcast can't be resumed because its copies are being changed, or were deleted."""
    _ = words(language)
    return _("Its copies are being changed, or were deleted. It can only be stopped.")


def still_under_way(language: str) -> str:
    """The note when a broadcast can't be changed because it is being sent."""
    _ = words(language)
    return _("The broadcast itself is being sent. Pause or stop it first, then confirm this.")


def consented(language: str, missing: int) -> Message:
    _ = words(language)
    if not missing:
        return Message(_("You consented. It is confirmed."))
    return Message(
        _.plural("You consented. {n} more admin has to.", "You consented. {n} more admins have to.", missing)
    )


def objected(language: str, who: str) -> Message:
    _ = words(language)
    return Message(_("{who} objects. Nothing was sent.", who=who))


def broadcast_list(
    language: str, zone: str, entries: Sequence[tuple[OutboxMessage, Tally]], older: OutboxId | None, newer: bool
) -> Message:
    """Answers `/broadcasts`: the newest first, each with a button. `older`: there are more before this id."""
    _ = words(language)
    to_reminders = (button(_("Reminders"), ListReminders()),)
    if not entries:
        nothing = _("Nothing has been sent yet. /broadcast begins a message to all subscribed chats.")
        return Message(nothing, (to_reminders,))
    texts = []
    for message, tally in entries:
        numbers = {"n": _.number(tally.sent), "all": _.number(tally.audience)}
        sent = f"{_('{n} of {all}', **numbers)} {done_label(message.kind, _)}"
        at = format_moment(message.begins_at, zone, _)
        texts.append(f"<b>{message.id}</b> · {heading(message, _)}\n{at} · {sent}")
    buttons = [button(str(message.id), OpenBroadcast(message.id)) for message, _tally in entries]
    rows = in_rows(buttons, 4)
    turn = [button(_("‹ Newest"), ListBroadcasts())] if newer else []
    turn += [button(_("Older ›"), ListBroadcasts(older))] if older else []
    return Message("\n\n".join(texts), (*rows, *((tuple(turn),) if turn else ()), to_reminders))


def reminders(language: str, days: Sequence[tuple[str, Tally]]) -> Message:
    """How many reminders of each day (as 2027-02-26) were sent, over all zones and hours."""
    _ = words(language)
    back = ((button(_("‹ All broadcasts"), ListBroadcasts()),),)
    if not days:
        return Message(_("No reminder has been sent yet."), back)
    lines = [f"<b>{_('Reminders')}</b>"]
    for written, tally in days:
        parts = [_("{n} of {all} sent", n=_.number(tally.sent), all=_.number(tally.audience))]
        rest = [(_("uncertain"), tally.uncertain), (_("failed"), tally.failed), (_("skipped"), tally.skipped)]
        parts += [f"{name} {_.number(number)}" for name, number in rest if number]
        lines.append(f"{_.date(dt.date.fromisoformat(written))}: {', '.join(parts)}")
    return Message("\n".join(lines), back)


def message_not_found(language: str) -> str:
    """The note when the message of a button does not exist."""
    _ = words(language)
    return _("There is no such message any more.")


def table_not_uploaded(language: str) -> Message:
    """Says that the table could not be uploaded to Telegram."""
    _ = words(language)
    return Message(_("The table could not be uploaded. Please try again."))


def table_caption(language: str, outbox_id: OutboxId) -> str:
    _ = words(language)
    return _("What became of message {n}, chat by chat.", n=outbox_id)
