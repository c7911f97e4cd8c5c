"""What a chat chose, which notices it therefore wants, and that a change neither loses nor repeats any."""

import datetime as dt
from dataclasses import replace
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from outreachbot.domain.content.model import Notice
from outreachbot.domain.reminders import schedule
from outreachbot.domain.reminders import settings as rules
from outreachbot.domain.reminders.schedule import Due, Group, list_items
from outreachbot.domain.reminders.settings import ChatSettings, Quiet, SettingsChange

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DATE = dt.date(2026, 2, 26)  # of khojaly, whose eve is the day of another
ALWAYS = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def content(content):
    """The shipped content, with the settings that these tests need."""
    kept = tuple(anniversary.model_copy(update={"big": False}) for anniversary in content.anniversaries)
    return content.model_copy(update={"anniversaries": kept, "notices": (Notice.DAY,)})


def item(content, date=DATE, notice=Notice.DAY, name="khojaly"):
    (found,) = (
        item
        for item in list_items(content.anniversaries, date)
        if (item.occurrence.anniversary.id, item.notice) == (name, notice)
    )
    return found


@pytest.mark.parametrize(
    ("quiet", "hours"),
    [
        (Quiet(22, 7), {22, 23, 0, 1, 2, 3, 4, 5, 6}),
        (Quiet(1, 3), {1, 2}),
        (Quiet(0, 23), set(range(23))),
        (Quiet(23, 0), {23}),
        (Quiet(5, 5), set()),
    ],
)
def test_quiet_hours_go_over_midnight_and_end_before_their_end(quiet, hours):
    assert {hour for hour in range(24) if quiet.holds(hour)} == hours


@given(st.integers(0, 23), st.integers(0, 23))
def test_two_quiet_times_that_meet_are_the_whole_day_once(start, end):
    first, second = Quiet(start, end), Quiet(end, start)
    loud = [hour for hour in range(24) if not first.holds(hour) and not second.holds(hour)]

    assert not any(first.holds(hour) and second.holds(hour) for hour in range(24))
    assert len(loud) == (24 if start == end else 0)


@pytest.mark.parametrize(("zone", "holds"), [("Asia/Baku", True), ("UTC", False), ("America/New_York", False)])
def test_quiet_hours_are_in_the_chats_local_time(zone, holds):
    assert Quiet(22, 7).holds_at(dt.datetime(2026, 2, 26, 18, 0, tzinfo=dt.UTC), zone) is holds


@pytest.mark.parametrize(
    ("settings", "group"),
    [
        (ChatSettings(), Group("Asia/Baku", 9)),
        (ChatSettings(zone="Asia/Tokyo"), Group("Asia/Tokyo", 9)),
        (ChatSettings(hour=0), Group("Asia/Baku", 0)),
        (ChatSettings("UTC", 20), Group("UTC", 20)),
    ],
)
def test_without_a_choice_the_contents_default_applies(content, settings, group):
    assert settings.group(content) == group


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (ChatSettings(), True),
        (ChatSettings(reminders=False), False),
        (ChatSettings(notices={Notice.DAY: False}), False),
        (ChatSettings(notices={Notice.EVE: False}), True),
        (ChatSettings(anniversaries={"khojaly": False}), False),
        (ChatSettings(anniversaries={"maraga": False}), True),
        (ChatSettings(big_only=True), False),
        (ChatSettings(skipped=frozenset({("khojaly", 2026)})), False),
        (ChatSettings(skipped=frozenset({("khojaly", 2025)})), True),
        (ChatSettings(silent=True), True),
    ],
)
def test_a_chat_wants_what_it_did_not_decline(content, settings, wanted):
    assert rules.wants_item(settings, item(content), content) is wanted


def test_notices_are_the_contents_unless_the_chat_chose(content):
    eve = item(content, DATE - DAY, Notice.EVE)

    assert rules.wants_item(ChatSettings(), eve, content) is False
    assert rules.wants_item(ChatSettings(notices={Notice.EVE: True}), eve, content) is True
    both = content.model_copy(update={"notices": (Notice.EVE, Notice.DAY)})
    assert rules.wants_item(ChatSettings(), eve, both) is True
    assert rules.wants_item(ChatSettings(notices={Notice.EVE: False}), eve, both) is False


