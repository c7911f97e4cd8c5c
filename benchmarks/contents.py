"""Content files: with as many facts as are wanted, and broken in every way that chance finds."""

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
GOOD = ROOT / "tests" / "domain" / "bridge.yaml"
PIECES = [
    *("no", "~", "[", "{", "*x", "&x ", "!!str ", "<<", ": ", "- ", "\t", "012", '"', "'", "|", "é", "\x00", "---"),
    *("\n", "\r", "\ufeff", "herald", "1910-02-30", "  ", "#", ",", "}", "]", "en", "\ud7ff", "[a](b)", "**", "9" * 20),
]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.text(max_size=20), st.sampled_from(PIECES)
)
MARKED = ["](", "[a](", "[a](http://", "[a]((", "**", "a*", r"\[", "[", "savage ", "savage]("]


@cache
def shipped() -> Content:
    return content_file.read_content(ROOT / NAME).content


def large(facts: int, ending: str) -> str:
    """The shipped content with so many facts more, each in the words of one that it has, with this ending."""
    content = shipped()
    claims = [content.say(fact.claim, "en") for fact in content.facts]
    topic, source = content.topics[0].id, content.sources[0].id
    more = "".join(
        f"  - id: more-{number}\n    topic: {topic}\n"
        f"    claim: {{en: {json.dumps(f'{claims[number % len(claims)]} Number {number} {ending}.')}}}\n"
        f"    stated_by: {{en: Somebody}}\n    sources: [{source}]\n    certainty: stated\n"
        for number in range(facts)
    )
    before, heading, after = (ROOT / NAME).read_text("utf-8").partition("\ntimeline:")
    return f"{before}\n{more}{heading}{after}"


def refused(raw: bytes) -> bool:
    """Whether the file has faults, each said in one line with its place; what else is raised is a mistake of ours."""
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
def _cut(draw: st.DrawFn) -> bytes:
    """A good file with some pieces cut out and some put in."""
    text = GOOD.read_text("utf-8")
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from([0, 0, 1, 2, 8, 40]))
        text = text[:start] + draw(st.sampled_from(["", *PIECES])) + text[start + cut :]
    return text.encode()


@st.composite
def _shuffled(draw: st.DrawFn) -> bytes:
    """Some lines of a good file in any order."""
    lines = GOOD.read_text("utf-8").splitlines()
    Random(draw(st.integers())).shuffle(lines)
    return "\n".join(lines[: draw(st.integers(0, len(lines)))]).encode()


@st.composite
def _endless(draw: st.DrawFn) -> bytes:
    """A good file with one long text of a few pieces of markup, over and over, and a word to avoid."""
    pieces = "".join(draw(st.lists(st.sampled_from(MARKED), min_size=1, max_size=2)))
    return endless(pieces, 16_000)


def endless(pieces: str, length: int) -> bytes:
    """The same with these pieces, so many characters long."""
    text = f"welcome:\n  en: |\n    {pieces * (length // len(pieces))}"
    return f"{GOOD.read_text('utf-8').replace('welcome: {en: Welcome}', text)}avoid: {{en: [savage]}}\n".encode()


@st.composite
def _exchanged(draw: st.DrawFn) -> bytes:
    """A good file with another value at one place, or without one."""
    root = yaml.safe_load(GOOD.read_text("utf-8"))
    for _ in range(draw(st.integers(1, 3))):
        holder: Any = root
        while True:
            key = draw(st.sampled_from(list(holder) if isinstance(holder, dict) else range(len(holder))))
            below = holder[key]
            if not (isinstance(below, dict | list) and below) or draw(st.integers(0, 3)) == 0:
                break
            holder = below
        if draw(st.booleans()):
            holder[key] = draw(STRUCTURES)
        else:
            del holder[key]
        if not root:
            break
    return yaml.safe_dump(root, allow_unicode=draw(st.booleans())).encode()


STRUCTURES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(SCALARS, below, max_size=4),
    max_leaves=12,
)
BROKEN = st.one_of(
    st.binary(),
    st.text().map(str.encode),
    _cut(),
    _shuffled(),
    _exchanged(),
    _endless(),
    STRUCTURES.map(lambda value: yaml.safe_dump(value, allow_unicode=True).encode()),
)
