"""Says a reminder: what is remembered, how long ago it was, and where to read and act."""

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from outreachbot.domain.callbacks.pages import ShowCampaign, ShowTimeline, ShowTopic, ShowTopics, Unsubscribe
from outreachbot.domain.callbacks.reminders import ShowSettings, SkipOccurrence
from outreachbot.domain.content.model import Content, Notice
from outreachbot.domain.messages.message import (
    MAX_CAPTION,
    MAX_ENTITIES,
    MAX_TEXT,
    Button,
    Media,
    MediaKind,
    Message,
    escape,
    shorten,
    shown_length,
)
from outreachbot.domain.reminders.schedule import Group, Item, Occurrence, local_moment
from outreachbot.views.i18n import Words, words
from outreachbot.views.ordinals import format_ordinal, is_round
from outreachbot.views.parts import button, content_html, format_sources
from outreachbot.views.reminders.settings import notice_name


def reminder(content: Content, language: str, items: Sequence[Item], group: Group) -> Message:
    """What a chat of this group is told on one day: one notice, or several in one message."""
    _ = words(language)
    text = _text(content, language, items, group, _)
    first = items[0].occurrence.anniversary
    topic = ShowTopic(first.topic) if first.topic else ShowTopics()
    rows = [
        (button(_("The facts"), topic, below=True), button(_("Timeline"), ShowTimeline(), below=True)),
        (button(_("What you can do"), ShowCampaign(), below=True),),
        *_skips(content, language, items, _),
        (button(_("Settings"), ShowSettings(), below=True), button(_("Unsubscribe"), Unsubscribe(), below=True)),
    ]
    pictures = [item.occurrence.anniversary.picture for item in items if item.occurrence.anniversary.picture]
    fits = shown_length(text) <= MAX_CAPTION
    return Message(text, tuple(rows), (Media(MediaKind.PHOTO, name=pictures[0]),) if pictures and fits else ())


def reminder_in_all_languages(content: Content, items: Sequence[Item], group: Group) -> dict[str, Message]:
    """The same reminder for the chats of each language."""
    return {language: reminder(content, language, items, group) for language in content.languages}


def preview_usage(content: Content, language: str, unknown: str) -> Message:
    """How `/preview` is written."""
    _ = words(language)
    head = _("I don't know “{words}”.", words=unknown) if unknown else _("There is nothing to preview.")
    days = ", ".join(content.anniversary_by_id)
    how = _(
        "Write /preview with a day ({days}), a notice ({notices}) and a language ({languages}).",
        days=days,
        notices=", ".join(Notice),
        languages=", ".join(content.languages),
    )
    return Message(f"{head}\n{how}")


def late_alert(content: Content, language: str, chats: Mapping[str, int]) -> Message:
    """For the admins: how many chats each notice (by its key) came too late for."""
    _ = words(language)
    lines = [f"<b>{_('Reminders that were not sent')}</b>"]
    for key, number in sorted(chats.items(), key=lambda one: one[0].split(":")[1:]):
        name, date, notice = key.split(":")
        known = content.anniversary_by_id.get(name)
        title = escape(content.say(known.title, language) if known else name)
        about = f"{title}, {_.date(dt.date.fromisoformat(date))} ({notice_name(Notice(notice), _)})"
        lines.append(f"• {about}: {_.plural('{n} chat', '{n} chats', number)}")
    why = _("The day was over in these chats before the bot could send: it did not run, or did not reach Telegram.")
    return Message("\n".join([*lines, "", why, _("How many got it: /broadcasts")]))


def _text(content: Content, language: str, items: Sequence[Item], group: Group, _: Words) -> str:
    """Where all of it is more than a message takes, the last days are only named; with very many, some not even that.

    Each of them is a button away, and the first is always told whole: `views/limits` has checked it alone.
    """
    told = [_told(content, language, items[0], group, _)]
    rest = [_head(content, language, item, _) for item in items[1:]]
    for number, item in enumerate(items[1:]):
        whole = _told(content, language, item, group, _)
        if not _fits([*told, whole, *rest[number + 1 :]]):
            break
        told.append(whole)
    heads = rest[len(told) - 1 :]
    while heads and not _fits([*told, *heads]):
        heads.pop()
    return "\n\n".join([*told, *heads])


