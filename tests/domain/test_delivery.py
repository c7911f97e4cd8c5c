"""What becomes of a delivery after each answer, and how a message's deliveries add up."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain import delivery
from outreachbot.domain.delivery import Failed, Halt, Migrated, NotSent, Reason, Sent, State, Tally, Uncertain, Wait

tallies = st.builds(Tally, *[st.integers(0, 10_000)] * 6)


def test_a_message_that_telegram_has_is_sent():
    assert delivery.after(Sent(7)) == (State.SENT, None)


@pytest.mark.parametrize("reason", [Reason.NO_ANSWER, Reason.SERVER_ERROR, Reason.STOPPED])
def test_what_may_have_arrived_is_uncertain_and_says_why(reason):
    assert delivery.after(Uncertain(reason)) == (State.UNCERTAIN, reason)


@pytest.mark.parametrize("outcome", [NotSent("refused"), Wait(3.0), Migrated(-1002), Halt("Unauthorized")])
def test_what_surely_did_not_leave_is_queued_again(outcome):
    assert delivery.after(outcome) == (State.QUEUED, None)


@pytest.mark.parametrize("reason", [Reason.TEMPLATE, Reason.TOPIC_GONE])
def test_what_goes_once_the_message_or_its_topic_is_put_right_is_queued_again(reason):
    assert delivery.after(Failed(reason, "Bad Request")) == (State.QUEUED, None)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in {Reason.TEMPLATE, Reason.TOPIC_GONE}])
def test_a_refusal_is_final_and_says_why(reason):
    assert delivery.after(Failed(reason, "Forbidden")) == (State.FAILED, reason)


def test_a_chat_is_left_alone_only_after_what_stands_in_the_way_of_every_message():
    message_only = {Reason.TEMPLATE, Reason.REFUSED, Reason.TOPIC_GONE, Reason.NO_ANSWER, Reason.SERVER_ERROR}

    assert message_only.isdisjoint(delivery.GONE)
    assert {Reason.BLOCKED, Reason.DEACTIVATED, Reason.KICKED} <= delivery.GONE


def test_every_state_is_counted():
    assert {field.name for field in dataclasses.fields(Tally)} == set(State)


@given(tallies)
def test_the_states_add_up_to_the_audience(tally):
    assert tally.audience == sum(dataclasses.astuple(tally))


@given(tallies)
def test_a_message_is_finished_when_its_whole_audience_is_settled(tally):
    assert tally.finished == (tally.settled == tally.audience)
