"""Corrections are read and sorted, and their faults are reported."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.content import corrections, dates, file

FACT = "    certainty: stated\n"
GOOD = f"""{FACT}    corrected:
      - on: 2024-02-29
        was: {{en: A fire took it, de: Ein Brand}}
        why: {{en: The Herald was misread}}
      - on: 2026-05-03
        was: {{en: Nobody knows}}
        why: {{en: The Herald was found}}
"""


@pytest.fixture
def content(changed):
    """The bridge's content with three corrections of two facts."""
    first = "    certainty: documented\n"
    corrected = first + "    corrected: [{on: 2026-05-03, was: {en: Few}, why: {en: Counted again}}]\n"
    return file.read_content(changed((FACT, GOOD), (first, corrected)).encode(), "content.yaml").content


def test_a_correction_is_read_with_its_day_and_its_texts(content) -> None:
    older, newer = content.fact_by_id["flood"].corrected

    assert (older.on, newer.on) == (dt.date(2024, 2, 29), dt.date(2026, 5, 3))
    assert content.say(older.was, "de") == "Ein Brand"
    assert content.say(older.why, "de") == "The Herald was misread"


def test_the_newest_come_first_and_those_of_one_day_in_file_order(content) -> None:
    found = corrections.list_all_corrections(content)

    assert [(entry.number, entry.fact.id, entry.correction.on.isoformat()) for entry in found] == [
        (1, "stones", "2026-05-03"),
        (2, "flood", "2026-05-03"),
        (2, "flood", "2024-02-29"),
    ]
    assert [correction.on.year for correction in corrections.list_corrections(content.fact_by_id["flood"])] == [
        2026,
        2024,
    ]


NO_DAY = "is not a day; write year, month and day, as in 2026-05-03"
NO_LINK = "is not an http(s) address: it must start with https:// or http://; where no link is meant, write \\["
TEXTS = "must be one text per language, each in a line of its own, such as `en: Welcome`"
DAY, WAS, WHY = "on: 2026-05-03", "was: {en: Nobody knows}", "why: {en: The Herald was found}"


@pytest.mark.parametrize(
    ("old", "new", "mark", "said"),
    [
        (DAY, "on: 2026-02-29", "64:13", 'on: "2026-02-29" does not exist in the calendar'),
        (DAY, "on: 2026-05", "64:13", f'on: "2026-05" {NO_DAY}'),
        (DAY, "on: 2026", "64:13", f'on: "2026" {NO_DAY}'),
        (DAY, "on: 3 May", "64:13", f'on: "3 May" {NO_DAY}'),
        (DAY, "on: [2026-05-03]", "64:13", "on: must be a day in one word, such as 2026-05-03"),
        (DAY, "on:", "64:12", "on: is empty; it must be a day, such as 2026-05-03"),
        (f"{DAY}\n        was", "was", "64:9", "on: is missing"),
        (f"        {WHY}\n", "", "64:9", "why: is missing"),
        (WAS, "was: {de: Niemand}", "65:14", 'was: the text in the default language "en" is missing'),
        (WAS, "was: Nobody knows", "65:14", f"was: {TEXTS}"),
        (WAS, "was: {en: ''}", "65:19", "was.en: is empty; write a text"),
        (WAS, "said: {en: Nobody knows}", "65:9", 'said: unknown key "said"; known: on, was, why'),
        (WHY, "why: {en: '[a](b)'}", "66:19", f'why.en: "b" in a link {NO_LINK}'),
    ],
)
def test_a_fault_is_reported_with_line_and_column(changed, faults_of, old: str, new: str, mark: str, said: str) -> None:
    faults = faults_of(changed((FACT, GOOD), (old, new)))

    assert f"content.yaml:{mark}: facts[1].corrected[1].{said}" in faults


def test_a_date_with_a_time_of_day_is_a_fault(changed, faults_of) -> None:
    (fault,) = faults_of(changed((FACT, GOOD), (DAY, f"{DAY} 10:00")))

    assert fault.endswith("YAML reads `2026-05-03 10:00` as a date with a time of day")


def test_a_correction_outside_a_list_is_a_fault(changed, faults_of) -> None:
    single = f"{FACT}    corrected: {{on: 2026-05-03, was: {{en: A}}, why: {{en: B}}}}\n"

    assert faults_of(changed((FACT, single))) == (
        "content.yaml:60:16: facts[1].corrected: must be a list, each entry in a line that begins with `- `",
    )


@given(st.dates())
def test_every_day_is_read_as_it_is_written(day) -> None:
    assert dates.parse_day(day.isoformat()) == day


@given(st.one_of(st.text(), st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")))
def test_any_text_is_a_day_or_refused(written) -> None:
    try:
        found = dates.parse_day(written)
    except ValueError as error:
        told = str(error)
    else:
        told = f'"{written}" '
        assert found.isoformat() == written.strip()
    assert told.startswith(f'"{written}" ')
