"""Says what an admin reads before a broadcast goes out: the question, to whom, when, and who else must consent."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from outreachbot.domain.broadcasts.timing import LocalHour, Moment, Past, compute_end
from outreachbot.domain.callbacks.broadcasts import ConfirmBroadcast, DiscardDraft, ShowAudience, ShowTimes
from outreachbot.domain.content.model import Content
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import MessageKind
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import Button, Message, Rows
from outreachbot.views.broadcasts.names import GROUPS, describe_audience, language_name
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import button, format_duration, format_moment, unsubscribe_buttons


@dataclass(frozen=True, slots=True)
class BroadcastPlan:
    """What an admin is about to send: all that the question before it needs to say."""

    message: OutboxMessage
    chats: int
    by_kind: Mapping[str, int]
    by_language: Mapping[str, int]
    by_zone: Mapping[str, int]  # counted where it goes out at a local hour
    per_second: float
    hold: float  # seconds between the last consent and the start
    approvals: int  # admins who must consent; 1: the one who asks


def ask_for_message(language: str) -> Message:
    """What `/broadcast` says."""
    _ = words(language)
    what = _("Send me the message now: a text, a picture, a film, a file, an album, a poll or anything else.")
    example = "<code>[Read more] https://example.org/</code>"
    buttons = _("For buttons with links, end it with lines like this one:")
    return Message(f"{what}\n\n{buttons}\n{example}\n\n{_('/cancel to stop.')}", asks=True)


def ask_correction(language: str, outbox_id: OutboxId) -> Message:
    _ = words(language)
    text = _("Send me the corrected text of broadcast {n}. It replaces the text of every copy.", n=outbox_id)
    return Message(f"{text} {_('/cancel to stop.')}", asks=True)


def with_unsubscribe(language: str, message: Message) -> Message:
    """The message as members get it: every push carries its "unsubscribe". An album can have no buttons."""
    _ = words(language)
    if len(message.media) > 1:
        return replace(message, text=f"{message.text}\n\n{_('No more of these: /unsubscribe')}".strip())
    return replace(message, buttons=(*message.buttons, *unsubscribe_buttons(_)))


def question(language: str, content: Content, plan: BroadcastPlan, now: dt.datetime) -> Message:
    """The question under the preview: to how many chats, how long it takes, until when, yes or no."""
    _ = words(language)
    whose = button(_("To whom?"), ShowAudience(plan.message.id)), button(_("When?"), ShowTimes(plan.message.id))
    ways: Rows = (whose,) if plan.message.kind is MessageKind.BROADCAST else ()
    discard = button(_("Discard"), DiscardDraft(plan.message.id))
    if not plan.chats:
        return Message(
            _nobody(plan, _), (*(ways if not plan.message.broadcast_audience.is_everybody else ()), (discard,))
        )
    seen = [] if plan.message.kind is MessageKind.DELETION else [_("Above is what members will see.")]
    lines = [*seen, _goes_to(plan, _)]
    if len(plan.by_language) > 1:
        lines.append(_("Languages: {list}", list=_languages(plan.by_language, _)))
    if not plan.message.broadcast_audience.is_everybody:
        lines.append(f"{_('Only to:')} {describe_audience(plan.message.broadcast_audience, content, language)}")
    lines += [_takes(plan, content.zone, now, _), *_safeguards(plan, _)]
    return Message("\n".join(lines), ((_yes(plan, _),), *ways, (discard,)))


def _nobody(plan: BroadcastPlan, _: Words) -> str:
    if plan.message.kind is not MessageKind.BROADCAST:
        return _("No chat has a copy, so there is nothing to change.")
    if plan.message.broadcast_audience.is_everybody:
        return _("Nobody is subscribed yet, so there is nobody to send this to.")
    return _("No subscribed chat is among these, so there is nobody to send this to.")


def _yes(plan: BroadcastPlan, _: Words) -> Button:
    n = plan.chats
    match plan.message.kind:
        case MessageKind.CORRECTION:
            label = _.plural("Correct {n} copy", "Correct {n} copies", n)
        case MessageKind.DELETION:
            label = _.plural("Delete {n} copy", "Delete {n} copies", n)
        case _other:
            label = _.plural("Send to {n} chat", "Send to {n} chats", n)
    return button(label, ConfirmBroadcast(plan.message.id))


def _goes_to(plan: BroadcastPlan, _: Words) -> str:
    if plan.message.kind is MessageKind.CORRECTION:
        return _.plural("It replaces {n} copy.", "It replaces {n} copies.", plan.chats)
    if plan.message.kind is MessageKind.DELETION:
        return _.plural("It is deleted in {n} chat.", "It is deleted in {n} chats.", plan.chats)
    return _.plural("It goes to {n} chat:", "It goes to {n} chats:", plan.chats) + f" {_kinds(plan.by_kind, _)}."


def _kinds(chats: Mapping[str, int], _: Words) -> str:
    groups = sum(chats.get(kind, 0) for kind in GROUPS)
    counted = [
        (chats.get("private", 0), _.plural("{n} member", "{n} members", chats.get("private", 0))),
        (groups, _.plural("{n} group", "{n} groups", groups)),
        (chats.get("channel", 0), _.plural("{n} channel", "{n} channels", chats.get("channel", 0))),
    ]
    return ", ".join(text for number, text in counted if number)


def _languages(chats: Mapping[str, int], _: Words) -> str:
    order = sorted(chats.items(), key=lambda one: -one[1])
    return ", ".join(f"{language_name(code, _)} {_.number(number)}" for code, number in order)


def _takes(plan: BroadcastPlan, zone: str, now: dt.datetime, _: Words) -> str:
    seconds = plan.chats / plan.per_second
    span = format_duration(seconds, _)
    match plan.message.timing:
        case LocalHour(date, hour, past):
            text = _(
                "It goes out at {hour}:00 on {date} in each chat's own time zone.", hour=f"{hour:02}", date=_.date(date)
            )
            last = format_moment(compute_end(plan.message.timing, plan.by_zone, plan.per_second, now), zone, _)
            takes = _("Sending takes {time} in all; the last ones get it on {moment}.", time=span, moment=last)
            return f"{text} {_past(past, _)} {takes}"
        case Moment(at):
            begin = at
            text = _("It goes out on {moment} and takes {time}", moment=format_moment(at, zone, _), time=span)
        case _now:
            begin = now + dt.timedelta(seconds=plan.hold)
            text = _("At the pace that Telegram allows it takes {time}", time=span)
    end = _("until about {hour} ({zone} time).", hour=_clock(begin + dt.timedelta(seconds=seconds), zone), zone=zone)
    return f"{text}, {end}"


def _past(past: Past, _: Words) -> str:
    match past:
        case Past.NOW:
            return _("Where that hour has passed, at once.")
        case Past.TOMORROW:
            return _("Where that hour has passed, a day later.")
        case Past.SKIP:
            return _("Where that hour has passed, not at all.")


def _safeguards(plan: BroadcastPlan, _: Words) -> list[str]:
    lines = []
    if plan.approvals > 1:
        others = plan.approvals - 1
        lines.append(_.plural("{n} more admin has to consent.", "{n} more admins have to consent.", others))
    if plan.hold and plan.message.timing is None:
        text = _("It is for many, so it starts {n} seconds after it is confirmed: time to stop it.", n=round(plan.hold))
        lines.append(text)
    return lines


def _clock(at: dt.datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"
