"""Reads the content file from the disk; the same call for `check` and the start."""

from pathlib import Path

from outreachbot.domain import content_file
from outreachbot.domain.content_file import Document
from outreachbot.errors import WrongUse
from outreachbot.views import limits

LARGEST = 11 * 1024 * 1024  # bytes; what is larger is refused by content_file without being read to its end


def read_content(path: Path) -> Document:
    """The content file, checked. Raises ContentError with every fault, WrongUse when the file can't be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST)
    except OSError as error:
        reason = f"{error.strerror}; OUTREACHBOT_CONTENT says which file it is"
        raise WrongUse(f"the content file {path} can't be read: {reason}") from None
    document = content_file.read(raw, path.name)
    limits.check(document)
    return document
