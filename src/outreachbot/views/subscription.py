"""Says what a subscription brings, and that it has begun or ended."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from outreachbot.domain import schedule
from outreachbot.domain.content import Content
from outreachbot.domain.message import Button, Message, escape
from outreachbot.domain.schedule import Occurrence, coming
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import BELOW, SUBSCRIBE, UNSUBSCRIBE


def subscribed(content: Content, language: str, now: dt.datetime, *, new: bool) -> Message:
    """What `/subscribe` says: what will come, when, and how to stop it."""
    _ = words(language)
    parts = [f"<b>{_('You are subscribed.') if new else _('You are subscribed already.')}</b>"]
    if days := [_line(one, content, language, _) for one in _ahead(content, now)]:
        when = _("Reminders come on the day, at {hour}:00 ({zone} time).", hour=f"{content.hour:02}", zone=content.zone)
        parts += [when, "\n".join(days)]
    more = _("Now and then the people who run this bot send a message to all subscribed chats.")
    parts.append(f"{more} {_('/unsubscribe stops all of it at once.')}")
    return Message("\n\n".join(parts), ((Button(_("Unsubscribe"), BELOW + UNSUBSCRIBE),),))


def unsubscribed(language: str, *, was_subscribed: bool) -> Message:
    """What `/unsubscribe` says. It asks nothing."""
    _ = words(language)
    if not was_subscribed:
        return Message(_("This chat is not subscribed: nothing is sent to it unless somebody here asks."))
    text = _("Unsubscribed: no more reminders and no more messages. You can still ask: /help")
    return Message(text, ((Button(_("Subscribe again"), BELOW + SUBSCRIBE),),))


def noted_subscribed(language: str, *, new: bool) -> str:
    """The note for an admin who presses Subscribe under a channel's post: plain text, at most 200 characters."""
    _ = words(language)
    return _("This channel is subscribed.") if new else _("This channel is subscribed already.")


def noted_unsubscribed(language: str, *, was_subscribed: bool) -> str:
    """The note for an admin who presses Unsubscribe under a channel's post."""
    _ = words(language)
    return _("This channel is unsubscribed.") if was_subscribed else _("This channel is not subscribed.")


def upcoming(content: Content, language: str, now: dt.datetime, *, subscribed: bool) -> Message:
    """What `/next` says: the coming days with their date and how long until then."""
    _ = words(language)
    days = _kept(content, now)
    if not days:
        return Message(_("No days of remembrance are planned."))
    lines = [f"<b>{_('The coming days of remembrance')}</b>", ""]
    lines += [_line(one, content, language, _, today=_today(content, now)) for one in days]
    if subscribed:
        return Message("\n".join([*lines, "", _("This chat is subscribed and gets a reminder on each of them.")]))
    return Message("\n".join(lines), ((Button(_("Remind me each year"), BELOW + SUBSCRIBE),),))


def _kept(content: Content, now: dt.datetime) -> Sequence[Occurrence]:
    """The next occurrence of each anniversary that a chat gets which chose nothing."""
    return coming((one for one in content.anniversaries if one.default), _today(content, now))


def _ahead(content: Content, now: dt.datetime) -> Sequence[Occurrence]:
    """The same, without today's where its hour has passed: who subscribes later is reminded next year."""
    kept = [one for one in content.anniversaries if one.default]
    today = _today(content, now)
    passed = schedule.moment(today, content.hour, content.zone) <= now
    return coming(kept, today + dt.timedelta(days=passed))


def _today(content: Content, now: dt.datetime) -> dt.date:
    return now.astimezone(ZoneInfo(content.zone)).date()


def _line(one: Occurrence, content: Content, language: str, _: Words, today: dt.date | None = None) -> str:
    title = escape(content.say(one.anniversary.title, language))
    line = f"• <b>{_.date(one.date)}</b> — {title}"
    if one.years:
        line += f" ({_.plural('{n} year', '{n} years', one.years)})"
    return line if today is None else f"{line}, {_until(one.date - today, _)}"


def _until(span: dt.timedelta, _: Words) -> str:
    match span.days:
        case 0:
            return _("today")
        case 1:
            return _("tomorrow")
        case days:
            return _.plural("in {n} day", "in {n} days", days)
