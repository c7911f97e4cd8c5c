"""The models' validation errors become plain sentences that say what to write."""

import pytest


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("hour: 9", "hour: nine", "hour: must be a whole number, such as 1992"),
        ("hour: 9", "hour: 010", "hour: must be a whole number, such as 1992; YAML reads `010` as 8"),
        ("hour: 9", "hour: 9.0", "hour: must be a whole number, such as 1992; YAML reads `9.0` as a number"),
        ("hour: 9", "hour: yes", "hour: must be a whole number, such as 1992; YAML reads `yes` as true"),
        ("hour: 9", 'hour: "9"', "hour: must be a whole number, such as 1992"),
        ("hour: 9", "hour:", "hour: is empty; it must be a whole number, such as 1992"),
        ("hour: 9", "hour: -1", "hour: must be at least 0"),
        ("hour: 9\n", "", "hour: is missing"),
        ("    default: no", "    default: maybe", "anniversaries[0].default: must be true or false"),
        (
            "title: {en: The old bridge}",
            "title: The old bridge",
            "title: must be one text per language, each in a line of its own, such as `en: Welcome`",
        ),
        ("    read: full", "    read: fully", 'sources[0].read: unknown word "fully"; did you mean "full"?'),
        (
            "    read: full",
            "    read: xyz",
            'sources[0].read: unknown word "xyz"; known: full, part, copy, report, not-checked',
        ),
        ("    read: full", "    read: []", "sources[0].read: must be one of: full, part, copy, report, not-checked"),
        ("    title: The Herald", '    title: ""', "sources[1].title: is empty; write a text"),
        ("    title: The Herald", "    title:", "sources[1].title: is empty; it must be a text"),
        (
            "    title: The Herald",
            "    title: 1984",
            'sources[1].title: YAML reads `1984` as a number; put it in quotes: "1984"',
        ),
        ("    title: The Herald", "    title: [a]", "sources[1].title: must be a text"),
        (
            "  - id: flood\n",
            "  - id: The_Flood\n",
            "facts[1].id: must be lower-case letters and digits, joined by single hyphens, such as report-1992",
        ),
        ("  - id: flood\n", f"  - id: {'f' * 33}\n", "facts[1].id: must have at most 32 letters"),
        (
            "languages: [en, de]",
            "languages: [en, de, DE]",
            "languages[2]: must be a language's code of two small letters, such as en",
        ),
        (
            "languages: [en, de]",
            "languages: [en, de, en]",
            'languages[2]: the language "en" is written twice; first in line 1',
        ),
        ("    year: 1902\n", "    year: 190\n", "sources[0].year: must be at least 1000"),
    ],
)
def test_the_fault_of_a_wrong_value_says_what_it_must_be(fault_of, old: str, new: str, said: str) -> None:
    assert fault_of(old, new) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    date: 03-02", "    date: 02-30", 'anniversaries[0].date: "02-30" does not exist in the calendar'),
        (
            "  - date: 1840\n",
            "  - date: spring\n",
            'timeline[1].date: "spring" is not a date; write 1992-02-26, 1992-02 or 1992',
        ),
        (
            "  - date: 1840\n",
            "  - date: {year: 1840}\n",
            "timeline[1].date: must be a date in one word, such as 1992-02-26",
        ),
        (
            "  - date: 1840\n",
            "  - date:\n",
            "timeline[1].date: is empty; it must be a date, such as 1992-02-26, 1992-02 or 1992",
        ),
    ],
)
def test_the_fault_of_a_wrong_date_says_how_dates_are_written(fault_of, old: str, new: str, said: str) -> None:
    assert fault_of(old, new) == said


def test_the_fault_of_an_unquoted_no_asks_for_quotes(changed, faults_of) -> None:
    text = changed(("[en, de]", '[en, de, "no"]'), ("en: Welcome", "en: Welcome, no: Hei"))
    (fault,) = faults_of(text)
    assert fault == 'content.yaml:8:24: welcome.no: YAML reads `no` as false; put it in quotes: "no"'


def test_a_file_of_another_kind_has_one_fault(faults_of) -> None:
    assert faults_of("just a text") == (
        "content.yaml:1:1: must be keys with values, each in a line of its own, such as `id: first`",
    )


def test_an_empty_mapping_misses_every_key(faults_of) -> None:
    assert "content.yaml:1:1: languages: is missing" in faults_of("{}")
