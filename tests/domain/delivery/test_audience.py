"""The audience of a message as it is stored and read back."""

import json

from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.content.model import Notice
from outreachbot.domain.delivery import audience as delivery_audience
from outreachbot.domain.reminders.audience import NoticeCriteria, ReminderAudience
from outreachbot.domain.reminders.schedule import Group

groups = st.none() | st.builds(Group, st.sampled_from(["Asia/Baku", "Europe/Berlin", "UTC"]), st.integers(0, 23))
words = st.text(max_size=10)
lists = st.lists(words, max_size=3).map(tuple)
flags = st.booleans()
criteria = st.builds(
    NoticeCriteria, words, words, st.integers(1900, 2100), st.sampled_from(Notice), flags, flags, flags
)
reminders = st.builds(
    ReminderAudience,
    criteria=st.lists(criteria, max_size=3).map(tuple),
    wanted=st.lists(flags, max_size=3).map(tuple),
    subscribed_until=st.none() | st.floats(0, 4e9),
    group=groups,
    default=groups,
)
broadcasts = st.builds(
    BroadcastAudience,
    languages=lists,
    kinds=lists,
    anniversary=words,
    by_default=st.booleans(),
    big=st.booleans(),
    joined=words,
)


@given(reminders.filter(lambda audience: audience != ReminderAudience()) | broadcasts)
def test_what_is_stored_is_read_back_unchanged(written):
    assert delivery_audience.load(json.loads(json.dumps(delivery_audience.dump(written)))) == written
    assert delivery_audience.load(delivery_audience.dump(written)) == written


@given(broadcasts)
def test_only_criteria_that_narrow_the_audience_are_stored(written):
    assert written.is_everybody == (delivery_audience.dump(written) == {})


def test_nothing_stored_means_everybody():
    assert delivery_audience.load({}) == BroadcastAudience()
    assert BroadcastAudience().is_everybody
    assert not BroadcastAudience(languages=("en",)).is_everybody
    assert delivery_audience.load({"subscribed_until": 0.0}) == ReminderAudience(subscribed_until=0.0)


def test_a_reminder_audience_stored_by_an_older_version_is_read():
    """For a message that was half queued when the program was updated."""
    stored = {
        "subscribed_until": 1.0,
        "group": {"zone": "UTC", "hour": 9},
        "default": {"zone": "Asia/Baku", "hour": 8},
        "wishes": [
            {
                "item": "day:2027-02-26:day",
                "anniversary": "day",
                "year": 2027,
                "notice": "day",
                "anniversary_by_default": True,
                "notice_by_default": False,
                "big": True,
            }
        ],
        "wanted": [True],
    }
    criteria = NoticeCriteria("day:2027-02-26:day", "day", 2027, Notice.DAY, True, False, True)

    read = delivery_audience.load(stored)

    assert read == ReminderAudience(1.0, Group("UTC", 9), Group("Asia/Baku", 8), (criteria,), (True,))
    assert delivery_audience.load(delivery_audience.dump(read)) == read
