"""Parses the bytes of a YAML file into a tree with positions, from parser events and without recursion."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from outreachbot.domain.content.faults import Fault, Mark, Path, quote
from outreachbot.domain.content.yaml import problems, scalars
from outreachbot.domain.content.yaml.tree import UNREADABLE, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    _LOADER = yaml.SafeLoader
else:
    _LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # CSafeLoader needs libyaml and is ten times faster

MAX_BYTES = 10_000_000
MAX_DEPTH = 20
MAX_VALUES = 800_000
MAX_ENTRIES = 20_000  # per list

# Control characters, and the separators that YAML counts as line breaks but text editors don't.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_REPEAT = "; write the text out again"
_BLOCK = frozenset("|>")
_PLAIN_KEYS = frozenset({"on"})  # true in YAML 1.1, but accepted as an unquoted key


@dataclass(frozen=True, slots=True)
class Tree:
    """The result of reading; `root` is None if the file is empty or can't be read to its end."""

    root: Node | None
    faults: tuple[Fault, ...] = ()


class _ReadingStopped(Exception):
    """The rest of the file can't be read; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def read_tree(raw: bytes) -> Tree:
    """Read one YAML document; never raises."""
    builder = _Builder()
    try:
        for event in _parse_events(_decode(raw)):
            if isinstance(event, yaml.DocumentStartEvent) and builder.root is not None:
                builder.add_fault(_to_mark(event.start_mark), "a second document begins here; keep everything in one")
                break
            builder.take(event)
    except _ReadingStopped as stopped:
        return Tree(None, (*builder.faults, stopped.fault))
    if builder.root is None or (isinstance(builder.root, Scalar) and not builder.root.text):
        return Tree(None, (*builder.faults, Fault(Mark(1, 1), (), "the file is empty")))
    return Tree(builder.root, tuple(builder.faults))


def _decode(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        why = f"the file has {len(raw) / 1e6:.1f} MB; at most {MAX_BYTES // 1_000_000} MB are read"
        raise _ReadingStopped(Fault(Mark(1, 1), (), why))
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        raise _ReadingStopped(Fault(_find_end(before), (), "not UTF-8; save the file as UTF-8")) from None
    if match := _UNPRINTABLE.search(text):
        why = f"an invisible sign (U+{ord(match[0]):04X}); delete it, or save the file as text"
        raise _ReadingStopped(Fault(_find_end(text[: match.start()]), (), why))
    return text


def _find_end(text: str) -> Mark:
    lines = _LINE_BREAK.split(text.removeprefix("\ufeff"))
    return Mark(len(lines), len(lines[-1]) + 1)


def _parse_events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise _ReadingStopped(_explain(text, error)) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise _ReadingStopped(Fault(Mark(1, 1), (), f"this is not YAML: {error}")) from None


def _explain(text: str, error: yaml.MarkedYAMLError) -> Fault:
    stopped = error.problem_mark or error.context_mark
    if stopped is None:
        return Fault(Mark(1, 1), (), f"this is not YAML: {error.problem}")
    if stopped.index >= len(text) and (bracket := _find_open_bracket(text)):
        return Fault(_to_mark(bracket), (), problems.describe_unclosed(text[bracket.index]))
    began = error.context_mark or stopped
    problem = problems.ParserProblem(
        problem=error.problem or "",
        context=error.context or "",
        before=text[stopped.index - stopped.column : stopped.index],
        sign=text[stopped.index : stopped.index + 1],
        opened=text[began.index : began.index + 1],
    )
    sentence, at_beginning = problems.explain_problem(problem)
    return Fault(_to_mark(began if at_beginning else stopped), (), sentence)


def _find_open_bracket(text: str) -> Any:
    """The position of the innermost bracket still open at the end of the text; None if there is none."""
    opened = []
    try:
        for token in yaml.scan(text, Loader=_LOADER):
            if isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
                opened.append(token.start_mark)
            elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken):
                opened.pop()
    except yaml.YAMLError:
        return None  # a quote is open, or something else with a better explanation
    return opened[-1] if opened else None


def _to_mark(mark: Any) -> Mark:  # PyYAML has two unrelated classes of marks with the same attributes
    return Mark(mark.line + 1, mark.column + 1)


def _build_scalar(event: yaml.ScalarEvent) -> Scalar:
    text = event.value.rstrip("\n") if event.style in _BLOCK else event.value  # a block's last break is not its text
    return Scalar(_to_mark(event.start_mark), text, text if event.style or event.tag else scalars.read_scalar(text))


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being read."""

    node: Sequence | Mapping
    key: str | None = None  # the last key; None if it is not a valid key
    kept: bool = True  # whether the last key's value is kept in the tree
    awaits_value: bool = False

    def step(self) -> str | int | None:
        return len(self.node.items) - 1 if isinstance(self.node, Sequence) else self.key


