"""A fault in the content file: its position, its path, and one line that says what to write instead."""

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from outreachbot.domain.messages.message import shorten

Path = tuple[str | int, ...]
"""The steps from the root of the document to one of its nodes: keys, and indexes from 0."""

MAX_LISTED = 200
MAX_LINE = 400

_PLAIN_KEY = re.compile(r"[\w-]{1,40}")
_REST = re.compile(r"and ([0-9]+) more")
_MANY = 1_000  # names: beyond this, comparing each would take too long
_FEW = 12  # names: up to this many can be listed in a line


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A position in the file: line and column, both counted from 1, the column in characters."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something an editor must correct, or (a warning) should look at.

    `wrong`, where given, is a misspelling of one of the `known` names. The nearest of these is looked up only when
    the fault is shown, because a file can have far more faults than anybody is shown.
    """

    mark: Mark
    path: Path
    text: str
    warning: bool = False
    wrong: str = field(default="", repr=False, compare=False)
    known: Collection[str] = field(default=(), repr=False, compare=False)

    def __str__(self) -> str:
        where = format_path(self.path)
        return to_one_line(f"{self.mark}: {where}{': ' if where else ''}{self.text}", MAX_LINE) + self._suggest()

    def in_file(self, name: str) -> str:
        return f"{name}:{self}"

    def _suggest(self) -> str:
        if not self.wrong or not self.known:
            return ""
        if near := find_nearest(self.wrong, self.known):
            return f'; did you mean "{near}"?'
        return f"; known: {', '.join(self.known)}" if len(self.known) <= _FEW else ""


def format_path(path: Path) -> str:
    """Format a path as `facts[3].claim.en`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{_format_key(step)}" for step in path)
    return "".join(steps).removeprefix(".")


def _format_key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else quote(key)


def quote(text: str, limit: int = 60) -> str:
    """Quote a piece of the file for a fault's line, shortened and on one line."""
    return f'"{to_one_line(text, limit)}"'


def to_one_line(text: str, limit: int) -> str:
    """The text cut to `limit` characters, with line breaks and other unprintable characters replaced by spaces."""
    return "".join(character if character.isprintable() else " " for character in shorten(text, limit))


def find_nearest(wrong: str, known: Collection[str]) -> str:
    """The known name most similar to this one; "" if none is similar."""
    wrong = wrong[:64].casefold()
    candidates = {name.casefold(): name for name in known if len(known) <= _MANY or name[:1].casefold() == wrong[:1]}
    cutoff = 0.5 if len(wrong) <= 3 else 0.6
    matches = difflib.get_close_matches(wrong, list(candidates)[:_MANY], n=1, cutoff=cutoff)
    return candidates[matches[0]] if matches else ""


def format_faults(faults: Iterable[Fault], name: str) -> list[str]:
    """Format the faults for display in file order: at most 200 lines, then one that counts the rest."""
    ordered = sorted(faults, key=lambda fault: fault.mark)
    lines = [fault.in_file(name) for fault in ordered[:MAX_LISTED]]
    if len(ordered) > MAX_LISTED:
        lines.append(f"and {len(ordered) - MAX_LISTED} more")
    return lines


def count_faults(lines: Sequence[str]) -> int:
    """The number of faults that lines made by `format_faults` represent."""
    rest = _REST.fullmatch(lines[-1]) if lines else None
    return len(lines) - 1 + int(rest[1]) if rest else len(lines)