def test_the_skipped_year_is_that_of_the_day_itself(content):
    new_year = content.anniversary_by_id["khojaly"].model_copy(
        update={"date": type(content.anniversaries[0].date)(month=1, day=3)}
    )
    week = list_items((new_year,), dt.date(2026, 12, 27))[0]
    all_told = ChatSettings(notices=dict.fromkeys(Notice, True))

    assert not rules.wants_item(replace(all_told, skipped=frozenset({("khojaly", 2027)})), week, content)
    assert rules.wants_item(replace(all_told, skipped=frozenset({("khojaly", 2026)})), week, content)


ZONES = ["Pacific/Kiritimati", "Asia/Baku", "Europe/London", "America/New_York", "Pacific/Pago_Pago", "Etc/GMT+12"]
DAYS = [dt.date(2026, 2, 19), dt.date(2026, 2, 25), dt.date(2026, 2, 26)]  # a week, a day and no day before


class Life:
    """A chat among many: every group has members, so every group gets each day's reminder."""

    def __init__(self, content, dues, first, early=dt.timedelta(), subscribed_at=ALWAYS):
        self.content = content.model_copy(update={"early": early // dt.timedelta(minutes=1)})
        self.settings, self.subscribed_at = first, subscribed_at
        self.told: list[str] = []
        self.dues, self.early, self.planned = list(dues), early, []

    def until(self, now):
        """Send what has become due to its group, as the planner does."""
        while self.dues and self.dues[0][0] - self.early <= now:
            at, due = self.dues.pop(0)
            self.planned.append(due)
            if due.group == self.settings.group(self.content) and self.subscribed_at <= at:
                wanted = [item for item in due.items if rules.wants_item(self.settings, item, self.content)]
                self.told += [item.key for item in wanted if item.key not in self.told]

    def change(self, now, after):
        self.until(now)
        change = SettingsChange(self.settings, after, self.subscribed_at, now)
        days = rules.list_open_days(change, self.content)
        found = rules.list_owed(change, self.content, days, self.told, self.planned)
        assert all(now < rules.compute_owed_until([item], change, self.content) for item in found)
        self.told += [item.key for item in found]
        self.settings = after


@pytest.fixture(scope="session")
def lives(content):
    """A function that creates a Life; not a Life itself, because a failing test prints its arguments."""
    groups = [Group(zone, hour) for zone, hour in product(ZONES, range(24))]
    every = [Due(day, list_items(content.anniversaries, day), group) for day, group in product(DAYS, groups)]
    dues = sorted(((due.at, due) for due in every), key=lambda pair: pair[0])

    def live(*settings):
        return Life(content, dues, *settings)

    return live


hours = st.integers(0, 23)
minutes = st.integers(-3 * 1440, 3 * 1440)
moves = st.lists(st.tuples(minutes, st.sampled_from(ZONES), hours), max_size=5)
NOON = dt.datetime(2026, 2, 26, 12, tzinfo=dt.UTC)
WEST, EAST = "Pacific/Pago_Pago", "Pacific/Kiritimati"


@trying(max_examples=150, deadline=None)
@given(st.sampled_from(ZONES), hours, moves, st.sampled_from([0, 10, 60]))
@example("Asia/Baku", 9, [(-480, "Asia/Baku", 8)], 0)
@example("Asia/Baku", 9, [(0, EAST, 20), (10, WEST, 3), (20, "Asia/Baku", 0)], 10)
@example("Etc/GMT+12", 1, [(-1, "Etc/GMT+12", 0)], 10)  # just before midnight, for a day whose notice was early
@example(WEST, 23, [(-90, EAST, 9)], 0)  # from the 25th to the 27th: the 26th lies between
def test_a_chat_that_changes_zone_and_hour_gets_everything_once(lives, zone, hour, steps, early):
    life = lives(ChatSettings(zone, hour, notices=dict.fromkeys(Notice, True)), dt.timedelta(minutes=early))
    content = life.content
    for minute, to_zone, to_hour in sorted(steps, key=lambda step: step[0]):
        now = NOON + dt.timedelta(minutes=minute)
        life.change(now, replace(life.settings, zone=to_zone, hour=to_hour))
    life.until(NOON + 9 * DAY)

    wanted = {item.key for day in DAYS for item in list_items(content.anniversaries, day)}
    wanted = {key for key in wanted if content.anniversary_by_id[key.split(":")[0]].default}
    assert sorted(life.told) == sorted(wanted)


choices = st.builds(
    ChatSettings,
    zone=st.none() | st.sampled_from(ZONES),
    hour=st.none() | hours,
    reminders=st.booleans(),
    notices=st.dictionaries(st.sampled_from(Notice), st.booleans()),
    anniversaries=st.dictionaries(st.sampled_from(["khojaly", "khojaly-eve"]), st.booleans()),
    skipped=st.sampled_from([frozenset(), frozenset({("khojaly", 2026)})]),
)


@trying(max_examples=150, deadline=None)
@given(choices, st.lists(st.tuples(minutes, choices), max_size=6), st.sampled_from([0, 60]), minutes)
def test_a_chat_gets_nothing_twice_and_nothing_unwanted_whatever_it_changes(lives, first, steps, early, subscribed):
    life = lives(first, dt.timedelta(minutes=early), NOON + dt.timedelta(minutes=subscribed))
    seen = [first]
    for minute, after in sorted(steps, key=lambda step: step[0]):
        if minute >= subscribed:
            life.change(NOON + dt.timedelta(minutes=minute), after)
            seen.append(after)
    life.until(NOON + 9 * DAY)

    every = {item.key: item for day in DAYS for item in list_items(life.content.anniversaries, day)}
    assert len(life.told) == len(set(life.told))
    assert all(any(rules.wants_item(settings, every[key], life.content) for settings in seen) for key in life.told)


def change(content, before, after, now, subscribed_at=ALWAYS, told=()):
    change = SettingsChange(before, after, subscribed_at, now)
    days = rules.list_open_days(change, content)
    return [item.key for item in rules.list_owed(change, content, days, told, ())]


def baku(hour):
    return dt.datetime(2026, 2, 26, hour, tzinfo=ZoneInfo("Asia/Baku")).astimezone(dt.UTC)


KEY = "khojaly:2026-02-26:day"


@pytest.mark.parametrize(
    ("after", "now", "owed"),
    [
        (8, baku(8) + HOUR / 2, [KEY]),  # its new hour is past, its old one was to come
        (8, baku(8), [KEY]),
        (8, baku(7), []),  # it comes with the new hour
        (12, baku(8), []),
    ],
)
def test_notices_the_new_group_already_got_are_owed(content, after, now, owed):
    assert change(content, ChatSettings(), ChatSettings(hour=after), now) == owed


def test_notices_already_sent_are_not_owed(content):
    assert change(content, ChatSettings(), ChatSettings(hour=8), baku(10), told=[KEY]) == []


def test_a_chat_that_subscribed_after_both_hours_is_owed_nothing(content):
    assert change(content, ChatSettings(), ChatSettings(hour=8), baku(11), subscribed_at=baku(10)) == []
    assert change(content, ChatSettings(hour=12), ChatSettings(hour=8), baku(11), subscribed_at=baku(10)) == [KEY]


def test_notices_wanted_only_from_now_on_are_not_owed(content):
    before = ChatSettings(anniversaries={"khojaly": False})

    assert change(content, before, ChatSettings(hour=8), baku(10)) == []
    assert change(content, ChatSettings(), replace(before, hour=8), baku(10)) == []


def test_an_ordinary_day_has_nothing_open(content):
    change = SettingsChange(ChatSettings(), ChatSettings(hour=8), ALWAYS, baku(10) + 5 * DAY)

    assert rules.list_open_days(change, content) == []


def test_owed_notices_may_come_until_the_day_ends_in_the_later_zone(content):
    change = SettingsChange(ChatSettings(), ChatSettings("America/New_York"), ALWAYS, baku(10))

    assert rules.compute_owed_until([item(content)], change, content) == schedule.local_moment(
        DATE + DAY, 0, "America/New_York"
    )
