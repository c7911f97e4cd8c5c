"""What is written in a file, as a tree whose every node knows its line and column."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from outreachbot.domain.content.faults import Mark, Path

LOST = object()
"""The value of a place that could not be read and whose fault is already named."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value: `text` as it is written, `value` as it is read (text, int, bool, None, a Trap or LOST)."""

    mark: Mark
    text: str
    value: object


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    mark: Mark
    items: "list[Node]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with values; both dictionaries have the same keys in the order of the file."""

    mark: Mark
    entries: "dict[str, Node]" = field(default_factory=dict)
    key_marks: dict[str, Mark] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def find_child(node: Node, step: str | int) -> Node | None:
    """What stands one step below, if anything."""
    if isinstance(node, Mapping) and isinstance(step, str):
        return node.entries.get(step)
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def find_node(root: Node, path: Path) -> Node | None:
    """What stands at this path, if anything."""
    node: Node | None = root
    for step in path:
        node = find_child(node, step) if node else None
    return node


def find_mark(root: Node, path: Path) -> Mark:
    """Where the value at this path begins; of what is missing, where the nearest part that is there begins."""
    node = root
    for step in path:
        below = find_child(node, step)
        if below is None:
            break
        node = below
    return node.mark


def find_key_mark(root: Node, path: Path) -> Mark:
    """Where the last key of this path is written; the mark of its value where it isn't a key."""
    above, key = find_node(root, path[:-1]), path[-1] if path else ""
    if isinstance(above, Mapping) and isinstance(key, str) and key in above.key_marks:
        return above.key_marks[key]
    return find_mark(root, path)


def iterate_pattern(root: Node, pattern: tuple[str, ...]) -> Iterator[tuple[Path, Node]]:
    """All places of a pattern such as ("facts", "*", "claim"), * being each entry of a list; skips wrong shapes."""
    found: list[tuple[Path, Node]] = [((), root)]
    for step in pattern:
        found = [((*path, name), node) for path, above in found for name, node in _below(above, step)]
    yield from found


def _below(node: Node, step: str) -> Iterator[tuple[str | int, Node]]:
    if step == "*" and isinstance(node, Sequence):
        yield from enumerate(node.items)
    elif isinstance(node, Mapping) and step in node.entries:
        yield step, node.entries[step]


def to_values(node: Node) -> object:
    """The same as plain lists, dictionaries and values. Recursive: a tree is no deeper than its reader allows."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [to_values(item) for item in node.items]
    return {key: to_values(item) for key, item in node.entries.items()}


def read_text(node: Node | None) -> str | None:
    """The text at a place; None where nothing stands there, or something else than a text."""
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, str) else None
