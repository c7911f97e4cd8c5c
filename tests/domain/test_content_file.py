"""The content file: a good one is read, and of a bad one every fault is named at its line and column."""

import datetime as dt
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreachbot.domain import content_file
from outreachbot.domain.faults import Fault, Mark
from outreachbot.errors import ContentError

VALID = """\
languages: [en, de]
zone: Europe/Berlin
hour: 9
title: {en: The old bridge}
short_description:
  en: The old bridge, remembered
description: {en: What is known of the old bridge}
welcome: {en: Welcome}
operator:
  name: {en: Bridge friends}
  contact: {en: "@bridge_friends"}
  about: {en: Two neighbours}
sources_policy: {en: Every claim names its source}
privacy: {en: We keep your zone and your hour}
campaign:
  title: {en: Rebuild it}
  summary: {en: Write to the town hall}
  link: https://bridge.example/petition
  letter:
    en: |
      Dear mayor,
      please rebuild the bridge.
topics:
  - id: building
    title: {en: How it was built, de: Der Bau}
  - id: fall
    title: {en: How it fell}
sources:
  - id: chronicle-1902
    title: Chronicle of the town
    publisher: Town archive
    year: 1902
    url: https://archive.example/1902
    read: full
  - id: herald
    title: The Herald
    publisher: Herald press
    read: not-checked
    note: {en: Seen in a catalogue}
facts:
  - id: stones
    topic: building
    claim: {en: It had **many** stones}
    stated_by: {en: The chronicle}
    sources: [chronicle-1902]
    certainty: documented
    figures:
      - range: [900, 1000]
        precision: about
        counts: {en: stones}
        stated_by: {en: The chronicle}
        year: 1902
        source: chronicle-1902
  - id: flood
    topic: fall
    claim: {en: A flood took it}
    stated_by: {en: The Herald}
    sources: [herald]
    certainty: stated
timeline:
  - date: 1910-03-02
    text: {en: The flood}
    sources: [herald]
  - date: 1840
    text: {en: The first stone}
    sources: [chronicle-1902]
  - date: 1840-06
    text: {en: The first arch}
    sources: [chronicle-1902]
anniversaries:
  - id: flood-day
    title: {en: Day of the flood}
    date: 03-02
    year: 1910
    text: {en: On this day the bridge fell.}
    sources: [herald]
    topic: fall
    default: no
"""


def faults_of(text: str | bytes) -> tuple[str, ...]:
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ContentError) as caught:
        content_file.read(raw, "content.yaml")
    return caught.value.faults


def changed(*changes: tuple[str, str]) -> str:
    """The valid file with each first text replaced by its second, at the first place where it stands."""
    text = VALID
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def fault_of(old: str, new: str) -> str:
    """The one fault that this change makes, without the file's name and the place."""
    (fault,) = faults_of(changed((old, new)))
    return fault.split(":", 3)[3].strip()


def test_a_good_file_is_read() -> None:
    document = content_file.read(VALID.encode(), "content.yaml")
    assert document.warnings == ()
    assert document.content.languages == ("en", "de")
    assert document.content.facts[0].figures[0].range == (900, 1000)
    assert document.content.anniversaries[0].default is False


def test_the_timeline_is_put_in_the_order_of_its_dates() -> None:
    timeline = content_file.read(VALID.encode(), "content.yaml").content.timeline
    assert [entry.text["en"] for entry in timeline] == ["The first stone", "The first arch", "The flood"]
    assert timeline[1].date.first_day == dt.date(1840, 6, 1)


def test_a_faults_path_is_that_of_the_file_where_the_timeline_was_out_of_order() -> None:
    document = content_file.read(VALID.encode(), "content.yaml")
    fault = document.fault(("timeline", 0, "text", "en"), "is too plain", warning=True)
    assert fault == Fault(Mark(65, 16), ("timeline", 1, "text", "en"), "is too plain", warning=True)
    assert fault.in_file("content.yaml") == "content.yaml:65:16: timeline[1].text.en: is too plain"


def test_a_mark_is_that_of_the_value_or_of_the_nearest_part_above_it() -> None:
    document = content_file.read(VALID.encode(), "content.yaml")
    assert document.mark(("facts", 1, "claim", "en")) == Mark(56, 17)
    assert document.mark(("facts", 1, "claim", "de")) == Mark(56, 12)
    assert document.mark(("facts", 1, "figures", 3)) == Mark(54, 5)
    assert document.mark(("facts", 99)) == Mark(41, 3)
    assert document.mark(()) == Mark(1, 1)


def test_the_last_line_break_of_a_block_is_not_part_of_the_text() -> None:
    letter = content_file.read(VALID.encode(), "content.yaml").content.campaign.letter["en"]
    assert letter == "Dear mayor,\nplease rebuild the bridge."


