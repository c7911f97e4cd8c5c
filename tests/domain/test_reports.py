"""Who may report a mistake now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.reports import MAX_PER_DAY, MAX_PER_HOUR, RecentReports, Refusal, clean_text, find_refusal


@pytest.mark.parametrize(
    ("recent", "why"),
    [
        (RecentReports(ignored=False, minute=0, day=0, everybody=0), None),
        (RecentReports(ignored=False, minute=0, day=MAX_PER_DAY - 1, everybody=MAX_PER_HOUR - 1), None),
        (RecentReports(ignored=False, minute=1, day=1, everybody=1), Refusal.MINUTE),
        (RecentReports(ignored=False, minute=0, day=MAX_PER_DAY, everybody=1), Refusal.DAY),
        (RecentReports(ignored=False, minute=1, day=MAX_PER_DAY, everybody=1), Refusal.DAY),
        (RecentReports(ignored=False, minute=0, day=0, everybody=MAX_PER_HOUR), Refusal.CROWD),
        (RecentReports(ignored=True, minute=0, day=0, everybody=0), Refusal.IGNORED),
    ],
)
def test_a_report_is_accepted_unless_a_limit_is_reached(recent, why):
    assert find_refusal(recent) is why


def test_characters_that_databases_reject_are_removed():
    assert clean_text("a\0b \ud800 ") == "ab ?"


@given(st.text(st.characters()))
def test_cleaned_text_can_be_stored(words):
    assert "\0" not in clean_text(words)
    assert clean_text(words).encode().decode() == clean_text(words)
    assert clean_text(clean_text(words)) == clean_text(words)
