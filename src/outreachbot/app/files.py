"""Reads the content file from the disk; the same call for `check` and the start."""

import json
from collections.abc import Iterator
from pathlib import Path

from outreachbot.domain import content_file, content_schema
from outreachbot.domain.content_file import Document
from outreachbot.domain.faults import Fault
from outreachbot.errors import ContentError, WrongUse
from outreachbot.views import limits

LARGEST_PICTURE = 10 * 1000 * 1000  # bytes (Bot API, sendPhoto)
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
    if faults := list(_pictures(document, path.parent)):
        raise ContentError([fault.in_file(document.name) for fault in faults])
    return document


def schema() -> str:
    """The JSON Schema of content files, as text."""
    return json.dumps(content_schema.schema(), ensure_ascii=False, indent=2)


def _pictures(document: Document, folder: Path) -> Iterator[Fault]:
    """Whatever keeps the pictures from being sent."""
    for index, anniversary in enumerate(document.content.anniversaries):
        if anniversary.picture is None:
            continue
        place = ("anniversaries", index, "picture")
        try:
            size = (folder / anniversary.picture).stat().st_size
        except OSError:
            yield document.fault(place, f'there is no file "{anniversary.picture}" beside this one')
            continue
        if size > LARGEST_PICTURE:
            yield document.fault(place, f'"{anniversary.picture}" is too large: Telegram takes pictures of 10 MB')
        elif not _is_picture(folder / anniversary.picture):
            yield document.fault(place, f'"{anniversary.picture}" is not a JPEG or PNG picture')


def _is_picture(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(8).startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
