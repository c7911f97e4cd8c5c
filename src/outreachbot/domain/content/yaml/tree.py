"""The tree of a YAML file: nodes with their positions, and functions to look them up by path."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from outreachbot.domain.content.faults import Mark, Path

UNREADABLE = object()
"""The value of a scalar that could not be read and whose fault is already reported."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value: `text` as written, `value` as read (str, int, bool, None, Trap or UNREADABLE)."""

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
    """Keys with values; both dictionaries have the same keys, in file order."""

    mark: Mark
    entries: "dict[str, Node]" = field(default_factory=dict)
    key_marks: dict[str, Mark] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


def find_child(node: Node, step: str | int) -> Node | None:
    """The child at this key or index; None if there is none."""
    if isinstance(node, Mapping) and isinstance(step, str):
        return node.entries.get(step)
    if isinstance(node, Sequence) and isinstance(step, int) and 0 <= step < len(node.items):
        return node.items[step]
    return None


def find_node(root: Node, path: Path) -> Node | None:
    """The node at this path; None if there is none."""
    node: Node | None = root
    for step in path:
        node = find_child(node, step) if node else None
    return node


def find_mark(root: Node, path: Path) -> Mark:
    """Where the node at this path begins; for a missing node, where its nearest existing parent begins."""
    node = root
    for step in path:
        child = find_child(node, step)
        if child is None:
            break
        node = child
    return node.mark


def find_key_mark(root: Node, path: Path) -> Mark:
    """Where the last key of this path is written; like `find_mark` if the last step isn't a key."""
    parent, key = find_node(root, path[:-1]), path[-1] if path else ""
    if isinstance(parent, Mapping) and isinstance(key, str) and key in parent.key_marks:
        return parent.key_marks[key]
    return find_mark(root, path)


def find_matches(root: Node, pattern: tuple[str, ...]) -> Iterator[tuple[Path, Node]]:
    """All nodes that match a pattern such as ("facts", "*", "claim"), with their paths.

    `*` matches each entry of a list. Nodes of another shape than the pattern expects are skipped.
    """
    matches: list[tuple[Path, Node]] = [((), root)]
    for step in pattern:
        matches = [((*path, name), node) for path, parent in matches for name, node in _list_children(parent, step)]
    yield from matches


def _list_children(node: Node, step: str) -> Iterator[tuple[str | int, Node]]:
    if step == "*" and isinstance(node, Sequence):
        yield from enumerate(node.items)
    elif isinstance(node, Mapping) and step in node.entries:
        yield step, node.entries[step]


def to_values(node: Node) -> object:
    """The tree as plain lists, dictionaries and values. Recursive: the reader limits a tree's depth."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [to_values(item) for item in node.items]
    return {key: to_values(item) for key, item in node.entries.items()}


def read_text(node: Node | None) -> str | None:
    """The text of a node; None if there is no node or its value is not a text."""
    value = node.value if isinstance(node, Scalar) else None
    return value if isinstance(value, str) else None


def list_written(root: Node, path: Path) -> tuple[str, ...]:
    """The items of a list as the file has them (`no` stays "no"), without its empty ones; empty if it is no list."""
    node = find_node(root, path)
    items = node.items if isinstance(node, Sequence) else []
    return tuple(item.text for item in items if isinstance(item, Scalar) and item.text)
