"""Which type of value belongs at which path of a content file, derived from the models."""

import datetime as dt
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel

from outreachbot.domain.content.dates import DayTime, PartialDate, YearlyDay
from outreachbot.domain.content.faults import Path
from outreachbot.domain.content.model import Content, Text

Pattern = tuple[str, ...]
"""A path in which `*` matches any index of a list."""


def _strip(annotation: object) -> object:
    """The type without its constraints and without `| None`."""
    if get_origin(annotation) is Annotated:
        return _strip(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        return _strip(next(choice for choice in get_args(annotation) if choice is not type(None)))
    if get_origin(annotation) is tuple and get_args(annotation)[-1] is not Ellipsis:
        return types.GenericAlias(tuple, tuple(_strip(part) for part in get_args(annotation)))
    return annotation


def _walk(annotation: object, pattern: Pattern) -> Iterator[tuple[Pattern, object]]:
    bare = _strip(annotation)
    yield pattern, bare
    if isinstance(bare, type) and issubclass(bare, BaseModel) and bare not in DATES:
        for name, field in bare.model_fields.items():
            yield from _walk(field.annotation, (*pattern, name))
    elif get_origin(bare) is tuple and get_args(bare)[-1] is Ellipsis:
        yield from _walk(get_args(bare)[0], (*pattern, "*"))


DATES = (PartialDate, YearlyDay, DayTime, dt.date)
"""The types that are written as a single YAML scalar."""

EXPECTED_TYPES: Mapping[Pattern, object] = dict(_walk(Content, ()))
TEXTS = tuple(pattern for pattern, expected in EXPECTED_TYPES.items() if expected == Text)
WRITTEN_DATES = tuple(pattern for pattern, expected in EXPECTED_TYPES.items() if expected in DATES)
ADDRESSES = tuple(pattern for pattern in EXPECTED_TYPES if pattern[-1:] in {("url",), ("archive",), ("link",)})
SOURCE_LISTS = tuple(pattern for pattern in EXPECTED_TYPES if len(pattern) > 1 and pattern[-1] == "sources")


def find_expected_type(path: Path) -> object:
    """The type that the models expect at this path; None if they have no such path."""
    return EXPECTED_TYPES.get(tuple("*" if isinstance(step, int) else step for step in path))


def list_keys(path: Path) -> list[str]:
    """The keys allowed directly below this path."""
    model = find_expected_type(path)
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