@dataclass(slots=True)
class _Builder:
    """Builds the tree from events; `frames` holds the lists and mappings that are open, the root first."""

    root: Node | None = None
    faults: list[Fault] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)
    count: int = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._attach(Scalar(_to_mark(event.start_mark), "", UNREADABLE))
            self.add_fault(_to_mark(event.start_mark), f"aliases such as *{event.anchor} are not read{_REPEAT}")
        elif isinstance(event, yaml.CollectionStartEvent):
            mark = _to_mark(event.start_mark)
            self._open(event, Mapping(mark) if isinstance(event, yaml.MappingStartEvent) else Sequence(mark))
        elif isinstance(event, yaml.CollectionEndEvent):
            self.frames.pop()

    def add_fault(self, mark: Mark, text: str) -> None:
        self.faults.append(Fault(mark, self._find_path(), text))

    def _find_path(self) -> Path:
        steps = [frame.step() for frame in self.frames]
        known = steps.index(None) if None in steps else len(steps)
        return tuple(step for step in steps[:known] if step is not None)

    def _refuse_extras(self, event: Any) -> None:
        mark = _to_mark(event.start_mark)
        if event.anchor is not None:
            self.add_fault(mark, f"anchors such as &{event.anchor} are not read; delete it")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.add_fault(mark, f"tags such as {tag} are not read; delete it, and put a text in quotes")

    def _take_scalar(self, event: yaml.ScalarEvent) -> None:
        unprintable = _UNPRINTABLE.search(event.value) if event.style == '"' else None
        self._attach(_build_scalar(event) if not unprintable else Scalar(_to_mark(event.start_mark), "", UNREADABLE))
        self._refuse_extras(event)
        if unprintable:
            why = f"an invisible sign (U+{ord(unprintable[0]):04X}); write the text without it"
            self.add_fault(_to_mark(event.start_mark), why)

    def _open(self, event: yaml.CollectionStartEvent, node: Sequence | Mapping) -> None:
        self._attach(node)
        self._refuse_extras(event)
        if len(self.frames) >= MAX_DEPTH:
            raise _ReadingStopped(Fault(node.mark, self._find_path(), f"nested deeper than {MAX_DEPTH} levels"))
        self.frames.append(_Frame(node))

    def _attach(self, node: Node) -> None:
        self.count += 1
        if self.count > MAX_VALUES:
            raise _ReadingStopped(Fault(node.mark, (), f"the file has more than {MAX_VALUES} values"))
        frame = self.frames[-1] if self.frames else None
        if frame is None:
            self.root = node
        elif isinstance(frame.node, Sequence):
            frame.node.items.append(node)
            if len(frame.node.items) > MAX_ENTRIES:
                raise _ReadingStopped(Fault(node.mark, self._find_path()[:-1], f"has more than {MAX_ENTRIES} entries"))
        elif frame.awaits_value:
            frame.awaits_value = False
            if frame.kept and frame.key is not None:
                frame.node.entries[frame.key] = node
        else:
            frame.awaits_value = True
            self._take_key(frame, frame.node, node)

    def _take_key(self, frame: _Frame, mapping: Mapping, node: Node) -> None:
        frame.key, frame.kept = None, False
        if not isinstance(node, Scalar):
            self.add_fault(node.mark, "a list or mapping can't be a key; write `key: text`, a text in quotes")
        elif node.value == scalars.MERGE_KEY:
            self.add_fault(node.mark, f"merge keys (<<) are not read{_REPEAT}")
        elif node.value is not UNREADABLE:
            frame.key, frame.kept = node.text, node.text not in mapping.key_marks
            first = mapping.key_marks.setdefault(node.text, node.mark)
            if not frame.kept:
                self.add_fault(node.mark, f"{quote(node.text)} is written twice; first in line {first.line}")
            elif not isinstance(node.value, str) and node.text not in _PLAIN_KEYS:
                confusion = scalars.describe_confusion(node.text, node.value)
                self.add_fault(node.mark, confusion if node.text else "a key is missing before the colon")
