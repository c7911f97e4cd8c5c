"""What states, kinds and reasons of messages and deliveries are called in the chat."""

from outreachbot.domain.delivery.states import MessageKind, MessageState, Reason
from outreachbot.views.i18n import Words


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


def done_label(kind: MessageKind, _: Words) -> str:
    """What became of the chats that are done."""
    return {MessageKind.CORRECTION: _("corrected"), MessageKind.DELETION: _("deleted")}.get(kind, _("sent"))


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