def test_ten_different_faults_are_all_named_at_once() -> None:
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
        'content.yaml:2:7: zone: "Europe/Berlyn" is not a time zone of the IANA database; '
        'write a name like Europe/Istanbul; did you mean "Europe/Berlin"?',
        "content.yaml:3:7: hour: must be at most 23",
        'content.yaml:18:9: campaign.link: "https://bridge.example:99999/" is not an http(s) address: '
        "its port must be a number from 1 to 65535",
        'content.yaml:31:16: sources[0].publisher: YAML reads `no` as false; put it in quotes: "no"',
        "content.yaml:41:5: facts[0].topic: is missing",
        'content.yaml:42:5: facts[0].topik: unknown key "topik"; did you mean "topic"?',
        'content.yaml:45:15: facts[0].sources[0]: unknown source "chronicle1902"; did you mean "chronicle-1902"?',
        "content.yaml:48:16: facts[0].figures[0].range: goes from 1000 down to 900; write the smaller number first",
        'content.yaml:54:9: facts[1].id: the id "stones" is written twice; first in line 41',
        'content.yaml:61:11: timeline[0].date: "1910-02-30" does not exist in the calendar',
        'content.yaml:72:12: anniversaries[0].title: the text in the default language "en" is missing',
        'content.yaml:72:13: anniversaries[0].title.ed: unknown language "ed"; did you mean "en"?',
    )


def test_cross_checks_see_faults_beside_wrong_shapes() -> None:
    text = changed(("facts:\n", "facts:\n  - 7\n  - figures: 3\n"), ("sources: [herald]", "sources: [heralt]"))
    assert any('unknown source "heralt"; did you mean "herald"?' in fault for fault in faults_of(text))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # shapes and words
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
        # dates
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
        # who says so
        (
            "    sources: [herald]\n    certainty",
            "    certainty",
            "facts[1].sources: names no source; write at least one id of the list `sources`",
        ),
        (
            "    sources: [herald]\n    certainty",
            "    sources: []\n    certainty",
            "facts[1].sources: names no source; write at least one id of the list `sources`",
        ),
        ("    stated_by: {en: The Herald}\n", "", "facts[1].stated_by: is missing; write who states this"),
        (
            "    sources: [herald]\n    certainty",
            "    sources: [herald, herald]\n    certainty",
            'facts[1].sources[1]: the source "herald" is written twice; first in line 58',
        ),
        ("    topic: fall", "    topic: fal", 'facts[1].topic: unknown topic "fal"; did you mean "fall"?'),
        (
            "        source: chronicle-1902",
            "        source: chronicle-1901",
            'facts[0].figures[0].source: unknown source "chronicle-1901"; did you mean "chronicle-1902"?',
        ),
        # figures
        (
            "range: [900, 1000]",
            "number: 900\n        range: [900, 1000]",
            "facts[0].figures[0]: has both `number` and `range`; write one of them",
        ),
        (
            "      - range: [900, 1000]\n        precision",
            "      - precision",
            "facts[0].figures[0]: has no value; write `number` or `range`",
        ),
        (
            "range: [900, 1000]",
            "range: [900]",
            "facts[0].figures[0].range: must be two whole numbers, from and to, such as [120, 150]",
        ),
        (
            "range: [900, 1000]",
            "range: 900-1000",
            "facts[0].figures[0].range: must be two whole numbers, from and to, such as [120, 150]",
        ),
        (
            "range: [900, 1000]",
            "range: [1, 2, 3]",
            "facts[0].figures[0].range: must be two whole numbers, from and to, such as [120, 150]",
        ),
        ("range: [900, 1000]", "number: -4", "facts[0].figures[0].number: must be at least 0"),
        # addresses
        (
            "https://bridge.example/petition",
            "bridge.example",
            'campaign.link: "bridge.example" is not an http(s) address: it must start with https:// or http://',
        ),
        (
            "https://bridge.example/petition",
            '"https://bridge example/"',
            'campaign.link: "https://bridge example/" is not an http(s) address: it has a space in it',
        ),
        (
            "    url: https://archive.example/1902",
            "    url: https:///1902",
            'sources[0].url: "https:///1902" is not an http(s) address: it names no site',
        ),
        (
            "en: Welcome",
            "en: '[Site](htp://x.example)'",
            'welcome.en: "htp://x.example" in a link is not an http(s) '
            "address: it must start with https:// or http://; where no link is meant, write \\[",
        ),
        # texts
        ("welcome: {en: Welcome}", "welcome: {de: Hallo}", 'welcome: the text in the default language "en" is missing'),
        ("en: Welcome", "en: Welcome, fr: Salut", 'welcome.fr: unknown language "fr"; known: en, de'),
        ("en: Welcome", 'en: " "', "welcome.en: is empty; write a text"),
        ("en: Welcome", "en:", "welcome.en: is empty; it must be a text"),
        ("en: Welcome", "en: Welcome, no: Hei", 'welcome.no: YAML reads `no` as false; put it in quotes: "no"'),
        (
            "en: The old bridge, remembered",
            f"en: {'🌉' * 61}",
            "short_description.en: has 122 characters; Telegram shows at most 120",
        ),
        (
            "en: What is known of the old bridge",
            f"en: {'x' * 513}",
            "description.en: has 513 characters; Telegram shows at most 512",
        ),
        ("please rebuild the bridge.", "please " * 249, "campaign.letter.en: has 251 words; at most 250 are read"),
        ("hour: 9", "hour: 9\nhour: 10", 'hour: "hour" is written twice; first in line 3'),
    ],
)
def test_one_fault_has_one_plain_line(old: str, new: str, said: str) -> None:
    if "no: Hei" in new:
        new_languages = faults_of(changed((old, new), ("[en, de]", '[en, de, "no"]')))
        assert [fault.split(":", 3)[3].strip() for fault in new_languages] == [said]
    else:
        assert fault_of(old, new) == said


