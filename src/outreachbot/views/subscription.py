"""Says what a subscription brings, and that it has begun or ended."""

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from outreachbot.domain import schedule
from outreachbot.domain.content import Anniversary, Content
from outreachbot.domain.forecast import Forecast
from outreachbot.domain.message import Button, Message, escape
from outreachbot.domain.schedule import Occurrence, coming
from outreachbot.domain.settings import ChatSettings, gets_anniversary
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import BELOW, CALENDAR, REMINDERS, SUBSCRIBE, UNSUBSCRIBE, moment
from outreachbot.views.settings import plan


def subscribed(content: Content, language: str, settings: ChatSettings, now: dt.datetime, *, new: bool) -> Message:
    """What `/subscribe` says: what will come, when, and how to stop it."""
    _ = words(language)
    parts = [f"<b>{_('You are subscribed.') if new else _('You are subscribed already.')}</b>"]
    if days := [_line(one, content, language, _) for one in _ahead(content, settings, now)]:
        parts += ["\n".join(plan(content, settings, _)), "\n".join(days)]
    more = _("Now and then the people who run this bot send a message to all subscribed chats.")
    parts.append(f"{more} {_('/unsubscribe stops all of it at once, /reminders changes what comes and when.')}")
    ways = Button(_("Settings"), BELOW + REMINDERS), Button(_("Unsubscribe"), BELOW + UNSUBSCRIBE)
    return Message("\n\n".join(parts), (ways,))


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


def upcoming(
    content: Content,
    language: str,
    settings: ChatSettings,
    now: dt.datetime,
    *,
    subscribed: bool,
    forecasts: Mapping[str, Forecast] | None = None,
) -> Message:
    """What `/next` says: the coming days with their date and how long until then, by the clock of this chat.

    For an admin also the `forecasts`, by the anniversary's id: how many chats are reminded, from when until when.
    """
    _ = words(language)
    group = settings.group(content)
    today = now.astimezone(ZoneInfo(group.zone)).date()
    days = coming(kept(content, settings), today)
    if not days:
        return Message(_("No days of remembrance are planned."))
    lines = [f"<b>{_('The coming days of remembrance')}</b>", ""]
    for one in days:
        lines.append(_line(one, content, language, _, today=today))
        if forecast := (forecasts or {}).get(one.anniversary.id):
            lines.append(f"   {_foretold(forecast, content.zone, _)}")
    calendar = (Button(_("For my own calendar"), CALENDAR),)
    if subscribed:
        return Message("\n".join([*lines, "", *plan(content, settings, _)]), (calendar, _settings(_)))
    return Message("\n".join(lines), ((Button(_("Remind me each year"), BELOW + SUBSCRIBE),), calendar))


def _settings(_: Words) -> tuple[Button, ...]:
    return (Button(_("Settings"), BELOW + REMINDERS),)


def _foretold(forecast: Forecast, zone: str, _: Words) -> str:
    chats = _.plural("{n} chat", "{n} chats", forecast.chats)
    first, last = moment(forecast.first, zone, _), moment(forecast.last, zone, _)
    return _("{chats}: the first on {first}, the last on {last}", chats=chats, first=first, last=last)


def kept(content: Content, settings: ChatSettings) -> list[Anniversary]:
    """The anniversaries that the chat keeps."""
    kept = (one for one in content.anniversaries if gets_anniversary(settings, one))
    return [one for one in kept if one.big or not settings.big_only]


def _ahead(content: Content, settings: ChatSettings, now: dt.datetime) -> Sequence[Occurrence]:
    """The same, without today's where its hour has passed: who subscribes later is reminded next year."""
    group = settings.group(content)
    today = now.astimezone(ZoneInfo(group.zone)).date()
    passed = schedule.moment(today, group.hour, group.zone) <= now
    return coming(kept(content, settings), today + dt.timedelta(days=passed))


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
