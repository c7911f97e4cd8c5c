"""Encodes what a button does as its callback data, and decodes what a press sends back.

Data is at most 64 bytes (Bot API, InlineKeyboardButton.callback_data). Buttons stay in chats for years: the format of
a callback must not change, and whatever a press sends may be forged.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from string import Formatter
from typing import Any, TypeVar, dataclass_transform

from pydantic import TypeAdapter, ValidationError

BELOW = "+"  # before the data: answer below, and leave the message that holds the button as it is
_PAYLOAD = re.compile("[A-Za-z0-9_-]{1,64}")  # Bot API, deep linking


class Callback:
    """What a button does. Every kind is a subclass with its own `wire`."""

    __slots__ = ()


C = TypeVar("C", bound=Callback)


@dataclass(frozen=True)
class _Format:
    kind: type[Callback]
    required: str  # str.format templates
    optional: str  # left out where a field is None
    pattern: re.Pattern[str]

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        """Validates the fields. Built for the first press of this kind: all kinds together take a megabyte."""
        return TypeAdapter(self.kind)


_formats: dict[type[Callback], _Format] = {}


@dataclass_transform(frozen_default=True)
def wire(template: str) -> Callable[[type[C]], type[C]]:
    """Declare a callback as a frozen dataclass with its data as a `str.format` template of its fields.

    What is in brackets at the end of the template is left out where a field is None.
    """
    required, _, rest = template.partition("[")
    optional = rest.removesuffix("]")
    pattern = _build_pattern(required) + (f"(?:{_build_pattern(optional)})?" if optional else "")

    def declare(kind: type[C]) -> type[C]:
        declared = dataclass(frozen=True, slots=True)(kind)
        _formats[declared] = _Format(declared, required, optional, re.compile(pattern))
        return declared

    return declare


def _build_pattern(template: str) -> str:
    parts = ((re.escape(literal), name) for literal, name, _spec, _conversion in Formatter().parse(template))
    return "".join(f"{literal}(?P<{name}>[^:.]+)" if name else literal for literal, name in parts)


@lru_cache(maxsize=1024)  # every page has the same few buttons
def encode(callback: Callback, *, below: bool = False) -> str:
    """The callback data of a button that does this; `below`: with its answer below the message."""
    format_ = _formats[type(callback)]
    values = {field.name: getattr(callback, field.name) for field in fields(callback)}  # type: ignore[arg-type]
    template = format_.required if None in values.values() else format_.required + format_.optional
    return (BELOW if below else "") + template.format(**values)


@lru_cache(maxsize=1024)  # each handler asks whether the press is its own
def decode(data: str) -> tuple[Callback, bool] | None:
    """What a press with this data wants, and whether to answer below; None for data that no button of ours has."""
    plain = data.removeprefix(BELOW)
    for format_ in _formats.values():
        match = format_.pattern.fullmatch(plain)
        callback = _validate(format_, match) if match else None
        if callback is not None and encode(callback) == plain:  # there is one way to write each value: 7, never 007
            return callback, plain != data
    return None


def _validate(format_: _Format, match: re.Match[str]) -> Callback | None:
    values = {name: value for name, value in match.groupdict().items() if value is not None}
    try:
        callback: Callback = format_.adapter.validate_python(values)
    except ValidationError:
        return None
    return callback


def encode_payload(callback: Callback) -> str:
    """The same for a link to the bot (t.me/<bot>?start=<payload>), whose payload has no colons."""
    return encode(callback).replace(":", "_")


def decode_payload(payload: str) -> Callback | None:
    """What a link with this payload leads to; None for a payload that is no callback."""
    decoded = decode(payload.replace("_", ":")) if _PAYLOAD.fullmatch(payload) else None
    return None if decoded is None else decoded[0]


def first_word(kind: type[Callback]) -> str:
    """The first word of its data."""
    return re.split(r"[:[]", get_prefix(kind))[0]


def get_prefix(kind: type[Callback]) -> str:
    """What the data of all such buttons begins with."""
    return _formats[kind].required.partition("{")[0]


def list_kinds() -> list[type[Callback]]:
    """Every kind of callback."""
    return list(_formats)
