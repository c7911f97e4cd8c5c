"""Who a message is for, as it is kept and read again."""

import json

from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.broadcasts import audience
from outreachbot.domain.broadcasts.audience import Audience, Wish
from outreachbot.domain.content.model import Notice
from outreachbot.domain.reminders.schedule import Group

groups = st.none() | st.builds(Group, st.sampled_from(["Asia/Baku", "Europe/Berlin", "UTC"]), st.integers(0, 23))
words = st.text(max_size=10)
lists = st.lists(words, max_size=3).map(tuple)
flags = st.booleans()
wishes = st.builds(Wish, words, words, st.integers(1900, 2100), st.sampled_from(Notice), flags, flags, flags)
audiences = st.builds(
    Audience,
    wishes=st.lists(wishes, max_size=3).map(tuple),
    wanted=st.lists(flags, max_size=3).map(tuple),
    subscribed_until=st.none() | st.floats(0, 4e9),
    group=groups,
    default=groups,
    languages=lists,
    kinds=lists,
    anniversary=words,
    by_default=st.booleans(),
    joined=words,
)


@given(audiences)
def test_what_is_kept_comes_back_the_same(written):
    assert audience.load(json.loads(json.dumps(audience.dump(written)))) == written
    assert audience.load(audience.dump(written)) == written


@given(audiences)
def test_only_what_narrows_it_down_is_kept(written):
    assert written.everybody == (audience.dump(written) == {})


def test_what_nothing_is_kept_of_is_everybody():
    assert audience.load({}) == Audience()
    assert Audience().everybody
    assert not Audience(languages=("en",)).everybody
    assert not Audience(subscribed_until=0.0).everybody
