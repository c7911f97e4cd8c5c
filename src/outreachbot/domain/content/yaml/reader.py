"""A file's bytes as a tree with lines and columns, built from YAML's events without recursion."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from outreachbot.domain.content.faults import Fault, Mark, Path, quote
from outreachbot.domain.content.yaml import problems, scalars
from outreachbot.domain.content.yaml.tree import LOST, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    _LOADER = yaml.SafeLoader
else:
    _LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the first needs libyaml and is ten times faster

MAX_BYTES = 10_000_000
MAX_DEPTH = 20
MAX_VALUES = 800_000
MAX_ENTRIES = 20_000  # of one list

# What no text file holds, and the separators that YAML counts as line breaks but editors don't.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_REPEAT = "; write the text out again"
_BLOCK = frozenset("|>")
_PLAIN_KEYS = frozenset({"on"})  # true to YAML 1.1; as a key everybody writes it without quotes


@dataclass(frozen=True, slots=True)
class Tree:
    """What was read. Without a root nothing can be said but the faults."""

    root: Node | None
    faults: tuple[Fault, ...] = ()


class _Unreadable(Exception):
    """The rest of the file can't be read; holds why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def read_tree(raw: bytes) -> Tree:
    """Read one YAML document; never raises."""
    builder = _Builder()
    try:
        for event in _events(_decode(raw)):
            if isinstance(event, yaml.DocumentStartEvent) and builder.root is not None:
                builder.fault(_mark(event.start_mark), "a second document begins here; keep everything in one")
                break
            builder.take(event)
    except _Unreadable as unreadable:
        return Tree(None, (*builder.faults, unreadable.fault))
    if builder.root is None or (isinstance(builder.root, Scalar) and not builder.root.text):
        return Tree(None, (*builder.faults, Fault(Mark(1, 1), (), "the file is empty")))
    return Tree(builder.root, tuple(builder.faults))


def _decode(raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        size = f"the file has {len(raw) / 1e6:.1f} MB; at most {MAX_BYTES // 1_000_000} MB are read"
        raise _Unreadable(Fault(Mark(1, 1), (), size))
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        raise _Unreadable(Fault(_mark_after(before), (), "not UTF-8; save the file as UTF-8")) from None
    if found := _UNPRINTABLE.search(text):
        sign = f"an invisible sign (U+{ord(found[0]):04X}); delete it, or save the file as text"
        raise _Unreadable(Fault(_mark_after(text[: found.start()]), (), sign))
    return text


def _mark_after(text: str) -> Mark:
    lines = _LINE_BREAK.split(text.removeprefix("\ufeff"))
    return Mark(len(lines), len(lines[-1]) + 1)


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise _Unreadable(_trouble(text, error)) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise _Unreadable(Fault(Mark(1, 1), (), f"this is not YAML: {error}")) from None


def _trouble(text: str, error: yaml.MarkedYAMLError) -> Fault:
    stopped = error.problem_mark or error.context_mark
    if stopped is None:
        return Fault(Mark(1, 1), (), f"this is not YAML: {error.problem}")
    if stopped.index >= len(text) and (bracket := _open_bracket(text)):
        return Fault(_mark(bracket), (), problems.describe_unclosed(text[bracket.index]))
    began = error.context_mark or stopped
    trouble = problems.ParserProblem(
        problem=error.problem or "",
        context=error.context or "",
        before=text[stopped.index - stopped.column : stopped.index],
        sign=text[stopped.index : stopped.index + 1],
        opened=text[began.index : began.index + 1],
    )
    sentence, of_beginning = problems.explain_problem(trouble)
    return Fault(_mark(began if of_beginning else stopped), (), sentence)


def _open_bracket(text: str) -> Any:
    """Where the innermost bracket stands that is open at the end of the text; None where there is none."""
    opened = []
    try:
        for token in yaml.scan(text, Loader=_LOADER):
            if isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
                opened.append(token.start_mark)
            elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken):
                opened.pop()
    except yaml.YAMLError:
        return None  # a quote is open, or something else that is said better
    return opened[-1] if opened else None


def _mark(mark: Any) -> Mark:  # PyYAML has two classes of marks, alike but unrelated
    return Mark(mark.line + 1, mark.column + 1)


