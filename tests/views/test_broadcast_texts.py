"""What an admin reads about a broadcast: numbers that add up, in words that are true enough."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.delivery import MessageState, Reason, State, Tally
from outreachbot.domain.message import Button, Message
from outreachbot.views import broadcast
from outreachbot.views.i18n import words

numbers = st.integers(0, 10**7)
tallies = st.builds(Tally, numbers, numbers, numbers, numbers, numbers, numbers)


def parts(text: str) -> list[int]:
    """The numbers of the lines `sent: 1,234`."""
    found = re.findall(r"^[a-z ()]+: <b>([\d,]+)</b>$", text, re.MULTILINE)
    return [int(number.replace(",", "")) for number in found]


def total(text: str) -> int:
    (found,) = re.findall(r"^= ([\d,]+) chats?$", text, re.MULTILINE)
    return int(found.replace(",", ""))


@given(tallies, st.sampled_from(MessageState))
def test_the_numbers_add_up(tally, state):
    text = broadcast.progress("en", 1, state, None, tally, (), ()).text

    assert sum(parts(text)) == total(text) == tally.audience


@given(tallies)
def test_the_bar_is_full_when_nothing_is_left_and_only_then(tally):
    text = broadcast.progress("en", 1, MessageState.RUNNING, None, tally, (), ()).text
    bar = re.search(r"<code>(█*)(░*)</code>", text)

    assert bar
    assert len(bar[1] + bar[2]) == broadcast.BAR
    assert (not bar[2]) == (tally.finished and tally.audience > 0)


def test_a_report_counts_each_reason_and_lists_who_is_uncertain():
    reasons = [(State.FAILED, Reason.BLOCKED, 1200), (State.UNCERTAIN, Reason.NO_ANSWER, 2), (State.FAILED, None, 1)]
    tally = Tally(sent=1, uncertain=2, failed=1201)
    text = broadcast.progress("en", 1, MessageState.FINISHED, None, tally, reasons, [5, -1007]).text

    assert "1,200 × the member blocked the bot" in text
    assert "2 × no answer came" in text
    assert "1 × refused by Telegram" in text
    assert text.endswith("\n5, -1007")


def test_more_uncertain_chats_than_fit_are_hinted_at():
    tally = Tally(uncertain=21)
    text = broadcast.progress("en", 1, MessageState.FINISHED, None, tally, (), range(1, 22)).text

    assert text.endswith("19, 20 …")


def test_each_reason_has_words_of_its_own():
    said = [
        broadcast.progress("en", 1, MessageState.FINISHED, None, Tally(failed=1), [(State.FAILED, reason, 1)], ()).text
        for reason in Reason
    ]

    assert len(set(said)) == len(Reason)
    assert not any(f"1 × {reason}" in text.splitlines() for reason, text in zip(Reason, said, strict=True))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (MessageState.RUNNING, "under way"),
        (MessageState.PAUSED, "paused"),
        (MessageState.CANCELLED, "cancelled"),
        (MessageState.FINISHED, "finished"),
    ],
)
def test_each_state_has_its_heading(state, words):
    assert words in broadcast.progress("en", 1, state, None, Tally(), (), ()).text.splitlines()[0]


def test_why_it_rests_stands_in_it_as_text():
    text = broadcast.progress("en", 1, MessageState.PAUSED, "can't parse <b>", Tally(queued=1), (), ()).text

    assert "can&#x27;t parse &lt;b&gt;" in text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "1 second"),
        (1.4, "1 second"),
        (89.4, "89 seconds"),
        (90.0, "2 minutes"),
        (3600.0, "60 minutes"),
        (5400.0, "2 hours"),
        (36_000.0, "10 hours"),
    ],
)
def test_a_time_is_said_in_the_coarsest_words_that_are_true_enough(seconds, said):
    assert broadcast.duration(seconds, words("en")) == said


def test_the_question_says_to_how_many_of_each_kind_and_how_long_it_takes():
    audience = {"private": 1234, "group": 1, "supergroup": 2, "channel": 1}
    message = broadcast.confirm("en", 7, audience, 41.3)

    assert "It goes to 1,238 chats: 1,234 members, 3 groups, 1 channel." in message.text
    assert "it takes 41 seconds" in message.text
    assert [[(button.label, button.data) for button in row] for row in message.buttons] == [
        [("Send to 1,238 chats", "broadcast:send:7")],
        [("Discard", "broadcast:discard:7")],
    ]


def test_for_nobody_there_is_nothing_to_confirm():
    message = broadcast.confirm("en", 7, {}, 0.0)

    assert [button.data for row in message.buttons for button in row] == ["broadcast:discard:7"]


def test_every_push_has_its_way_out_below_its_own_buttons():
    own = (Button("Site", url="https://example.org/"),)
    message = broadcast.with_way_out("en", Message("Hi", (own,), photo="file"))

    assert (message.text, message.photo) == ("Hi", "file")
    assert [[button.data or button.url for button in row] for row in message.buttons] == [
        ["https://example.org/"],
        ["+unsubscribe"],
    ]
