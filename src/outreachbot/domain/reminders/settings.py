"""A chat's reminder settings, and what follows from them."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from outreachbot.domain.content.model import Anniversary, Content, Notice
from outreachbot.domain.reminders.schedule import ONE_DAY, Due, Group, Item, Occurrence, list_items


@dataclass(frozen=True, slots=True)
class Quiet:
    """The quiet hours of a chat, in which messages arrive without a sound.

    They last from the local hour `start` (0-23) until the hour `end`, past midnight if `start` is the later.
    """

    start: int
    end: int

    def holds(self, hour: int) -> bool:
        if self.start <= self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end

    def holds_at(self, now: dt.datetime, zone: str) -> bool:
        """Whether this moment (aware) is within the quiet hours in this zone (IANA name)."""
        return self.holds(now.astimezone(ZoneInfo(zone)).hour)


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """A chat's choices. For None, and for keys missing from a mapping, the content's default applies."""

    zone: str | None = None  # IANA name
    hour: int | None = None  # 0-23
    reminders: bool = True
    notices: Mapping[Notice, bool] = field(default_factory=dict)
    anniversaries: Mapping[str, bool] = field(default_factory=dict)  # by id
    skipped: frozenset[tuple[str, int]] = frozenset()  # (anniversary id, year of the occurrence)
    big_only: bool = False
    silent: bool = False
    quiet: Quiet | None = None  # in local time of the chat's zone, or of the content's

    def group(self, content: Content) -> Group:
        """The chat's zone and hour, or the content's defaults."""
        return Group(self.zone or content.zone, content.hour if self.hour is None else self.hour)

    def today(self, content: Content, now: dt.datetime) -> dt.date:
        """The current date in the chat's zone."""
        return now.astimezone(ZoneInfo(self.group(content).zone)).date()


def gets_notice(settings: ChatSettings, notice: Notice, content: Content) -> bool:
    return settings.notices.get(notice, notice in content.notices)


def gets_anniversary(settings: ChatSettings, anniversary: Anniversary) -> bool:
    return settings.anniversaries.get(anniversary.id, anniversary.default)


def keeps_anniversary(settings: ChatSettings, anniversary: Anniversary) -> bool:
    """Whether the chat chose this anniversary, and it is a big one if the chat wants only those."""
    return gets_anniversary(settings, anniversary) and (anniversary.big or not settings.big_only)


def list_kept(settings: ChatSettings, content: Content) -> list[Anniversary]:
    return [anniversary for anniversary in content.anniversaries if keeps_anniversary(settings, anniversary)]


def is_reminded(settings: ChatSettings, content: Content) -> bool:
    """Whether the chat's choices allow any reminder at all."""
    has_notice = any(gets_notice(settings, notice, content) for notice in Notice)
    return settings.reminders and has_notice and bool(list_kept(settings, content))


def wants_item(settings: ChatSettings, item: Item, content: Content) -> bool:
    """Whether the chat's choices include this notice."""
    anniversary = item.occurrence.anniversary
    return (
        settings.reminders
        and gets_notice(settings, item.notice, content)
        and keeps_anniversary(settings, anniversary)
        and (anniversary.id, item.occurrence.date.year) not in settings.skipped
    )


def still_wants_item(settings: ChatSettings, key: str, content: Content) -> bool:
    """Like `wants_item`, for a notice already queued, by `Item.key`.

    If the content no longer has the anniversary, only the switch for all reminders counts.
    """
    name, date, notice = key.split(":")
    anniversary = content.anniversary_by_id.get(name)
    if anniversary is None:
        return settings.reminders
    return wants_item(settings, Item(Occurrence(anniversary, dt.date.fromisoformat(date)), Notice(notice)), content)


def drop_past_skips(settings: ChatSettings, today: dt.date) -> ChatSettings:
    """The settings without skipped occurrences of past years."""
    return replace(settings, skipped=frozenset((name, year) for name, year in settings.skipped if year >= today.year))


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """A change of a chat's settings. Times are aware, in UTC."""

    before: ChatSettings
    after: ChatSettings
    subscribed_at: dt.datetime
    now: dt.datetime


def list_open_days(change: SettingsChange, content: Content) -> list[Due]:
    """What is due under the new settings on today's date in the old zone, in the new zone, and on dates between them.

    Includes the next day if it is about to begin and the content lets long waves begin early.
    """
    old, new = change.before.group(content), change.after.group(content)
    moments = change.now, change.now + dt.timedelta(minutes=content.early)
    dates = [moment.astimezone(ZoneInfo(zone)).date() for moment in moments for zone in (old.zone, new.zone)]
    first, last = min(dates), max(dates)
    days = [first + number * ONE_DAY for number in range((last - first).days + 1)]
    dues = (Due(day, list_items(content.anniversaries, day), new) for day in days)
    return [due for due in dues if due.items]


def list_owed(
    change: SettingsChange, content: Content, days: Sequence[Due], sent: Collection[str], planned: Collection[Due]
) -> list[Item]:
    """The notices that a chat would miss by this change, because its new group has already had them.

    `days` are the open days, `sent` the keys of notices that the chat has had, and `planned` what is already planned.
    A notice is owed if the chat wanted it before and still wants it, has not had it, and its hour has passed in the new
    group or the new group's wave is already planned (long waves may begin early). Later notices come with the new
    group. A chat that subscribed after both the old and the new hour is owed nothing.
    """
    old = change.before.group(content)
    owed = []
    for due in days:
        is_past = due.at <= change.now or due in planned
        if is_past and change.subscribed_at <= max(due.at, Due(due.day, due.items, old).at):
            wanted = (item for item in due.items if _wants_throughout(item, change, content))
            owed += [item for item in wanted if item.key not in sent]
    return owed


def _wants_throughout(item: Item, change: SettingsChange, content: Content) -> bool:
    return wants_item(change.before, item, content) and wants_item(change.after, item, content)


def compute_owed_until(items: list[Item], change: SettingsChange, content: Content) -> dt.datetime:
    """When it is too late to send what is owed (UTC): when the last of its days has ended in both groups' zones."""
    groups = (change.before.group(content), change.after.group(content))
    return max(Due(item.day, (item,), group).until for item in items for group in groups)
