"""How YAML tools read unquoted scalars: `no` is false to them, `012` is ten and `1:30` is ninety."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trap:
    """How YAML tools read a word whose value is valid nowhere in a content file."""

    meaning: str  # the value that they read, in words


MERGE_KEY = Trap("a merge key")

_TRUE = frozenset(spelling for word in ("true", "yes", "on", "y") for spelling in (word, word.title(), word.upper()))
_FALSE = frozenset(spelling for word in ("false", "no", "off", "n") for spelling in (word, word.title(), word.upper()))
_NULL = frozenset({"", "~", "null", "Null", "NULL"})

_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,14})")
_SUSPECT = frozenset("0123456789+-.")  # the first characters of everything that _TRAPS matches


def _name_number(_: str) -> str:
    return "a number"


def _convert_from(base: int) -> Callable[[str], str]:
    return lambda word: str(int(word.replace("_", "").replace("o", ""), base))


def _convert_sexagesimal(word: str) -> str:
    total = 0
    for part in word.replace("_", "").lstrip("+-").split(":"):
        total = total * 60 + int(part)
    return f"-{total}" if word.startswith("-") else str(total)


# Of both YAML 1.1 and YAML 1.2, because other tools may read the file too.
_TRAPS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (re.compile(r"[-+]?0[0-7_]+|0o[0-7]+"), _convert_from(8)),
    (re.compile(r"[-+]?0x[0-9a-fA-F][0-9a-fA-F_]*"), _convert_from(16)),
    (re.compile(r"[-+]?0b[01][01_]*"), _convert_from(2)),
    (re.compile(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+"), _convert_sexagesimal),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*"), _name_number),
    (re.compile(r"[-+]?[0-9][0-9_]*"), _name_number),
    (re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"), _name_number),
    (re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"), _name_number),
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:.*"), lambda _: "a date with a time of day"),
)
_LONG = 24  # characters; longer numbers are not converted
_LONGEST = 100  # characters; longer words are not compared with the patterns, which may be slow on long texts


def read_scalar(word: str) -> object:
    """The value of an unquoted word: int, bool, None, Trap, or the word itself. Dates stay text."""
    if word[:1] in _SUSPECT and len(word) <= _LONGEST:
        return int(word) if _WHOLE.fullmatch(word) else _find_trap(word)
    if word in _NULL:
        return None
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    return MERGE_KEY if word == "<<" else word


def _find_trap(word: str) -> object:
    for pattern, describe in _TRAPS:
        if pattern.fullmatch(word):
            return Trap(describe(word) if len(word) <= _LONG else "a number")
    return word


def name_meaning(value: object) -> str:
    """What such a value is to a YAML tool, in words; "" for a text, which is no surprise."""
    if isinstance(value, Trap):
        return value.meaning
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return "a number"
    return "nothing" if value is None else ""


def describe_confusion(word: str, value: object) -> str:
    """The fault's sentence for a word that is meant as text but read as this value."""
    return f'YAML reads `{word}` as {name_meaning(value)}; put it in quotes: "{word}"'
