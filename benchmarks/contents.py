"""Generates content files: large ones, and ones with random mistakes."""

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml
from hypothesis import strategies as st

from benchmarks.arena import ROOT
from outreachbot.app.commands import content_file
from outreachbot.domain.content.model import Content
from outreachbot.errors import ContentError
from outreachbot.services.content import validate

NAME = "content.yaml"
VALID = ROOT / "tests" / "domain" / "bridge.yaml"
PIECES = [
    *("no", "~", "[", "{", "*x", "&x ", "!!str ", "<<", ": ", "- ", "\t", "012", '"', "'", "|", "é", "\x00", "---"),
    *("\n", "\r", "\ufeff", "herald", "1910-02-30", "  ", "#", ",", "}", "]", "en", "\ud7ff", "[a](b)", "**", "9" * 20),
]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.text(max_size=20), st.sampled_from(PIECES)
)
MARKED = ["](", "[a](", "[a](http://", "[a]((", "**", "a*", r"\[", "[", "savage ", "savage]("]


@cache
def shipped_content() -> Content:
    return content_file.read_content(ROOT / NAME).content


def make_large(facts: int, ending: str) -> str:
    """The shipped content with `facts` additional facts, each repeating the text of a real one plus `ending`."""
    content = shipped_content()
    claims = [content.say(fact.claim, "en") for fact in content.facts]
    topic, source = content.topics[0].id, content.sources[0].id
    added = "".join(
        f"  - id: more-{number}\n    topic: {topic}\n"
        f"    claim: {{en: {json.dumps(f'{claims[number % len(claims)]} Number {number} {ending}.')}}}\n"
        f"    stated_by: {{en: Somebody}}\n    sources: [{source}]\n    certainty: stated\n"
        for number in range(facts)
    )
    before, heading, after = (ROOT / NAME).read_text("utf-8").partition("\ntimeline:")
    return f"{before}\n{added}{heading}{after}"


def is_refused(raw: bytes) -> bool:
    """Whether the file has faults, each reported in one line with its position. Any other exception is a bug."""
    try:
        validate.validate_content(raw, NAME, Path())
    except ContentError as error:
        faults = error.faults
    else:
        return False
    assert faults
    for line in faults:
        assert len(line.splitlines()) == 1
        assert line.startswith((f"{NAME}:", "and "))
    return True


@st.composite
def _with_edits(draw: st.DrawFn) -> bytes:
    """A valid file with some parts removed and some inserted."""
    text = VALID.read_text("utf-8")
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        removed = draw(st.sampled_from([0, 0, 1, 2, 8, 40]))
        text = text[:start] + draw(st.sampled_from(["", *PIECES])) + text[start + removed :]
    return text.encode()


@st.composite
def _with_shuffled_lines(draw: st.DrawFn) -> bytes:
    """Some lines of a valid file in random order."""
    lines = VALID.read_text("utf-8").splitlines()
    Random(draw(st.integers())).shuffle(lines)
    return "\n".join(lines[: draw(st.integers(0, len(lines)))]).encode()


@st.composite
def _with_long_markup(draw: st.DrawFn) -> bytes:
    """A valid file with a long text of repeated markup, and with a word to avoid."""
    pieces = "".join(draw(st.lists(st.sampled_from(MARKED), min_size=1, max_size=2)))
    return repeat_markup(pieces, 16_000)


def repeat_markup(pieces: str, length: int) -> bytes:
    """A valid file with a text that repeats `pieces` up to `length` characters, and with a word to avoid."""
    text = f"welcome:\n  en: |\n    {pieces * (length // len(pieces))}"
    return f"{VALID.read_text('utf-8').replace('welcome: {en: Welcome}', text)}avoid: {{en: [savage]}}\n".encode()


@st.composite
def _with_other_values(draw: st.DrawFn) -> bytes:
    """A valid file in which some values are replaced or removed."""
    root = yaml.safe_load(VALID.read_text("utf-8"))
    for _ in range(draw(st.integers(1, 3))):
        parent: Any = root
        while True:
            key = draw(st.sampled_from(list(parent) if isinstance(parent, dict) else range(len(parent))))
            child = parent[key]
            if not (isinstance(child, dict | list) and child) or draw(st.integers(0, 3)) == 0:
                break
            parent = child
        if draw(st.booleans()):
            parent[key] = draw(STRUCTURES)
        else:
            del parent[key]
        if not root:
            break
    return yaml.safe_dump(root, allow_unicode=draw(st.booleans())).encode()


STRUCTURES = st.recursive(
    SCALARS,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(SCALARS, children, max_size=4),
    max_leaves=12,
)
BROKEN = st.one_of(
    st.binary(),
    st.text().map(str.encode),
    _with_edits(),
    _with_shuffled_lines(),
    _with_other_values(),
    _with_long_markup(),
    STRUCTURES.map(lambda value: yaml.safe_dump(value, allow_unicode=True).encode()),
)
