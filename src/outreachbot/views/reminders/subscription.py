"""The messages of /subscribe, /unsubscribe and /next."""

import datetime as dt
from collections.abc import Mapping

from outreachbot.domain.callbacks.pages import SendCalendar, Subscribe, Unsubscribe
from outreachbot.domain.callbacks.reminders import ShowSettings
from outreachbot.domain.content.model import Content, Notice
from outreachbot.domain.messages.message import Button, Message, escape
from outreachbot.domain.reminders import schedule
from outreachbot.domain.reminders.forecast import Forecast
from outreachbot.domain.reminders.schedule import Occurrence, list_upcoming
from outreachbot.domain.reminders.settings import ChatSettings, gets_notice, is_reminded, list_kept
from outreachbot.views.i18n import Words, words
from outreachbot.views.parts import button, format_moment
from outreachbot.views.reminders.settings import plan_lines


def subscribed(content: Content, language: str, settings: ChatSettings, now: dt.datetime, *, new: bool) -> Message:
    """Answers `/subscribe`: what will be sent, when, and how to stop it."""
    _ = words(language)
    parts = [f"<b>{_('You are subscribed.') if new else _('You are subscribed already.')}</b>"]
    if content.anniversaries:
        parts.append("\n".join(plan_lines(content, settings, _)))
    if days := [_line(day, content, language, _) for day in _ahead(content, settings, now)]:
        parts.append("\n".join(days))
    more = _("Now and then the people who run this bot send a message to all subscribed chats.")
    parts.append(f"{more} {_('/unsubscribe stops all of it at once, /reminders changes what comes and when.')}")
    ways = button(_("Settings"), ShowSettings(), below=True), button(_("Unsubscribe"), Unsubscribe(), below=True)
    return Message("\n\n".join(parts), (ways,))


def unsubscribed(language: str, *, was_subscribed: bool) -> Message:
    """Answers `/unsubscribe`."""
    _ = words(language)
    if not was_subscribed:
        return Message(_("This chat is not subscribed: nothing is sent to it unless somebody here asks."))
    text = _("Unsubscribed: no more reminders and no more messages. You can still ask: /help")
    return Message(text, ((button(_("Subscribe again"), Subscribe(), below=True),),))


def noted_subscribed(language: str, *, new: bool) -> str:
    """The note for an admin who presses Subscribe in a channel: plain text (Bot API, answerCallbackQuery.text)."""
    _ = words(language)
    return _("This channel is subscribed.") if new else _("This channel is subscribed already.")


def noted_unsubscribed(language: str, *, was_subscribed: bool) -> str:
    """The note for an admin who presses Unsubscribe in a channel."""
    _ = words(language)
    return _("This channel is unsubscribed.") if was_subscribed else _("This channel is not subscribed.")


def upcoming(
    content: Content,
    language: str,
    settings: ChatSettings,
    today: dt.date,
    *,
    subscribed: bool,
    forecasts: Mapping[str, Forecast] | None = None,
) -> Message:
    """Answers `/next`: the coming days with their dates and how far off they are, from `today` in this chat on.

    For an admin also the `forecasts`, by the anniversary's id: how many chats are reminded, from when until when.
    """
    _ = words(language)
    if not content.anniversaries:
        return Message(_("No days of remembrance are planned."))
    days = list_upcoming(list_kept(settings, content), today)
    if not days:
        return Message(_("No day of remembrance is chosen in this chat."), (_settings(_),))
    lines = [f"<b>{_('The coming days of remembrance')}</b>", ""]
    for day in days:
        parts = [_line(day, content, language, _), _until(day.date - today, _)]
        if subscribed and (day.anniversary.id, day.date.year) in settings.skipped:
            parts.append(_("no reminder"))
        lines.append(", ".join(parts))
        if forecast := (forecasts or {}).get(day.anniversary.id):
            lines.append(f"   {_describe_forecast(forecast, content.zone, _)}")
    calendar = (button(_("For my own calendar"), SendCalendar()),)
    if subscribed:
        return Message("\n".join([*lines, "", *plan_lines(content, settings, _)]), (calendar, _settings(_)))
    return Message("\n".join(lines), ((button(_("Remind me each year"), Subscribe(), below=True),), calendar))


def _settings(_: Words) -> tuple[Button, ...]:
    return (button(_("Settings"), ShowSettings(), below=True),)


def _describe_forecast(forecast: Forecast, zone: str, _: Words) -> str:
    chats = _.plural("{n} chat", "{n} chats", forecast.chats)
    first, last = format_moment(forecast.first, zone, _), format_moment(forecast.last, zone, _)
    return _("{chats}: the first on {first}, the last on {last}", chats=chats, first=first, last=last)


def _ahead(content: Content, settings: ChatSettings, now: dt.datetime) -> list[Occurrence]:
    """The days the chat will be reminded of. After the last notice of a day, its next occurrence is listed."""
    if not is_reminded(settings, content):
        return []
    group, today = settings.group(content), settings.today(content, now)
    passed = schedule.local_moment(today, group.hour, group.zone) <= now
    last = min(schedule.DAYS_BEFORE[notice] for notice in Notice if gets_notice(settings, notice, content))
    return list_upcoming(list_kept(settings, content), today + dt.timedelta(days=last + passed), settings.skipped)


def _line(day: Occurrence, content: Content, language: str, _: Words) -> str:
    title = escape(content.say(day.anniversary.title, language))
    line = f"• <b>{_.date(day.date)}</b> — {title}"
    if day.years:
        line += f" ({_.plural('{n} year', '{n} years', day.years)})"
    return line


def _until(span: dt.timedelta, _: Words) -> str:
    match span.days:
        case 0:
            return _("today")
        case 1:
            return _("tomorrow")
        case days:
            return _.plural("in {n} day", "in {n} days", days)
