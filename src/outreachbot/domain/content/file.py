"""Turns the bytes of a content file into checked content, or into a complete list of its faults."""

from dataclasses import dataclass

from pydantic import ValidationError

from outreachbot.domain.content.checks import avoided_words, model_errors, relations, texts
from outreachbot.domain.content.faults import Fault, Mark, Path, format_faults
from outreachbot.domain.content.model import Content
from outreachbot.domain.content.yaml import reader, tree
from outreachbot.domain.content.yaml.tree import Node
from outreachbot.errors import ContentError, Unreadable


@dataclass(frozen=True)
class Document:
    """A content file without faults.

    Paths refer to `content`, where the timeline is sorted by date; in the file its order may differ.
    """

    content: Content
    root: Node  # the file as written, with positions
    warnings: tuple[Fault, ...]
    name: str
    raw: bytes  # the file's bytes
    timeline_order: tuple[int, ...] = ()  # for each entry of content.timeline, its index in the file

    def find_mark(self, path: Path) -> Mark:
        """Where the value at this path begins; for a missing value, where its nearest existing parent begins."""
        return tree.find_mark(self.root, self._to_file_path(path))

    def fault(self, path: Path, text: str, *, warning: bool = False) -> Fault:
        """A new fault with this path and its position in the file."""
        return Fault(self.find_mark(path), self._to_file_path(path), text, warning)

    def _to_file_path(self, path: Path) -> Path:
        match path:
            case ("timeline", int(index), *below) if 0 <= index < len(self.timeline_order):
                return ("timeline", self.timeline_order[index], *below)
        return path


@dataclass(frozen=True, slots=True)
class SavedFile:
    """The outcome of writing new content to the content file."""

    name: str
    written: bool = True  # the next start will use the content that is live now
    why: Unreadable | None = None  # why it could not be written
    beside: str = ""  # where the file's own, unused text is kept: a name, with the folder if that differs


def read_content(raw: bytes, name: str) -> Document:
    """Read and check a content file; raises ContentError with all faults.

    Warnings are returned with the document, never with faults: a mistyped id would make a source look unused.
    """
    written = reader.read_tree(raw)
    if written.root is None:
        raise ContentError(format_faults(written.faults, name))
    root = written.root
    faults = [*written.faults, *relations.find_faults(root), *texts.find_faults(root)]
    faults += avoided_words.find_faults(root, raw)
    content, model_faults = _validate(root)
    places = {(fault.mark, fault.path) for fault in faults}
    faults += [fault for fault in model_faults if (fault.mark, fault.path) not in places]
    if content is None or faults:
        raise ContentError(format_faults(faults, name))
    warnings = [*relations.find_warnings(root), *avoided_words.find_warnings(root)]
    return _build_document(content, root, tuple(sorted(warnings, key=lambda fault: fault.mark)), name, raw)


def _validate(root: Node) -> tuple[Content | None, list[Fault]]:
    try:
        return Content.model_validate(tree.to_values(root)), []
    except ValidationError as error:
        return None, list(model_errors.find_faults(error, root))


def _build_document(content: Content, root: Node, warnings: tuple[Fault, ...], name: str, raw: bytes) -> Document:
    entries = content.timeline
    order = sorted(range(len(entries)), key=lambda index: entries[index].date.first_day)
    ordered = content.model_copy(update={"timeline": tuple(entries[index] for index in order)})
    return Document(ordered, root, warnings, name, raw, tuple(order))
