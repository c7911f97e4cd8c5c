"""A content file's bytes as checked content, or every fault at once."""

from dataclasses import dataclass

from pydantic import ValidationError

from outreachbot.domain.content.checks import model_errors, relations, texts, wording
from outreachbot.domain.content.faults import Fault, Mark, Path, listed
from outreachbot.domain.content.model import Content
from outreachbot.domain.content.yaml import reader, tree
from outreachbot.domain.content.yaml.tree import Node
from outreachbot.errors import ContentError


@dataclass(frozen=True)
class Document:
    """A content file without faults.

    Paths are those of `content`: the timeline stands there in the order of its dates, in the file perhaps in another.
    """

    content: Content
    marks: Node
    warnings: tuple[Fault, ...]
    name: str
    raw: bytes  # the file
    timeline_order: tuple[int, ...] = ()  # where each entry of content.timeline stands in the file

    def mark(self, path: Path) -> Mark:
        """Where this is written; of what is missing, where the nearest part that is there begins."""
        return tree.mark(self.marks, self._in_file(path))

    def fault(self, path: Path, text: str, *, warning: bool = False) -> Fault:
        """A fault at this place of the file."""
        return Fault(self.mark(path), self._in_file(path), text, warning)

    def _in_file(self, path: Path) -> Path:
        match path:
            case ("timeline", int(index), *below) if 0 <= index < len(self.timeline_order):
                return ("timeline", self.timeline_order[index], *below)
        return path


def read(raw: bytes, name: str) -> Document:
    """Read and check a content file; ContentError holds every fault. Warnings come with the document.

    Beside faults no warnings are given: a mistyped id alone would make a source look unused.
    """
    written = reader.read(raw)
    if written.root is None:
        raise ContentError(listed(written.faults, name))
    root = written.root
    named = [*written.faults, *relations.faults(root), *texts.faults(root)]
    named += wording.faults(root, raw)
    content, complaints = _validated(root)
    places = {(fault.mark, fault.path) for fault in named}
    named += [complaint for complaint in complaints if (complaint.mark, complaint.path) not in places]
    if content is None or named:
        raise ContentError(listed(named, name))
    hints = [*relations.warnings(root), *wording.warnings(root)]
    warnings = sorted(hints, key=lambda fault: fault.mark)
    return _document(content, root, tuple(warnings), name, raw)


def _validated(root: Node) -> tuple[Content | None, list[Fault]]:
    try:
        return Content.model_validate(tree.values(root)), []
    except ValidationError as error:
        return None, list(model_errors.faults(error, root))


def _document(content: Content, root: Node, warnings: tuple[Fault, ...], name: str, raw: bytes) -> Document:
    entries = content.timeline
    order = sorted(range(len(entries)), key=lambda index: entries[index].date.first_day)
    ordered = content.model_copy(update={"timeline": tuple(entries[index] for index in order)})
    return Document(ordered, root, warnings, name, raw, tuple(order))
