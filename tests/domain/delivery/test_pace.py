"""How much one claim takes, and when each of its messages may leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.delivery import pace
from outreachbot.domain.delivery.pace import Spacing

rates = st.floats(0.01, 1000)


@pytest.mark.parametrize("per_second", [30, 100, 500, 1000])
def test_a_claim_and_the_one_that_follows_it_are_a_tenth_of_a_second_of_sending(per_second):
    assert 2 * pace.claim_size(per_second) / per_second == pytest.approx(0.1, rel=0.4)


@given(st.floats(0.01, 1e6))
def test_a_claim_is_never_empty_and_never_large(per_second):
    assert 1 <= pace.claim_size(per_second) <= pace.MAX_CLAIM


def test_slots_follow_each_other_at_the_pace():
    assert list(pace.slot_times(100.0, 4, 2)) == [100.0, 100.5, 101.0, 101.5]


def test_nothing_to_send_needs_no_slot():
    assert list(pace.slot_times(100.0, 0, 30)) == []


@given(st.floats(0, 4e9), st.integers(1, pace.MAX_CLAIM), rates)
def test_no_slot_is_before_the_first(first, count, per_second):
    slots = list(pace.slot_times(first, count, per_second))

    assert slots[0] == first
    assert slots == sorted(slots)
    assert len(slots) == count


steps = st.lists(st.tuples(st.sampled_from([1, 2, 3, -1, -2]), st.floats(0, 2), st.booleans()), max_size=60)


def gap(chat_id):
    return pace.PRIVATE_GAP if chat_id > 0 else pace.GROUP_GAP


@given(steps)
def test_no_chat_is_written_to_twice_within_its_gap_and_no_other_waits_for_it(steps):
    spacing, slot, written = Spacing(), 100.0, {}
    for chat_id, seconds, reply in steps:
        slot += seconds
        if reply:  # a reply goes at once
            spacing.note(chat_id, slot)
            written[chat_id] = max(slot, written.get(chat_id, 0.0))
            continue
        at = spacing.next_moment(chat_id, slot)
        free = written.get(chat_id, 0.0) + gap(chat_id)
        assert at == pytest.approx(max(slot, free))
        written[chat_id] = at


def test_a_chat_is_remembered_no_longer_than_its_limit():
    spacing = Spacing()
    for number in range(10_000):
        spacing.next_moment(number + 1, number / 30)

    assert len(spacing.last) <= 30 * 2 * pace.GROUP_GAP + 2
