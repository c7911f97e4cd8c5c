"""How a text is measured and shortened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.messages.message import shorten


@pytest.mark.parametrize(
    ("text", "most", "whole_words", "shortened"),
    [
        ("a bridge", 8, False, "a bridge"),
        ("a bridge", 7, False, "a brid…"),
        ("a bridge", 7, True, "a…"),
        ("bridges", 4, True, "bri…"),
        ("bridges", 1, False, "…"),
        ("", 0, False, ""),
        ("🌉🌉🌉", 2, False, "🌉…"),
    ],
)
def test_a_long_text_is_cut_with_an_ellipsis(text, most, whole_words, shortened):
    assert shorten(text, most, whole_words=whole_words) == shortened


@given(st.text(), st.integers(1, 20), st.booleans())
def test_a_shortened_text_is_a_beginning_that_fits(text, most, whole_words):
    short = shorten(text, most, whole_words=whole_words)

    assert len(short) <= most
    assert short == text or (len(text) > most and short.endswith("…") and text.startswith(short[:-1]))
