"""The program's own words: values put in safely, plurals, numbers and dates."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.content.dates import PartialDate
from outreachbot.sandbox import html
from outreachbot.views.i18n import words


@given(st.text())
def test_a_value_comes_out_as_the_text_it_is(value):
    said = words("en")("“{query}” was not found", query=value)

    assert html.parse(said)[0] == f"“{value}” was not found"


def test_braces_in_a_value_are_not_filled_in():
    assert words("en")("{a}{b}", a="{b}{0}{a.__class__}", b="%s") == "{b}{0}{a.__class__}%s"


@pytest.mark.parametrize(("n", "said"), [(0, "0 chats"), (1, "1 chat"), (2, "2 chats"), (1_234_567, "1,234,567 chats")])
def test_a_number_has_its_plural(n, said):
    assert words("en").plural("{n} chat", "{n} chats", n) == said


def test_a_plurals_other_values_are_made_safe_as_well():
    assert words("en").plural("{n} for {what}", "{n} for {what}", 1, what="<b>") == "1 for &lt;b&gt;"


@pytest.mark.parametrize(
    ("written", "said"),
    [("1992-02-26", "26 February 1992"), ("1992-02", "February 1992"), ("1992", "1992"), ("0988-07-01", "1 July 988")],
)
def test_a_partial_date_is_written_as_precisely_as_known(written, said):
    assert words("en").partial_date(PartialDate.parse(written)) == said


@pytest.mark.parametrize("language", ["az", "tr"])
def test_no_language_borrows_the_months_of_another(language):
    names = {"en": "September 1992", "az": "sentyabr 1992", "tr": "Eylül 1992", "ru": "сентябрь 1992"}
    others = [code for code in names if code != language]

    said = {code: words(code).partial_date(PartialDate(year=1992, month=9)) for code in (language, *others)}

    assert said == names


def test_a_language_without_a_catalogue_falls_back_to_english():
    assert words("zz")("Facts") == "Facts"
    assert words("zz").date(dt.date(1992, 2, 26)) == "26 February 1992"


def test_a_day_a_weekday_and_a_time_are_said_without_the_rest():
    moment = dt.datetime(2026, 3, 1, 9, 5, tzinfo=dt.UTC)

    assert (words("en").day(moment), words("en").weekday(moment), words("en").time(moment)) == (
        "1 March",
        "Sunday",
        "09:05",
    )
