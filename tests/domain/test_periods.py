"""The pages of a timeline: the arrows reach every entry."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.content import paging
from outreachbot.domain.content.dates import PartialDate
from outreachbot.domain.content.model import TimelineEntry

lengths = st.integers(1, 40)


def timeline(*dates):
    """Entries of these dates."""
    return [TimelineEntry(date=date, text={"en": date}, sources=("herald",)) for date in dates]


def a_year_each(count):
    return timeline(*(str(1900 + year) for year in range(count)))


SAMPLE = timeline("1991", "1991-12", "1992-02-25", "1992-02-26", "1992-03", "1994-05-12", "2005")


def walk(entries, first, step):
    """The pages from that entry on, by one of the two arrows until it ends."""
    pages = [paging.cut_page(entries, first)]
    while (to := getattr(pages[-1], step)) is not None:
        assert len(pages) <= len(entries), "the arrows go in circles"
        pages.append(paging.cut_page(entries, to))
    return pages


@given(lengths)
def test_the_arrows_lead_through_every_entry_once(count):
    entries = a_year_each(count)

    pages = walk(entries, 0, "later")

    assert [entry for page in pages for entry in page.entries] == entries


@given(lengths.flatmap(lambda count: st.tuples(st.just(count), st.integers(0, count - 1))))
def test_from_any_entry_the_arrows_reach_all_others(case):
    count, first = case
    entries = a_year_each(count)

    seen = {
        entry.date for step in ("earlier", "later") for page in walk(entries, first, step) for entry in page.entries
    }

    assert seen == {entry.date for entry in entries}


@given(lengths, st.integers(0, 10**8))
def test_no_page_is_empty_and_none_too_long(count, first):
    page = paging.cut_page(a_year_each(count), first)

    assert 1 <= len(page.entries) <= paging.ENTRIES_A_PAGE


@given(lengths, st.integers(0, 60))
def test_a_page_says_correctly_which_entries_it_shows(count, first):
    entries = a_year_each(count)

    page = paging.cut_page(entries, first)

    assert list(page.entries) == entries[page.first : page.last + 1]
    assert page.of == count


def test_a_page_beyond_the_end_is_the_last_entry():
    page = paging.cut_page(SAMPLE, 1000)

    assert page.entries == (SAMPLE[-1],)
    assert page.later is None


@pytest.mark.parametrize(
    ("period", "first"),
    [("1991", 0), ("1992", 2), ("1992-02", 2), ("1992-02-26", 3), ("1992-03-07", 4), ("1991-06", 0)],
)
def test_a_period_begins_with_its_first_entry(period, first):
    assert paging.find_first_in(SAMPLE, PartialDate.parse(period)) == first


@pytest.mark.parametrize("period", ["1990", "1993", "1992-02-27", "1992-04", "2006-01-01"])
def test_a_period_without_entries_has_no_first(period):
    assert paging.find_first_in(SAMPLE, PartialDate.parse(period)) is None


@pytest.mark.parametrize(("period", "first"), [("1990", 0), ("1993", 5), ("1992-02-27", 4), ("2020", 6)])
def test_after_an_empty_period_comes_what_is_next_or_the_last(period, first):
    assert paging.find_first_after(SAMPLE, PartialDate.parse(period)) == first


def test_every_day_of_the_shipped_timeline_is_found_by_its_own_date(content):
    for entry in content.timeline:
        first = paging.find_first_in(content.timeline, entry.date)

        assert first is not None
        assert content.timeline[first].date.year == entry.date.year


@given(st.dates(dt.date(1890, 1, 1), dt.date(1960, 1, 1)))
def test_any_day_leads_to_a_page(day):
    entries, period = a_year_each(30), PartialDate(year=day.year, month=day.month, day=day.day)

    first = paging.find_first_in(entries, period)

    assert (first is None) == (not 1900 <= day.year < 1930)
    assert 0 <= paging.find_first_after(entries, period) < len(entries)
