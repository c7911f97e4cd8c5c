"""Pictures: deterministic, of a size that Telegram accepts, and readable on a phone."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from outreachbot.domain.messages.pictures import Bar, Chart, End, Event, Strip
from outreachbot.drawing import chart, layout, picture, strip, typesetting
from outreachbot.drawing.sheet import ACCENT, MARGIN, MAX_HEIGHT, WIDTH

words = st.text(max_size=60) | st.text(st.sampled_from("aщə W\u00a0"), max_size=4000)
numbers = st.integers(0, 10**30) | st.integers(0, 1000)
bars = st.builds(Bar, words, words, words, numbers | st.just(0), numbers, st.sampled_from(End))
charts = st.builds(
    Chart, words, words, st.lists(bars, min_size=1, max_size=12).map(tuple), numbers, st.tuples(words, words), words
)
events = st.builds(Event, words, words, words)
strips = st.builds(Strip, words, words, st.lists(events, min_size=1, max_size=6).map(tuple), words)

DEATHS = Chart(
    "Fact 12: the figures, side by side",
    "How many died",
    (
        Bar("at least 161", "civilians killed", "A, 1993", 0, 161, End.OPEN),
        Bar("500–1,000", "people who may have died", "B, 1994", 500, 1000, End.CLOSED),
        Bar("up to 250", "missing", "C, 1995", 0, 250, End.LIMIT),
    ),
    1000,
    ("One scale, from 0.",),
    "A town",
)


def part(drawn):
    """The part of it that is drawn."""
    count = picture.fitting(drawn)
    assert 1 <= count <= len(drawn.items)
    if isinstance(drawn, Chart):
        return replace(drawn, bars=drawn.bars[:count])
    return replace(drawn, events=drawn.events[:count])


@given(charts | strips)
@settings(max_examples=40, deadline=None)
def test_whatever_is_written_telegram_takes_the_picture(drawn):
    data = picture.png(part(drawn))
    image = Image.open(io.BytesIO(data))

    assert image.size[0] == WIDTH
    assert WIDTH / 20 < image.size[1] <= MAX_HEIGHT
    assert len(data) < 10 * 2**20


def test_the_same_words_are_the_same_picture():
    assert picture.png(DEATHS) == picture.png(replace(DEATHS))
    assert picture.png(DEATHS) != picture.png(replace(DEATHS, title="How many fled"))
    assert len(picture.style()) == 64


def test_few_figures_are_on_one_picture_and_many_are_not():
    assert picture.fitting(DEATHS) == 3
    assert 6 <= picture.fitting(replace(DEATHS, bars=DEATHS.bars * 10)) < 30


def test_all_type_can_be_read_on_a_phone():
    """A phone shows the picture about 390 points wide: 34 pixels are then 12 points."""
    types = [
        value
        for module in (chart, layout, strip)
        for value in vars(module).values()
        if type(value) is typesetting.TextStyle
    ]

    assert len(types) >= 10
    assert all(font.size >= 34 for font in types)


def bar_of(low, high, end=End.CLOSED):
    return Bar("", "", "", low, high, end)


def test_bars_stand_on_one_scale_from_nought():
    assert chart.bar_extent(bar_of(0, 1000), 1000) == (0, chart.LONGEST)
    assert chart.bar_extent(bar_of(0, 500), 1000) == (0, chart.LONGEST / 2)
    assert chart.bar_extent(bar_of(500, 1000), 1000) == (chart.LONGEST / 2, chart.LONGEST)


@pytest.mark.parametrize("scale", [0, 1, 10**30])
def test_even_nought_can_be_seen(scale):
    assert chart.bar_extent(bar_of(0, 0), scale) == (0, chart.SHORTEST)


def test_a_bar_ends_where_its_number_is():
    """Along the middle of the first bar: the accent up to 500 of 1,000, the paler track after it."""
    drawn = replace(DEATHS, bars=(bar_of(0, 500),))
    image = Image.open(io.BytesIO(picture.png(drawn))).convert("RGB")
    accent = tuple(bytes.fromhex(ACCENT.removeprefix("#")))
    rows = [y for y in range(image.height) if image.getpixel((MARGIN + 200, y)) == accent]
    row = rows[-chart.THICKNESS // 2]
    painted = [x for x in range(WIDTH) if image.getpixel((x, row)) == accent]

    assert abs(len(painted) - chart.LONGEST / 2) <= 2
