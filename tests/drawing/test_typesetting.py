"""Typesetting: every drawable character has a glyph, and lines keep to their width."""

import itertools
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.messages.pictures import is_drawable
from outreachbot.drawing import typesetting
from outreachbot.drawing.typesetting import ELLIPSIS, TextRun, TextStyle

SIZE = TextStyle(40, 50, "#000000")
BOLD = TextStyle(40, 50, "#000000", bold=True)
SHAPELESS = {"Cc", "Cf", "Cn", "Co", "Cs"}


def plain(lines):
    return "\n".join("".join(run.text for run in line) for line in lines)


@pytest.mark.parametrize("bold", [False, True])
def test_every_drawable_sign_has_a_shape_of_its_own(bold):
    """All characters missing from a font share one glyph: that of a character no font has."""
    signs = [sign for sign in map(chr, range(0x20, sys.maxunicode)) if unicodedata.category(sign) not in SHAPELESS]
    drawable = [sign for sign in signs if is_drawable(sign) and unicodedata.is_normalized("NFC", sign)]

    def shape(sign):
        return bytes(typesetting._load_font(typesetting._choose_family(sign), 20, bold).getmask(sign))

    families = set(map(typesetting._choose_family, drawable))
    lacking = {family: bytes(typesetting._load_font(family, 20, bold).getmask("\uffff")) for family in families}

    assert len(drawable) > 2000
    assert len(families) == 3
    assert [
        sign for sign in drawable if not sign.isspace() and shape(sign) == lacking[typesetting._choose_family(sign)]
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        "In the night people fled: 613 — “at least”",
        "Gecə şəhərdən qaçdılar; İçərişəhər, Ağdam, ÜMUMİ, əöüğışç",
        "Çığlıklar, İstanbul, Iğdır, güneş, şehir",
        "Ночь на 26 февраля; № 1 «Ёлка», съезд",
        "Їжак, ґанок, Қазақ, Ελλάδα, საქართველო",
        "e\u0301 stands for é; 1\u202f000\u00a0000",
    ],
)
def test_these_languages_are_drawn(text):
    assert is_drawable(text)


@pytest.mark.parametrize("text", ["😀", "שלום", "سلام", "你好", "नमस्ते", "→"])
def test_others_are_not(text):
    assert not is_drawable("plain", text)


@given(st.text(max_size=300), st.text(max_size=300), st.floats(40, 900), st.integers(1, 5))
def test_lines_keep_to_the_width_and_to_their_number(first, second, width, most):
    lines = typesetting.break_lines((TextRun(first, BOLD), TextRun(second, SIZE)), width, most)

    assert len(lines) <= most
    for line in lines:
        wide = sum(typesetting.measure(run.text, run.style) for run in line)
        assert wide <= width or sum(len(run.text.strip()) for run in line) == 1


@given(st.lists(st.text(st.sampled_from("abc \u00a0щə"), max_size=40), max_size=30))
def test_nothing_is_lost_and_nothing_added(texts):
    lines = typesetting.break_lines((TextRun(" ".join(texts), SIZE),), 500, 10**6)

    assert "".join(plain(lines).split()) == "".join(" ".join(texts).split())


def test_what_does_not_fit_ends_with_an_ellipsis():
    lines = typesetting.break_lines((TextRun("one two three four five six seven " * 9, SIZE),), 300, 2)

    assert len(lines) == 2
    assert plain(lines).endswith(ELLIPSIS)


def test_words_stay_together_where_they_are_held():
    text = "aaaa bbbb 1993\u00a0[1]"
    fits_without = typesetting.measure("aaaa bbbb 1993", SIZE)

    assert plain(typesetting.break_lines((TextRun(text, SIZE),), fits_without + 1, 5)) == "aaaa bbbb\n1993\u00a0[1]"


def test_a_character_without_a_glyph_leaves_no_gap():
    hidden = "".join(itertools.chain("a", "\u00ad\u200b\u200d\u2060\u202e", "b"))

    assert plain(typesetting.break_lines((TextRun(hidden, SIZE),), 500, 1)) == "ab"
