"""A content file's bytes as checked content, or every fault at once."""

from dataclasses import dataclass

from pydantic import ValidationError

from outreachbot.domain.content.checks import model_errors, relations, texts, wording
from outreachbot.domain.content.faults import Fault, Mark, Path, format_faults
from outreachbot.domain.content.model import Content
from outreachbot.domain.content.yaml import reader, tree
from outreachbot.domain.content.yaml.tree import Node
from outreachbot.errors import ContentError, Unreadable


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
        return tree.find_mark(self.marks, self._in_file(path))

    def fault(self, path: Path, text: str, *, warning: bool = False) -> Fault:
        """A fault at this place of the file."""
        return Fault(self.mark(path), self._in_file(path), text, warning)

    def _in_file(self, path: Path) -> Path:
        match path:
            case ("timeline", int(index), *below) if 0 <= index < len(self.timeline_order):
                return ("timeline", self.timeline_order[index], *below)
        return path


@dataclass(frozen=True, slots=True)
class SavedFile:
    """What became of the content file on the disk."""

    name: str
    written: bool = True  # the next start uses what is live now
    why: Unreadable | None = None  # why it could not be written
    beside: str = ""  # the name (with its folder, if that is another one) under which the unused old text is kept


def read_content(raw: bytes, name: str) -> Document:
    """Read and check a content file; ContentError holds every fault. Warnings come with the document.

    Beside faults no warnings are given: a mistyped id alone would make a source look unused.
    """
    written = reader.read_tree(raw)
    if written.root is None:
        raise ContentError(format_faults(written.faults, name))
    root = written.root
    named = [*written.faults, *relations.find_faults(root), *texts.find_faults(root)]
    named += wording.find_faults(root, raw)
    content, complaints = _validated(root)
    places = {(fault.mark, fault.path) for fault in named}
    named += [complaint for complaint in complaints if (complaint.mark, complaint.path) not in places]
    if content is None or named:
        raise ContentError(format_faults(named, name))
    hints = [*relations.find_warnings(root), *wording.find_warnings(root)]
    warnings = sorted(hints, key=lambda fault: fault.mark)
    return _document(content, root, tuple(warnings), name, raw)


def _validated(root: Node) -> tuple[Content | None, list[Fault]]:
    try:
        return Content.model_validate(tree.to_values(root)), []
    except ValidationError as error:
        return None, list(model_errors.find_faults(error, root))


def _document(content: Content, root: Node, warnings: tuple[Fault, ...], name: str, raw: bytes) -> Document:
    entries = content.timeline
    order = sorted(range(len(entries)), key=lambda index: entries[index].date.first_day)
    ordered = content.model_copy(update={"timeline": tuple(entries[index] for index in order)})
    return Document(ordered, root, warnings, name, raw, tuple(order))