def _scalar(event: yaml.ScalarEvent) -> Scalar:
    text = event.value.rstrip("\n") if event.style in _BLOCK else event.value  # that break ends the block, not the text
    return Scalar(_mark(event.start_mark), text, text if event.style or event.tag else scalars.read_scalar(text))


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being read."""

    node: Sequence | Mapping
    key: str | None = None  # the last key; None where it can't be one
    kept: bool = True  # whether the last key's value has a place in the tree
    awaits_value: bool = False

    def step(self) -> str | int | None:
        return len(self.node.items) - 1 if isinstance(self.node, Sequence) else self.key


@dataclass(slots=True)
class _Builder:
    """What was built so far; `frames` is the way from the root to where the reading is."""

    root: Node | None = None
    faults: list[Fault] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)
    count: int = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._take_scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._attach(Scalar(_mark(event.start_mark), "", LOST))
            self.fault(_mark(event.start_mark), f"aliases such as *{event.anchor} are not read{_REPEAT}")
        elif isinstance(event, yaml.CollectionStartEvent):
            mark = _mark(event.start_mark)
            self._open(event, Mapping(mark) if isinstance(event, yaml.MappingStartEvent) else Sequence(mark))
        elif isinstance(event, yaml.CollectionEndEvent):
            self.frames.pop()

    def fault(self, mark: Mark, text: str) -> None:
        self.faults.append(Fault(mark, self._path(), text))

    def _path(self) -> Path:
        steps = [frame.step() for frame in self.frames]
        known = steps.index(None) if None in steps else len(steps)
        return tuple(step for step in steps[:known] if step is not None)

    def _refuse_extras(self, event: Any) -> None:
        mark = _mark(event.start_mark)
        if event.anchor is not None:
            self.fault(mark, f"anchors such as &{event.anchor} are not read; delete it")
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.fault(mark, f"tags such as {tag} are not read; delete it, and put a text in quotes")

    def _take_scalar(self, event: yaml.ScalarEvent) -> None:
        unprintable = _UNPRINTABLE.search(event.value) if event.style == '"' else None
        self._attach(_scalar(event) if not unprintable else Scalar(_mark(event.start_mark), "", LOST))
        self._refuse_extras(event)
        if unprintable:
            sign = f"an invisible sign (U+{ord(unprintable[0]):04X}); write the text without it"
            self.fault(_mark(event.start_mark), sign)

    def _open(self, event: yaml.CollectionStartEvent, node: Sequence | Mapping) -> None:
        self._attach(node)
        self._refuse_extras(event)
        if len(self.frames) >= MAX_DEPTH:
            raise _Unreadable(Fault(node.mark, self._path(), f"nested deeper than {MAX_DEPTH} levels"))
        self.frames.append(_Frame(node))

    def _attach(self, node: Node) -> None:
        self.count += 1
        if self.count > MAX_VALUES:
            raise _Unreadable(Fault(node.mark, (), f"the file has more than {MAX_VALUES} values"))
        frame = self.frames[-1] if self.frames else None
        if frame is None:
            self.root = node
        elif isinstance(frame.node, Sequence):
            frame.node.items.append(node)
            if len(frame.node.items) > MAX_ENTRIES:
                raise _Unreadable(Fault(node.mark, self._path()[:-1], f"has more than {MAX_ENTRIES} entries"))
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
            self.fault(node.mark, "a list or mapping can't be a key; write `key: text`, a text in quotes")
        elif node.value == scalars.MERGE:
            self.fault(node.mark, f"merge keys (<<) are not read{_REPEAT}")
        elif node.value is not LOST:
            frame.key, frame.kept = node.text, node.text not in mapping.key_marks
            first = mapping.key_marks.setdefault(node.text, node.mark)
            if not frame.kept:
                self.fault(node.mark, f"{quote(node.text)} is written twice; first in line {first.line}")
            elif not isinstance(node.value, str) and node.text not in _PLAIN_KEYS:
                confusion = scalars.describe_confusion(node.text, node.value)
                self.fault(node.mark, confusion if node.text else "a key is missing before the colon")
