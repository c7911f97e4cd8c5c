"""A fault of the content file: where it stands, what it concerns, and one line that says what to write."""

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""The way from the root of the document to a place in it: keys, and indexes from 0."""

MAX_LISTED = 200
MAX_LINE = 400

_PLAIN_KEY = re.compile(r"[\w-]{1,40}")
_REST = re.compile(r"and ([0-9]+) more")
_MANY = 1_000  # names among which a look at each would take too long
_FEW = 12  # names that can be listed in a line


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in the file, counted from 1, in characters."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something an editor has to put right, or (a warning) should look at.

    Where `wrong` is given it was mistaken for one of the `known` names. The nearest is looked up when the fault is
    shown, because a file can have far more faults than anybody is shown.
    """

    mark: Mark
    path: Path
    text: str
    warning: bool = False
    wrong: str = field(default="", repr=False, compare=False)
    known: Collection[str] = field(default=(), repr=False, compare=False)

    def __str__(self) -> str:
        where = format_path(self.path)
        return to_one_line(f"{self.mark}: {where}{': ' if where else ''}{self.text}", MAX_LINE) + self._suggestion()

    def in_file(self, name: str) -> str:
        return f"{name}:{self}"

    def _suggestion(self) -> str:
        if not self.wrong or not self.known:
            return ""
        if near := find_nearest(self.wrong, self.known):
            return f'; did you mean "{near}"?'
        return f"; known: {', '.join(self.known)}" if len(self.known) <= _FEW else ""


def format_path(path: Path) -> str:
    """Write a path as `facts[3].claim.en`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{_key(step)}" for step in path)
    return "".join(steps).removeprefix(".")


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else quote(key)


def quote(text: str, limit: int = 60) -> str:
    """A piece of the file inside a fault's line: in quotes, short, and on one line."""
    return f'"{to_one_line(text, limit)}"'


def to_one_line(text: str, limit: int) -> str:
    """The text without line breaks and other unprintable signs, cut where it is longer than the limit."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(sign if sign.isprintable() else " " for sign in short)


def find_nearest(wrong: str, known: Collection[str]) -> str:
    """The known name most like this one; "" where none is alike."""
    wrong = wrong[:64].casefold()
    candidates = {name.casefold(): name for name in known if len(known) <= _MANY or name[:1].casefold() == wrong[:1]}
    cutoff = 0.5 if len(wrong) <= 3 else 0.6
    found = difflib.get_close_matches(wrong, list(candidates)[:_MANY], n=1, cutoff=cutoff)
    return candidates[found[0]] if found else ""


def format_faults(faults: Iterable[Fault], name: str) -> list[str]:
    """The lines shown for these faults: in the order of the file, at most 200, and then how many more there are."""
    ordered = sorted(faults, key=lambda fault: fault.mark)
    lines = [fault.in_file(name) for fault in ordered[:MAX_LISTED]]
    if len(ordered) > MAX_LISTED:
        lines.append(f"and {len(ordered) - MAX_LISTED} more")
    return lines


def count_faults(lines: Sequence[str]) -> int:
    """How many faults the lines of `listed` stand for."""
    rest = _REST.fullmatch(lines[-1]) if lines else None
    return len(lines) - 1 + int(rest[1]) if rest else len(lines)
