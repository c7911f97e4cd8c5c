"""What YAML tools read in an unquoted word: `no` is false to them, `012` is ten and `1:30` is ninety."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trap:
    """A word that YAML tools read as something no place of a content file wants."""

    meaning: str


MERGE = Trap("a merge key")

_TRUE = frozenset(spelling for word in ("true", "yes", "on", "y") for spelling in (word, word.title(), word.upper()))
_FALSE = frozenset(spelling for word in ("false", "no", "off", "n") for spelling in (word, word.title(), word.upper()))
_NULL = frozenset({"", "~", "null", "Null", "NULL"})

_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,14})")
_SUSPECT = frozenset("0123456789+-.")  # how everything in the table below begins


def _number(_: str) -> str:
    return "a number"


def _based(base: int) -> Callable[[str], str]:
    return lambda word: str(int(word.replace("_", "").replace("o", ""), base))


def _sexagesimal(word: str) -> str:
    total = 0
    for part in word.replace("_", "").lstrip("+-").split(":"):
        total = total * 60 + int(part)
    return f"-{total}" if word.startswith("-") else str(total)


# Both of YAML 1.1 and of YAML 1.2, since nobody knows which tool reads the file next.
_TRAPS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (re.compile(r"[-+]?0[0-7_]+|0o[0-7]+"), _based(8)),
    (re.compile(r"[-+]?0x[0-9a-fA-F][0-9a-fA-F_]*"), _based(16)),
    (re.compile(r"[-+]?0b[01][01_]*"), _based(2)),
    (re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+"), _sexagesimal),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*"), _number),
    (re.compile(r"[-+]?[0-9][0-9_]*"), _number),
    (re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"), _number),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"), _number),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:.*"), lambda _: "a date with a time of day"),
)
_LONG = 24  # longer numbers are not worked out
_LONGEST = 100  # and no number is longer; the patterns are not made for whole texts


def read_scalar(word: str) -> object:
    """The value of an unquoted word: int, bool, None, a Trap, or the word itself. Dates stay text."""
    if word[:1] in _SUSPECT and len(word) <= _LONGEST:
        return int(word) if _WHOLE.fullmatch(word) else _trap(word)
    if word in _NULL:
        return None
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    return MERGE if word == "<<" else word


def _trap(word: str) -> object:
    for pattern, meaning in _TRAPS:
        if pattern.fullmatch(word):
            return Trap(meaning(word) if len(word) <= _LONG else "a number")
    return word


def name_meaning(value: object) -> str:
    """How a YAML tool would name such a value; "" for a text, which is what it looks like."""
    if isinstance(value, Trap):
        return value.meaning
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return "a number"
    return "nothing" if value is None else ""


def describe_confusion(word: str, value: object) -> str:
    """The line for a word that was meant as text and is read as this value."""
    return f'YAML reads `{word}` as {name_meaning(value)}; put it in quotes: "{word}"'
