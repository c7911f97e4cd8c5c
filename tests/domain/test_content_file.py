"""A valid content file is read; of an invalid file every fault is reported with line and column."""

import datetime as dt

import pytest
from hypothesis import given, settings

from benchmarks import contents
from outreachbot.domain.content import file
from outreachbot.domain.content.faults import Fault, Mark
from outreachbot.errors import ContentError


def test_a_good_file_is_read(bridge) -> None:
    document = file.read_content(bridge.encode(), "content.yaml")
    assert document.warnings == ()
    assert document.content.languages == ("en", "de")
    assert document.content.facts[0].figures[0].range == (900, 1000)
    assert document.content.anniversaries[0].default is False


def test_the_timeline_is_put_in_the_order_of_its_dates(bridge) -> None:
    timeline = file.read_content(bridge.encode(), "content.yaml").content.timeline
    assert [entry.text["en"] for entry in timeline] == ["The first stone", "The first arch", "The flood"]
    assert timeline[1].date.first_day == dt.date(1840, 6, 1)


def test_the_path_of_a_fault_is_the_files_even_if_its_timeline_is_not_sorted(bridge) -> None:
    document = file.read_content(bridge.encode(), "content.yaml")
    fault = document.fault(("timeline", 0, "text", "en"), "is too plain", warning=True)
    assert fault == Fault(Mark(65, 16), ("timeline", 1, "text", "en"), "is too plain", warning=True)
    assert fault.in_file("content.yaml") == "content.yaml:65:16: timeline[1].text.en: is too plain"


def test_a_mark_is_that_of_the_value_or_of_its_nearest_existing_parent(bridge) -> None:
    document = file.read_content(bridge.encode(), "content.yaml")
    assert document.find_mark(("facts", 1, "claim", "en")) == Mark(56, 17)
    assert document.find_mark(("facts", 1, "claim", "de")) == Mark(56, 12)
    assert document.find_mark(("facts", 1, "figures", 3)) == Mark(54, 5)
    assert document.find_mark(("facts", 99)) == Mark(41, 3)
    assert document.find_mark(()) == Mark(1, 1)


def test_the_last_line_break_of_a_block_is_not_part_of_the_text(bridge) -> None:
    letter = file.read_content(bridge.encode(), "content.yaml").content.campaign.letter["en"]
    assert letter == "Dear mayor,\nplease rebuild the bridge."


def test_ten_different_faults_are_all_reported_at_once(bridge, changed, faults_of) -> None:
    faults = faults_of(
        changed(
            ("zone: Europe/Berlin", "zone: Europe/Berlyn"),
            ("hour: 9", "hour: 24"),
            ("  link: https://bridge.example/petition", "  link: https://bridge.example:99999/"),
            ("  - id: flood\n", "  - id: stones\n"),
            ("    publisher: Town archive\n", "    publisher: no\n"),
            ("    topic: building", "    topik: building"),
            ("    sources: [chronicle-1902]\n    certainty", "    sources: [chronicle1902]\n    certainty"),
            ("      - range: [900, 1000]", "      - range: [1000, 900]"),
            ("  - date: 1910-03-02", "  - date: 1910-02-30"),
            ("    title: {en: Day of the flood}", "    title: {ed: Day of the flood}"),
        )
    )
    assert faults == (
        (
            'content.yaml:2:7: zone: "Europe/Berlyn" is not a time zone of the IANA database; '
            'write a name like Europe/Istanbul; did you mean "Europe/Berlin"?'
        ),
        "content.yaml:3:7: hour: must be at most 23",
        (
            'content.yaml:18:9: campaign.link: "https://bridge.example:99999/" is not an http(s) address: '
            "its port must be a number from 1 to 65535"
        ),
        'content.yaml:31:16: sources[0].publisher: YAML reads `no` as false; put it in quotes: "no"',
        "content.yaml:41:5: facts[0].topic: is missing",
        'content.yaml:42:5: facts[0].topik: unknown key "topik"; did you mean "topic"?',
        'content.yaml:45:15: facts[0].sources: unknown source "chronicle1902"; did you mean "chronicle-1902"?',
        "content.yaml:48:16: facts[0].figures[0].range: goes from 1000 down to 900; write the smaller number first",
        'content.yaml:54:9: facts[1].id: the id "stones" is written twice; first in line 41',
        'content.yaml:61:11: timeline[0].date: "1910-02-30" does not exist in the calendar',
        'content.yaml:72:12: anniversaries[0].title: the text in the default language "en" is missing',
        'content.yaml:72:13: anniversaries[0].title.ed: unknown language "ed"; did you mean "en"?',
    )


def test_an_optional_value_may_be_left_empty(changed) -> None:
    text = changed(("    year: 1910", "    year:"), ("    topic: fall\n    default", "    topic: null\n    default"))
    anniversary = file.read_content(text.encode(), "content.yaml").content.anniversaries[0]
    assert (anniversary.year, anniversary.topic) == (None, None)


def test_no_more_than_two_hundred_faults_are_listed(bridge, faults_of) -> None:
    unknown = "".join(f"key-{number}: 1\n" for number in range(1_000))
    faults = faults_of(bridge + unknown)
    assert len(faults) == 201
    assert faults[-1] == "and 800 more"


def test_a_fault_is_one_line_whatever_is_written(bridge, faults_of) -> None:
    for fault in faults_of(bridge + '"a\\nb": 1\n"' + "x" * 5_000 + '": 2\n'):
        assert "\n" not in fault
        assert len(fault) < 600


@settings(max_examples=200, deadline=None)
@given(contents.BROKEN)
def test_any_file_is_read_or_refused_in_plain_words(raw: bytes) -> None:
    contents.is_refused(raw)


def test_a_text_longer_than_a_message_is_reported_with_other_faults(bridge) -> None:
    long = bridge.replace("We keep your zone", "word " * 1000).replace("Rebuild it", "")
    with pytest.raises(ContentError) as raised:
        file.read_content(long.encode(), "content.yaml")

    told = "\n".join(raised.value.faults)
    assert "privacy.en: has 5,0" in told
    assert "campaign.title" in told
