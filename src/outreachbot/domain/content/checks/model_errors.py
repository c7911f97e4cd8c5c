"""Translates pydantic's validation errors into faults that say in plain words what to write."""

import datetime as dt
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from outreachbot.domain.content import shape
from outreachbot.domain.content.dates import DayTime, PartialDate, YearlyDay
from outreachbot.domain.content.faults import Fault, Path, quote
from outreachbot.domain.content.values import known_zones
from outreachbot.domain.content.yaml import scalars, tree
from outreachbot.domain.content.yaml.tree import Node, Scalar

_KEYS = "must be keys with values, each in a line of its own, such as `id: first`"
_WHOLE = "must be a whole number, such as 1992"
_FLAG = "must be true or false"
_ID = "must be lower-case letters and digits, joined by single hyphens, such as report-1992"
_COUNTRY = "must be a country's code of two capital letters, such as AZ"
_PICTURE = "must be the name of a .jpg or .png file that lies beside this file, such as memorial.jpg"
_CODE = "must be a language's code of two small letters, such as en"
_ADDRESS = "must be an address that starts with https:// or http://"
_AVOIDED = "must be a word or a phrase, with a * at most at its end, such as barbar*"
_WORD_LISTS = "must be a list of words for each language, such as `en: [savage, barbar*]`"
_RANGE = "must be two whole numbers, from and to, such as [120, 150]"

_BY_TYPE = {
    "string_type": "must be a text",
    "string_too_short": "is empty; write a text",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "dict_type": "must be one text per language, each in a line of its own, such as `en: Welcome`",
    "model_type": _KEYS,
    "model_attributes_type": _KEYS,
    "tuple_type": "must be a list, each entry in a line that begins with `- `",
    "too_short": "must have at least one entry",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "must have at most {max_length} letters",
}
_BY_EXPECTED_TYPE: Mapping[object, str] = {
    PartialDate: "must be a date, such as 1992-02-26, 1992-02 or 1992",
    YearlyDay: "must be a day of the year, month and day, such as 02-26",
    dt.date: "must be a day, such as 2026-05-03",
    DayTime: 'must be a time of day in quotes, such as "17:00"',
    tuple[int, int]: _RANGE,
    shape.EXPECTED_TYPES["avoid",]: _WORD_LISTS,
}
_BY_KEY = {  # for values that don't match their pattern
    **dict.fromkeys(("url", "archive", "link"), _ADDRESS),
    "languages": _CODE,
    "countries": _COUNTRY,
    "picture": _PICTURE,
    "avoid": _AVOIDED,
}
_MISSING = {
    "sources": "names no source; write at least one id of the list `sources`",
    "stated_by": "is missing; write who states this",
}


def find_faults(error: ValidationError, root: Node) -> Iterator[Fault]:
    """A fault for each validation error, with its position in the file."""
    for details in error.errors(include_url=False):
        yield _build_fault(details, tuple(details["loc"]), root)


def _build_fault(details: Mapping[str, Any], path: Path, root: Node) -> Fault:
    kind = details["type"]
    if kind == "extra_forbidden":
        text = f"unknown key {quote(str(path[-1]))}"
        known = shape.list_keys(path[:-1])
        return Fault(tree.find_key_mark(root, path), path, text, wrong=str(path[-1]), known=known)
    if shape.find_expected_type(path[:-1]) == tuple[int, int] and kind == "missing":
        return Fault(tree.find_mark(root, path[:-1]), path[:-1], _RANGE)
    if path[-1:] == ("[key]",):  # pydantic's marker for an invalid key
        return Fault(tree.find_key_mark(root, path[:-1]), path[:-1], _CODE)
    node = tree.find_node(root, path)
    text = _explain(details, path)
    if isinstance(node, Scalar):
        text = _add_meaning(text, kind, node)
    return Fault(tree.find_mark(root, path), path, text, wrong=tree.read_text(node) or "", known=_list_choices(path))


def _explain(details: Mapping[str, Any], path: Path) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "missing" or (kind == "too_short" and path[-1] in _MISSING):
        return _MISSING.get(str(path[-1]), "is missing") if len(path) > 1 else "is missing"
    if kind == "value_error":
        return str(context["error"])
    if kind == "enum":
        return _explain_choice(details["input"], path)
    if kind == "string_pattern_mismatch":
        return _BY_KEY.get(str(path[-1] if isinstance(path[-1], str) else path[0]), _ID)
    sentence = _BY_EXPECTED_TYPE.get(shape.find_expected_type(path)) or _BY_TYPE.get(kind)
    return sentence.format(**context) if sentence else f"can't be read: {details['msg']}"


def _explain_choice(written: object, path: Path) -> str:
    if isinstance(written, str) and written:
        return f"unknown word {quote(written)}"  # Fault adds the nearest choice, or all of them
    return f"must be one of: {', '.join(_list_choices(path))}"


def _add_meaning(sentence: str, kind: str, node: Scalar) -> str:
    """The sentence, extended by how YAML reads the value if that may be a surprise."""
    if node.value is None and not node.text:
        return f"is empty; it {sentence}"
    meaning = scalars.name_meaning(node.value)
    if not meaning:
        return sentence
    if kind == "string_type":
        return scalars.describe_confusion(node.text, node.value)
    surprising = str(node.value) != node.text and meaning != node.text
    return f"{sentence}; YAML reads `{node.text}` as {meaning}" if surprising else sentence


def _list_choices(path: Path) -> tuple[str, ...]:
    """The words allowed at this path if they form a fixed list; used for "did you mean"."""
    expected = shape.find_expected_type(path)
    if isinstance(expected, type) and issubclass(expected, StrEnum):
        return tuple(expected)
    return tuple(sorted(known_zones())) if path[-1:] == ("zone",) else ()
