"""What a content file holds at which place, worked out from the models so that it can't disagree with them."""

import datetime as dt
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel

from outreachbot.domain.content.dates import DayTime, PartialDate, YearlyDay
from outreachbot.domain.content.faults import Path
from outreachbot.domain.content.model import Content, Text

Pattern = tuple[str, ...]
"""A path in which `*` stands for each entry of a list."""


def _bare(wanted: object) -> object:
    """The type without its constraints and without `| None`."""
    if get_origin(wanted) is Annotated:
        return _bare(get_args(wanted)[0])
    if get_origin(wanted) in {Union, types.UnionType}:
        return _bare(next(choice for choice in get_args(wanted) if choice is not type(None)))
    if get_origin(wanted) is tuple and get_args(wanted)[-1] is not Ellipsis:
        return types.GenericAlias(tuple, tuple(_bare(part) for part in get_args(wanted)))
    return wanted


def _places(wanted: object, pattern: Pattern) -> Iterator[tuple[Pattern, object]]:
    wanted = _bare(wanted)
    yield pattern, wanted
    if isinstance(wanted, type) and issubclass(wanted, BaseModel) and wanted not in DATES:
        for name, about in wanted.model_fields.items():
            yield from _places(about.annotation, (*pattern, name))
    elif get_origin(wanted) is tuple and get_args(wanted)[-1] is Ellipsis:
        yield from _places(get_args(wanted)[0], (*pattern, "*"))


DATES = (PartialDate, YearlyDay, DayTime, dt.date)
"""What is written as one word."""

WANTED: Mapping[Pattern, object] = dict(_places(Content, ()))
TEXTS = tuple(pattern for pattern, wanted in WANTED.items() if wanted == Text)
WRITTEN_DATES = tuple(pattern for pattern, wanted in WANTED.items() if wanted in DATES)
ADDRESSES = tuple(pattern for pattern in WANTED if pattern[-1:] in {("url",), ("archive",), ("link",)})
SOURCE_LISTS = tuple(pattern for pattern in WANTED if len(pattern) > 1 and pattern[-1] == "sources")


def expected_type(path: Path) -> object:
    """What the models want at this path; None where they know no such place."""
    return WANTED.get(tuple("*" if isinstance(step, int) else step for step in path))


def list_keys(path: Path) -> list[str]:
    """The keys that may stand below this path."""
    model = expected_type(path)
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
