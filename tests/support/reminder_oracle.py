"""Which notices each chat must get in a year: computed slowly and plainly, chat by chat and notice by notice.

It shares nothing with the program but the words of its settings. What a chat is owed, in plain words:

* On the local day of a notice, once the chat's clock has reached its hour: if the chat was subscribed by then, wants
  it and was not told. The first look at that decides; who begins to want it later that day gets the next one.
* Who changes its hour or zone (or anything else that it chose), so that the hour is past by the new clock while the
  day runs by the old or the new one (or between them: some are 26 hours apart): at once, if the chat wanted it before
  and still does, was not told, and had subscribed before the later of both hours. To choose again what one had
  changes nothing.
* What the program slept through is told when it runs again, while the day runs; after that it is late, and counted.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

BEFORE = {"week": 7, "eve": 1, "day": 0}


class Day(NamedTuple):
    """An anniversary of the test's content."""

    name: str
    month: int
    day: int
    default: bool = True
    big: bool = False


@dataclass
class Chat:
    """A chat's settings, and the outcome of each notice."""

    zone: str
    hour: int
    subscribed_at: dt.datetime | None = None
    reminders: bool = True
    big_only: bool = False
    notices: dict[str, bool] = field(default_factory=lambda: {"week": False, "eve": False, "day": True})
    days: dict[str, bool] = field(default_factory=dict)
    skipped: set[tuple[str, int]] = field(default_factory=set)
    told: dict[tuple[str, dt.date, str], dt.datetime | None] = field(default_factory=dict)  # None: too late
    decided: set[tuple[str, dt.date, str]] = field(default_factory=set)


def kept_on(day: Day, year: int) -> dt.date:
    """29 February is kept on 1 March in other years: so the test's content says."""
    try:
        return dt.date(year, day.month, day.day)
    except ValueError:
        return dt.date(year, 3, 1)


def notices(days: list[Day], first: dt.date, last: dt.date) -> list[tuple[Day, dt.date, str, dt.date]]:
    """Every notice due between two local days: (anniversary, its date, notice, the day it is due)."""
    found = []
    for day in days:
        for year in range(first.year, last.year + 2):
            date = kept_on(day, year)
            for notice, before in BEFORE.items():
                told_on = date - dt.timedelta(days=before)
                if first <= told_on <= last:
                    found.append((day, date, notice, told_on))
    return found


def wants(chat: Chat, day: Day, date: dt.date, notice: str) -> bool:
    return (
        chat.subscribed_at is not None
        and chat.reminders
        and chat.notices[notice]
        and chat.days.get(day.name, day.default)
        and (day.big or not chat.big_only)
        and (day.name, date.year) not in chat.skipped
    )


def settings_of(chat: Chat) -> tuple[object, ...]:
    return chat.zone, chat.hour, chat.reminders, chat.big_only, chat.notices, chat.days, chat.skipped


@cache
def hour_of(zone: str, hour: int, date: dt.date) -> dt.datetime:
    """The first minute of that local day at which its clock shows that hour or a later one.

    A day that ends before (clocks go forward over midnight) has the hour before it instead.
    """
    minute = dt.datetime.combine(date, dt.time(), tzinfo=dt.UTC) - dt.timedelta(hours=15)
    while True:
        local = minute.astimezone(ZoneInfo(zone))
        if local.date() > date:
            return hour_of(zone, hour - 1, date)
        if local.date() == date and local.hour >= hour:
            return minute
        minute += dt.timedelta(minutes=15)  # every zone's hours begin at one of these


class Oracle:
    def __init__(self, days: list[Day], first: dt.date, last: dt.date):
        self.all = notices(days, first, last)
        self.late: Counter[tuple[str, dt.date, str]] = Counter()
        self.looked_at = dt.datetime.min.replace(tzinfo=dt.UTC)

    def near(self, now: dt.datetime) -> list[tuple[Day, dt.date, str, dt.date]]:
        """The notices whose day is now in progress somewhere."""
        return [notice for notice in self.all if abs((notice[3] - now.date()).days) <= 1]

    def look(self, chats: list[Chat], now: dt.datetime) -> None:
        """The running program looks at the calendar."""
        self.looked_at = now
        today = {zone: now.astimezone(ZoneInfo(zone)).date() for zone in {chat.zone for chat in chats}}
        for day, date, notice, told_on in self.near(now):
            key = day.name, date, notice
            for chat in chats:
                if today[chat.zone] != told_on or key in chat.decided:
                    continue
                at = hour_of(chat.zone, chat.hour, told_on)
                if at > now:
                    continue
                chat.decided.add(key)
                if wants(chat, day, date, notice) and chat.subscribed_at <= at and key not in chat.told:
                    chat.told[key] = now

    def woke(self, chats: list[Chat], now: dt.datetime) -> None:
        """The program runs again: notices that came due since it last looked, on a day that is now over, are late."""
        for day, date, notice, told_on in self.all:
            if abs((told_on - now.date()).days) > 5:
                continue
            key = day.name, date, notice
            for chat in chats:
                at = hour_of(chat.zone, chat.hour, told_on)
                is_over = now.astimezone(ZoneInfo(chat.zone)).date() > told_on
                if not is_over or not self.looked_at < at <= now or key in chat.decided:
                    continue
                chat.decided.add(key)
                if wants(chat, day, date, notice) and chat.subscribed_at <= at and key not in chat.told:
                    chat.told[key] = None
                    self.late[key] += 1

    def changed(self, before: Chat, chat: Chat, now: dt.datetime) -> None:
        """A chat changed its settings; choosing the same again is no change."""
        if chat.subscribed_at is None or settings_of(before) == settings_of(chat):
            return
        moved = (before.zone, before.hour) != (chat.zone, chat.hour)
        for day, date, notice, told_on in self.near(now):
            key = day.name, date, notice
            days = sorted(now.astimezone(ZoneInfo(zone)).date() for zone in (before.zone, chat.zone))
            runs = days[0] <= told_on <= days[1]
            was_at, is_at = hour_of(before.zone, before.hour, told_on), hour_of(chat.zone, chat.hour, told_on)
            if moved:
                chat.decided.discard(key)  # by the new clock the hour is still to come, or is decided below
                if is_at <= now:
                    chat.decided.add(key)
            if not runs or is_at > now or chat.subscribed_at > max(was_at, is_at) or key in chat.told:
                continue
            if wants(before, day, date, notice) and wants(chat, day, date, notice):
                chat.told[key] = now
