"""Checks relations between the parts of a content file (ids, references), and rules that the models can't express.

All checks work on the file as written and skip nodes of the wrong shape, so that no fault hides another.
"""

import datetime as dt
from collections.abc import Iterator

from outreachbot.domain import urls
from outreachbot.domain.content import shape
from outreachbot.domain.content.dates import DayTime, PartialDate, YearlyDay
from outreachbot.domain.content.faults import Fault, Path, quote
from outreachbot.domain.content.shape import Pattern
from outreachbot.domain.content.yaml import tree
from outreachbot.domain.content.yaml.tree import Mapping, Node, Scalar, Sequence

_WITH_IDS = ("topics", "sources", "facts", "anniversaries")
_TOPIC_REFERENCES: tuple[Pattern, ...] = (("facts", "*", "topic"), ("anniversaries", "*", "topic"))
_FACT_TOPIC = _TOPIC_REFERENCES[:1]
_SOURCE_REFERENCES: tuple[Pattern, ...] = (
    *((*pattern, "*") for pattern in shape.SOURCE_LISTS),
    ("facts", "*", "figures", "*", "source"),
)


def find_faults(root: Node) -> Iterator[Fault]:
    """The faults that make the file unusable."""
    yield from _find_duplicates(root)
    yield from _find_dangling(root, "topic", _TOPIC_REFERENCES)
    yield from _find_dangling(root, "source", _SOURCE_REFERENCES)
    yield from _check_figures(root)
    yield from _check_addresses(root)
    yield from _check_dates(root)
    yield from _check_leap_days(root)


def find_warnings(root: Node) -> Iterator[Fault]:
    """Sources and topics that nothing refers to."""
    yield from _find_unused(root, "source", _SOURCE_REFERENCES, "nothing names this source")
    yield from _find_unused(root, "topic", _FACT_TOPIC, "no fact belongs to this topic")


def _find_texts(root: Node, *patterns: Pattern) -> Iterator[tuple[Path, Node, str]]:
    for pattern in patterns:
        for path, node in tree.find_matches(root, pattern):
            if text := tree.read_text(node):
                yield path, node, text


def _find_duplicates(root: Node) -> Iterator[Fault]:
    for kind in _WITH_IDS:
        yield from _find_duplicates_at(root, (kind, "*", "id"), "the id")
    yield from _find_duplicates_at(root, ("languages", "*"), "the language")
    for pattern in shape.SOURCE_LISTS:
        for path, node in tree.find_matches(root, pattern):
            for fault in _find_duplicates_at(node, ("*",), "the source"):
                yield Fault(fault.mark, path + fault.path, fault.text)


def _find_duplicates_at(root: Node, pattern: Pattern, what: str) -> Iterator[Fault]:
    first: dict[str, Node] = {}
    for path, node, text in _find_texts(root, pattern):
        if first.setdefault(text, node) is not node:
            line = first[text].mark.line
            yield Fault(node.mark, path, f"{what} {quote(text)} is written twice; first in line {line}")


def _list_ids(root: Node, kind: str) -> tuple[str, ...] | None:
    """The ids in a list; None if it is missing or not a list, so that references to it can't be checked."""
    if not isinstance(tree.find_node(root, (f"{kind}s",)), Sequence):
        return None
    return tuple(dict.fromkeys(text for _, _, text in _find_texts(root, (f"{kind}s", "*", "id"))))


def _find_dangling(root: Node, kind: str, references: tuple[Pattern, ...]) -> Iterator[Fault]:
    ids = _list_ids(root, kind)
    known = frozenset(ids or ())
    for path, node, text in _find_texts(root, *references):
        if ids is not None and text not in known:
            shown_path = path[:-1] if isinstance(path[-1], int) else path
            yield Fault(node.mark, shown_path, f"unknown {kind} {quote(text)}", wrong=text, known=ids)


def _find_unused(root: Node, kind: str, references: tuple[Pattern, ...], sentence: str) -> Iterator[Fault]:
    used = {text for _, _, text in _find_texts(root, *references)}
    for path, node, text in _find_texts(root, (f"{kind}s", "*", "id")):
        if text not in used:
            yield Fault(node.mark, path, f"{sentence}: {quote(text)}", warning=True)


def _check_figures(root: Node) -> Iterator[Fault]:
    for path, node in tree.find_matches(root, ("facts", "*", "figures", "*")):
        if isinstance(node, Mapping):
            yield from _check_figure(path, node)


def _check_figure(path: Path, figure: Mapping) -> Iterator[Fault]:
    given = [key for key in ("number", "range") if not _is_missing(figure.entries.get(key))]
    if not given:
        yield Fault(figure.mark, path, "has no value; write `number` or `range`")
    elif len(given) > 1:
        yield Fault(figure.mark, path, "has both `number` and `range`; write one of them")
    span = figure.entries.get("range")
    ends = tree.to_values(span) if isinstance(span, Sequence) else None
    match ends:
        case [int(first), int(last)] if first > last:
            text = f"goes from {first} down to {last}; write the smaller number first"
            yield Fault(figure.entries["range"].mark, (*path, "range"), text)


def _is_missing(node: Node | None) -> bool:
    return node is None or (isinstance(node, Scalar) and node.value is None)


def _check_addresses(root: Node) -> Iterator[Fault]:
    for path, node, text in _find_texts(root, *shape.ADDRESSES):
        if why := urls.find_url_problem(text):
            yield Fault(node.mark, path, f"{quote(text)} is not an http(s) address: {why}")


_IN_ONE_WORD: dict[object, str] = {
    PartialDate: "a date in one word, such as 1992-02-26",
    YearlyDay: "a day of the year in one word, such as 02-26",
    dt.date: "a day in one word, such as 2026-05-03",
    DayTime: 'a time of day in one word, such as "17:00"',
}


def _check_dates(root: Node) -> Iterator[Fault]:
    for pattern in shape.WRITTEN_DATES:
        for path, node in tree.find_matches(root, pattern):
            if not isinstance(node, Scalar):
                yield Fault(node.mark, path, f"must be {_IN_ONE_WORD[shape.EXPECTED_TYPES[pattern]]}")


def _check_leap_days(root: Node) -> Iterator[Fault]:
    for path, node in tree.find_matches(root, ("anniversaries", "*")):
        if not isinstance(node, Mapping) or "leap_day" not in node.entries:
            continue
        date = node.entries.get("date")
        if date is not None and (text := tree.read_text(date)) and text.strip() != "02-29":
            why = f"is only for a day that is kept on 02-29, and this one is kept on {text}; leave it out"
            yield Fault(node.entries["leap_day"].mark, (*path, "leap_day"), why)