def test_markup_does_not_count_towards_a_length() -> None:
    text = changed(("en: The old bridge, remembered", f"en: '**{'x' * 120}**'"))
    content_file.read(text.encode(), "content.yaml")


def test_an_optional_value_may_be_left_empty() -> None:
    text = changed(("    year: 1910", "    year:"), ("    topic: fall\n    default", "    topic: null\n    default"))
    anniversary = content_file.read(text.encode(), "content.yaml").content.anniversaries[0]
    assert (anniversary.year, anniversary.topic) == (None, None)


def test_unused_sources_and_topics_are_warnings() -> None:
    unused = "  - id: spare\n    title: A\n    publisher: B\n    read: full\nfacts:"
    text = changed(("    topic: fall\n", "    topic: building\n"), ("facts:", unused))
    warnings = content_file.read(text.encode(), "content.yaml").warnings
    assert [warning.in_file("content.yaml") for warning in warnings] == [
        'content.yaml:26:9: topics[1].id: no fact belongs to this topic: "fall"',
        'content.yaml:40:9: sources[2].id: nothing names this source: "spare"',
    ]
    assert all(warning.warning for warning in warnings)


def test_no_more_than_two_hundred_faults_are_listed() -> None:
    unknown = "".join(f"key-{number}: 1\n" for number in range(1_000))
    faults = faults_of(VALID + unknown)
    assert len(faults) == 201
    assert faults[-1] == "and 800 more"


def test_a_fault_is_one_line_whatever_is_written() -> None:
    for fault in faults_of(VALID + '"a\\nb": 1\n"' + "x" * 5_000 + '": 2\n'):
        assert "\n" not in fault
        assert len(fault) < 600


def test_a_file_of_another_kind_has_one_fault() -> None:
    assert faults_of("just a text") == (
        "content.yaml:1:1: must be keys with values, each in a line of its own, such as `id: first`",
    )


def test_an_empty_mapping_misses_every_key() -> None:
    assert "content.yaml:1:1: languages: is missing" in faults_of("{}")


PIECES = ["no", "~", "[", "{", "*x", "&x ", "!!str ", "<<", ": ", "- ", "\t", "012", '"', "'", "|", "é", "\x00", "---"]
PIECES += [
    "\n",
    "herald",
    "1910-02-30",
    "  ",
    "#",
    ",",
    "}",
    "]",
    "en",
    "\ud7ff",
    "[a](b)",
    "**",
    "99999999999999999999",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The valid file with some pieces cut out, put in or moved."""
    text = VALID
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.sampled_from([0, 0, 1, 2, 8, 40]))
        text = text[:start] + draw(st.sampled_from(["", *PIECES])) + text[end:]
    return text


def read_or_refuse(raw: bytes) -> None:
    try:
        content_file.read(raw, "content.yaml")
    except ContentError as error:
        assert error.faults
        assert all(fault.startswith("content.yaml:") and "\n" not in fault for fault in error.faults)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(), st.text().map(lambda text: text.encode())))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    read_or_refuse(raw)


@settings(max_examples=500, deadline=None)
@given(mutated())
def test_any_changed_file_is_read_or_refused(text: str) -> None:
    read_or_refuse(text.encode())


def test_shuffled_lines_are_read_or_refused() -> None:
    rng = random.Random(7)
    for _ in range(200):
        lines = VALID.splitlines()
        rng.shuffle(lines)
        read_or_refuse("\n".join(lines[: rng.randrange(len(lines))]).encode())
