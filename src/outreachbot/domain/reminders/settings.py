"""What a chat chose about its reminders, and what follows from it."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from outreachbot.domain.content.model import Anniversary, Content, Notice
from outreachbot.domain.reminders.schedule import ONE_DAY, Due, Group, Item, Occurrence, list_items


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours in which a chat's messages come without a sound: from one local hour (0-23) to another.

    Over midnight where the first is the later one.
    """

    start: int
    end: int

    def holds(self, hour: int) -> bool:
        if self.start <= self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end

    def holds_at(self, now: float, zone: str) -> bool:
        """Whether that moment (seconds since the epoch) is among them in that zone."""
        return self.holds(dt.datetime.fromtimestamp(now, ZoneInfo(zone)).hour)


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """A chat's choices. What it did not choose is None or not in the mapping: then the content's default holds."""

    zone: str | None = None  # IANA name
    hour: int | None = None  # 0-23
    reminders: bool = True
    notices: Mapping[Notice, bool] = field(default_factory=dict)
    anniversaries: Mapping[str, bool] = field(default_factory=dict)  # by their id
    skipped: frozenset[tuple[str, int]] = frozenset()  # (anniversary id, year of the occurrence)
    big_only: bool = False
    silent: bool = False
    quiet: Quiet | None = None  # by the clock of its zone, or of the content's

    def group(self, content: Content) -> Group:
        """The zone and hour that hold for it."""
        return Group(self.zone or content.zone, content.hour if self.hour is None else self.hour)

    def today(self, content: Content, now: dt.datetime) -> dt.date:
        """The day that it is by the chat's clock."""
        return now.astimezone(ZoneInfo(self.group(content).zone)).date()


def gets_notice(settings: ChatSettings, notice: Notice, content: Content) -> bool:
    return settings.notices.get(notice, notice in content.notices)


def gets_anniversary(settings: ChatSettings, anniversary: Anniversary) -> bool:
    return settings.anniversaries.get(anniversary.id, anniversary.default)


def keeps_anniversary(settings: ChatSettings, anniversary: Anniversary) -> bool:
    """Whether it chose the day, which is a big one where it wants only those."""
    return gets_anniversary(settings, anniversary) and (anniversary.big or not settings.big_only)


def list_kept(settings: ChatSettings, content: Content) -> list[Anniversary]:
    return [one for one in content.anniversaries if keeps_anniversary(settings, one)]


def is_reminded(settings: ChatSettings, content: Content) -> bool:
    """Whether its choices let any reminder through."""
    chosen = any(gets_notice(settings, notice, content) for notice in Notice)
    return settings.reminders and chosen and bool(list_kept(settings, content))


def wants_item(settings: ChatSettings, item: Item, content: Content) -> bool:
    """Whether the chat is to be told this, as far as its choices go."""
    anniversary = item.occurrence.anniversary
    return (
        settings.reminders
        and gets_notice(settings, item.notice, content)
        and keeps_anniversary(settings, anniversary)
        and (anniversary.id, item.occurrence.date.year) not in settings.skipped
    )


def still_wants_item(settings: ChatSettings, key: str, content: Content) -> bool:
    """The same for what is queued already, by its key (Item.key); what the content knows no more is told as it was."""
    name, date, notice = key.split(":")
    anniversary = content.anniversary_by_id.get(name)
    if anniversary is None:
        return settings.reminders
    return wants_item(settings, Item(Occurrence(anniversary, dt.date.fromisoformat(date)), Notice(notice)), content)


def drop_past_skips(settings: ChatSettings, today: dt.date) -> ChatSettings:
    """The same without the days that were skipped in years that are over."""
    return replace(settings, skipped=frozenset(one for one in settings.skipped if one[1] >= today.year))


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """What a chat chose anew, and what is known of it at that moment."""

    before: ChatSettings
    after: ChatSettings
    subscribed_at: dt.datetime
    now: dt.datetime


def list_open_days(change: SettingsChange, content: Content) -> list[Due]:
    """What is told, by the new settings, on the days that run in the old zone, in the new one, or between them.

    A day that is about to begin is among them where the content lets a long wave begin early.
    """
    old, new = change.before.group(content), change.after.group(content)
    moments = change.now, change.now + dt.timedelta(minutes=content.early)
    dates = [moment.astimezone(ZoneInfo(zone)).date() for moment in moments for zone in (old.zone, new.zone)]
    first, last = min(dates), max(dates)
    days = [first + number * ONE_DAY for number in range((last - first).days + 1)]
    dues = (Due(day, list_items(content.anniversaries, day), new) for day in days)
    return [due for due in dues if due.items]


def list_owed(
    change: SettingsChange, content: Content, days: Sequence[Due], told: Collection[str], planned: Collection[Due]
) -> list[Item]:
    """What a chat that changes its zone, hour or choices would miss, because its new group is past it.

    Of the open days, told at once is what the chat wanted before and still wants, was not told (`told` are keys), and
    whose hour has passed with the new settings, or whose group was told already: a long wave may begin early. What is
    still to come comes with the new group. Who subscribed after the hour, the old one and the new, gets it next time.
    """
    old = change.before.group(content)
    found = []
    for due in days:
        is_past = due.at <= change.now or due in planned
        if is_past and change.subscribed_at <= max(due.at, Due(due.day, due.items, old).at):
            wanted = (item for item in due.items if _wanted_all_along(item, change, content))
            found += [item for item in wanted if item.key not in told]
    return found


def _wanted_all_along(item: Item, change: SettingsChange, content: Content) -> bool:
    return wants_item(change.before, item, content) and wants_item(change.after, item, content)


def compute_owed_until(items: list[Item], change: SettingsChange, content: Content) -> dt.datetime:
    """When what is told at once is too late: when the last of its days is over, in the old zone and in the new."""
    groups = (change.before.group(content), change.after.group(content))
    return max(Due(item.day, (item,), group).until for item in items for group in groups)
