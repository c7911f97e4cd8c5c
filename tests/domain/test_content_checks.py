"""Relations between the parts of a content file are checked."""

import pytest

from outreachbot.domain.content import file


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
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
    ],
)
def test_everything_names_its_source(fault_of, old: str, new: str, said: str) -> None:
    assert fault_of(old, new) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
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
    ],
)
def test_a_figure_has_one_value(fault_of, old: str, new: str, said: str) -> None:
    assert fault_of(old, new) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
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
            (
                'welcome.en: "htp://x.example" in a link is not an http(s) '
                "address: it must start with https:// or http://; where no link is meant, write \\["
            ),
        ),
    ],
)
def test_an_address_leads_somewhere(fault_of, old: str, new: str, said: str) -> None:
    assert fault_of(old, new) == said


def test_unused_sources_and_topics_are_warnings(changed) -> None:
    unused = "  - id: spare\n    title: A\n    publisher: B\n    read: full\nfacts:"
    text = changed(("    topic: fall\n", "    topic: building\n"), ("facts:", unused))
    warnings = file.read_content(text.encode(), "content.yaml").warnings
    assert [warning.in_file("content.yaml") for warning in warnings] == [
        'content.yaml:26:9: topics[1].id: no fact belongs to this topic: "fall"',
        'content.yaml:40:9: sources[2].id: nothing names this source: "spare"',
    ]
    assert all(warning.warning for warning in warnings)


def test_cross_checks_see_faults_beside_wrong_shapes(changed, faults_of) -> None:
    text = changed(("facts:\n", "facts:\n  - 7\n  - figures: 3\n"), ("sources: [herald]", "sources: [heralt]"))
    assert any('unknown source "heralt"; did you mean "herald"?' in fault for fault in faults_of(text))
