"""What an audience, a state, a kind or a reason is called in the chat."""

from collections.abc import Mapping

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.callbacks.broadcasts import ChatGroup
from outreachbot.domain.content.model import Content
from outreachbot.domain.delivery.states import MessageKind, MessageState, Reason
from outreachbot.domain.messages.message import escape
from outreachbot.views.i18n import Words, words

GROUPS = ("group", "supergroup")
KINDS: Mapping[ChatGroup, tuple[str, ...]] = {
    ChatGroup.MEMBERS: ("private",),
    ChatGroup.GROUPS: GROUPS,
    ChatGroup.CHANNELS: ("channel",),
}


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


def language_name(code: str, _: Words) -> str:
    """The language in the reader's own; its code where that has no name for it."""
    return str(_.locale.languages.get(code, code))


def describe_audience(audience: BroadcastAudience, content: Content, language: str) -> str:
    """What narrows an audience down, in words, as HTML."""
    _ = words(language)
    titles = {one.id: content.say(one.title, language) for one in content.anniversaries}
    parts = [escape(language_name(code, _)) for code in audience.languages]
    parts += [kind_name(group, _) for group, kinds in KINDS.items() if set(kinds) & set(audience.kinds)]
    if audience.anniversary:
        parts.append(_("reminded of “{title}”", title=titles.get(audience.anniversary, audience.anniversary)))
    if audience.joined:
        parts.append(_("came with the start code “{code}”", code=audience.joined))
    return ", ".join(parts)


def kind_name(group: ChatGroup, _: Words) -> str:
    match group:
        case ChatGroup.MEMBERS:
            return _("private chats")
        case ChatGroup.GROUPS:
            return _("groups")
        case ChatGroup.CHANNELS:
            return _("channels")
