"""The state of a delivery after each outcome, and the tally of a message."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.delivery.outcomes import Failed, Halt, Migrated, NotSent, Sent, Uncertain, Wait, next_state
from outreachbot.domain.delivery.states import (
    ACTIVE,
    ENDED,
    GONE,
    JOBS,
    DeliveryState,
    MessageKind,
    MessageState,
    Reason,
    Tally,
)

tallies = st.builds(Tally, *[st.integers(0, 10_000)] * 6)
outcomes = st.one_of(
    st.builds(Sent, st.integers(1), st.lists(st.integers(1), max_size=9).map(tuple)),
    st.builds(Uncertain, st.sampled_from(Reason)),
    st.builds(Failed, st.sampled_from(Reason), st.text()),
    st.builds(NotSent, st.text()),
    st.builds(Wait, st.floats(0, 1e5)),
    st.builds(Migrated, st.integers(max_value=-1)),
    st.builds(Halt, st.text()),
)


def test_a_message_that_telegram_has_is_sent():
    assert next_state(Sent(7)) == next_state(Sent(7, (8, 9))) == (DeliveryState.SENT, None)


@pytest.mark.parametrize("reason", [Reason.NO_ANSWER, Reason.SERVER_ERROR, Reason.STOPPED])
def test_a_delivery_that_may_have_arrived_is_uncertain_with_a_reason(reason):
    assert next_state(Uncertain(reason)) == (DeliveryState.UNCERTAIN, reason)


@pytest.mark.parametrize("kind", sorted(MessageKind))
@pytest.mark.parametrize("outcome", [NotSent("refused"), Wait(3.0), Migrated(-1002), Halt("Unauthorized")])
def test_a_request_that_was_not_sent_is_queued_again(outcome, kind):
    assert next_state(outcome, kind) == (DeliveryState.QUEUED, None)


@pytest.mark.parametrize("kind", sorted(MessageKind))
@pytest.mark.parametrize("reason", list(Reason))
def test_a_refusal_is_final_and_says_why(reason, kind):
    assert next_state(Failed(reason, "Forbidden"), kind) == (DeliveryState.FAILED, reason)


@given(outcomes, st.sampled_from(sorted(JOBS)))
def test_no_change_of_a_copy_is_ever_uncertain(outcome, job):
    assert next_state(outcome, job)[0] in {DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.QUEUED}


@given(outcomes, st.sampled_from(sorted(set(MessageKind) - JOBS)))
def test_nothing_that_may_have_arrived_is_queued_again(outcome, kind):
    assert (next_state(outcome, kind)[0] is DeliveryState.QUEUED) == isinstance(
        outcome, NotSent | Wait | Migrated | Halt
    )


def test_a_chat_is_left_alone_only_after_errors_that_block_every_message():
    message_only = {Reason.TEMPLATE, Reason.REFUSED, Reason.TOPIC_GONE, Reason.NO_ANSWER, Reason.SERVER_ERROR}

    assert message_only.isdisjoint(GONE)
    assert {Reason.BLOCKED, Reason.DEACTIVATED, Reason.KICKED} <= GONE


def test_a_message_that_goes_on_has_not_ended():
    before = {MessageState.DRAFT, MessageState.SCHEDULED, MessageState.MISSED}

    assert ACTIVE | ENDED | before == set(MessageState)
    assert not ACTIVE & ENDED


def test_every_state_is_counted():
    assert {field.name for field in dataclasses.fields(Tally)} == set(DeliveryState)


@given(tallies)
def test_the_states_add_up_to_the_audience(tally):
    assert tally.audience == sum(dataclasses.astuple(tally))


@given(tallies)
def test_a_message_is_finished_when_its_whole_audience_is_settled(tally):
    assert tally.finished == (tally.settled == tally.audience)
