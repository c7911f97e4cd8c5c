"""What is missing in a valid file is counted, language by language."""

import pytest

from outreachbot.domain.content import file
from outreachbot.domain.content import gaps as content_gaps
from outreachbot.domain.content.faults import Mark
from outreachbot.domain.content.gaps import Gap
from outreachbot.domain.content.model import Reading


@pytest.fixture
def document(changed):
    return lambda *changes: file.read_content(changed(*changes).encode(), "c")


def test_a_file_in_one_language_has_no_gaps(document):
    assert content_gaps.find_gaps(document(("[en, de]", "[en]"), (", de: Der Bau", ""))) == []


def test_entries_are_counted_once_however_many_of_their_texts_are_missing(document):
    (gap,) = content_gaps.find_gaps(document(("{en: Welcome}", "{en: Welcome, de: Willkommen}")))

    assert gap == Gap(
        "de",
        {"topics": 1, "sources": 1, "facts": 2, "timeline": 3, "anniversaries": 1},
        ("title", "short_description", "description", "operator", "sources_policy", "privacy", "campaign"),
        Mark(4, 8),
    )


def test_each_language_after_the_default_has_its_own_gap(document):
    found = content_gaps.find_gaps(document(("[en, de]", "[en, de, fr]")))

    assert [(gap.language, gap.entries["topics"]) for gap in found] == [("de", 1), ("fr", 2)]


def test_a_gap_has_the_position_of_its_first_text(document):
    (gap,) = content_gaps.find_gaps(document(("title: {en:", "title: {de: x, en:")))

    assert gap.first == Mark(6, 3)


def test_sources_are_listed_by_reading_status_and_by_address(document):
    content = document().content

    assert [source.id for source in content_gaps.list_sources_read_as(content, Reading.NOT_CHECKED)] == ["herald"]
    assert content_gaps.list_sources_read_as(content, Reading.REPORT) == []
    assert [source.id for source in content_gaps.list_web_sources(content)] == ["chronicle-1902"]


FIGURE = """\
      - {{number: {number}, counts: {{en: {counts}}}, stated_by: {{en: A}}, year: 1910, source: {source}}}
  - id: flood"""


@pytest.mark.parametrize(
    ("number", "counts", "source", "disagrees"),
    [
        (900, "stones", "herald", True),
        (900, "Stones ", "herald", True),
        (900, "arches", "herald", False),
        (950, "stones", "chronicle-1902", False),
    ],
)
def test_figures_disagree_if_two_sources_count_the_same_differently(document, number, counts, source, disagrees):
    figure = FIGURE.format(number=number, counts=f'"{counts}"', source=source)
    content = document(("  - id: flood", figure)).content

    assert [fact.id for fact in content_gaps.list_disagreeing_facts(content)] == ["stones"] * disagrees


def test_two_sources_that_agree_do_not_disagree(document):
    content = document(
        ("range: [900, 1000]", "number: 900"),
        ("  - id: flood", FIGURE.format(number=900, counts="stones", source="herald")),
    ).content

    assert content_gaps.list_disagreeing_facts(content) == []
