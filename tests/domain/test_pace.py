"""How much one claim takes, and when each of its messages may leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain import pace

rates = st.floats(0.01, 1000)


@pytest.mark.parametrize(("per_second", "size"), [(0.5, 1), (1, 1), (30, 3), (100, 10), (1000, 50)])
def test_a_claim_is_about_a_tenth_of_a_second_of_sending(per_second, size):
    assert pace.claim_size(per_second) == size


@given(rates)
def test_a_claim_is_never_empty_and_never_large(per_second):
    assert 1 <= pace.claim_size(per_second) <= pace.MAX_CLAIM


def test_slots_follow_each_other_at_the_pace():
    assert list(pace.slots(100.0, 4, 2)) == [100.0, 100.5, 101.0, 101.5]


def test_nothing_to_send_needs_no_slot():
    assert list(pace.slots(100.0, 0, 30)) == []


@given(st.floats(0, 4e9), st.integers(1, pace.MAX_CLAIM), rates)
def test_no_slot_is_before_the_first(first, count, per_second):
    slots = list(pace.slots(first, count, per_second))

    assert slots[0] == first
    assert slots == sorted(slots)
    assert len(slots) == count