def _fits(parts: Sequence[str]) -> bool:
    text = "\n\n".join(parts)
    tags = text.count("<")  # one that opens and one that closes for each entity
    return shown_length(text) <= MAX_TEXT and tags <= 2 * MAX_ENTITIES


def _head(content: Content, language: str, item: Item, _: Words) -> str:
    return f"<b>{escape(content.say(item.occurrence.anniversary.title, language))}</b>\n{describe_when(item, _)}"


def _told(content: Content, language: str, item: Item, group: Group, _: Words) -> str:
    anniversary = item.occurrence.anniversary
    parts = [_head(content, language, item, _), content_html(content, anniversary.text, language)]
    if silence := _silence(content, language, item, group, _):
        parts.append(silence)
    return "\n\n".join([*parts, f"<i>{format_sources(content, anniversary.sources, _)}</i>"])


def describe_when(item: Item, _: Words) -> str:
    """The day, how long until then, and how long ago it was."""
    parts = [describe_day(item.occurrence, _)]
    match item.notice:
        case Notice.WEEK:
            parts = [_("In a week: {day}", day=parts[0])]
        case Notice.EVE:
            is_night = item.occurrence.anniversary.night  # which begins on the evening of this very day
            parts = [_("Tonight: {day}", day=parts[0]) if is_night else _("Tomorrow: {day}", day=parts[0])]
    if item.occurrence.years:
        parts.append(_years(item.occurrence.years, _, is_today=item.notice is Notice.DAY))
    return " · ".join(parts)


def describe_day(occurrence: Occurrence, _: Words) -> str:
    """The date; of a night, both dates."""
    if not occurrence.anniversary.night:
        return _.date(occurrence.date)
    evening = occurrence.date - dt.timedelta(days=1)
    return _("the night from {evening} to {day}", day=_.date(occurrence.date), evening=_.day(evening))


def _years(years: int, _: Words, *, is_today: bool) -> str:
    """A round one as such: the 40th anniversary."""
    if is_round(years):
        return _("the {ordinal} anniversary", ordinal=format_ordinal(years, _.language))
    if is_today:
        return _.plural("{n} year ago", "{n} years ago", years)
    return _.plural("{n} year on", "{n} years on", years)


def _silence(content: Content, language: str, item: Item, group: Group, _: Words) -> str:
    """When the silence is kept, or was by the chat's hour; by the clock of its place and by that of the chat."""
    silence = item.occurrence.anniversary.silence
    if silence is None:
        return ""
    there = dt.datetime.combine(item.occurrence.date, silence.at.time, tzinfo=ZoneInfo(silence.zone))
    values = {"time": _.time(there), "place": content.say(silence.place, language)}
    if there < local_moment(item.day, group.hour, group.zone):
        text = _("A moment of silence was kept at {time} in {place}", **values)
    else:
        text = _("A moment of silence is kept at {time} in {place}", **values)
    here = there.astimezone(ZoneInfo(group.zone))
    if here.utcoffset() == there.utcoffset():
        return f"{text}."
    if here.date() == there.date():
        return f"{text} ({_('{time} your time', time=_.time(here))})."
    return f"{text} ({_('{day}, {time} your time', day=_.day(here.date()), time=_.time(here))})."


def _skips(content: Content, language: str, items: Sequence[Item], _: Words) -> list[tuple[Button, ...]]:
    """Where more is to come of an occurrence: not to hear of it again. After the day itself nothing comes."""
    ahead = [item.occurrence for item in items if item.notice is not Notice.DAY]
    labels = [_("Skip {year}", year=one.date.year) for one in ahead]
    if len(ahead) > 1:  # a title is no value of a text: those are made safe for HTML, which a label is not
        labels = [
            f"{label}: {shorten(content.say(one.anniversary.title, language), 24)}"
            for label, one in zip(labels, ahead, strict=True)
        ]
    return [
        (button(label, SkipOccurrence(occurrence.anniversary.id, occurrence.date.year), below=True),)
        for label, occurrence in zip(labels, ahead, strict=True)
    ]
