"""Checks a content file and the pictures beside it, for `check`, the start, /reload and an upload alike."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from outreachbot.domain.content import file as content_file
from outreachbot.domain.content.checks import languages
from outreachbot.domain.content.faults import Fault
from outreachbot.domain.content.file import Document
from outreachbot.errors import ContentError
from outreachbot.views import i18n
from outreachbot.views.content import limits

MAX_FILE_BYTES = 11 * 1024 * 1024  # enough for content_file to see that a file is too large
MAX_PICTURE_BYTES = 10 * 1000 * 1000  # Bot API, sendPhoto


def read_bytes(path: Path) -> bytes:
    """A content file's bytes, as many as are needed to check it. Raises OSError."""
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES)


def validate_content(raw: bytes, name: str, folder: Path) -> Document:
    """The content file, whose pictures are in this folder. Raises ContentError with every fault."""
    document = content_file.read_content(raw, name)
    limits.check_limits(document)
    if faults := list(_find_picture_faults(document, folder)):
        raise ContentError([fault.in_file(document.name) for fault in faults])
    hints = [*document.warnings, *languages.find_warnings(document.root, i18n.list_scripts)]
    return replace(document, warnings=tuple(sorted(hints, key=lambda hint: hint.mark)))


def _find_picture_faults(document: Document, folder: Path) -> Iterator[Fault]:
    for index, anniversary in enumerate(document.content.anniversaries):
        if anniversary.picture is None:
            continue
        place, picture = ("anniversaries", index, "picture"), anniversary.picture
        try:
            size, is_picture = _inspect(folder / picture)
        except (FileNotFoundError, NotADirectoryError):
            yield document.fault(place, f'there is no file "{picture}" beside this one')
        except OSError:
            yield document.fault(place, f'"{picture}" can\'t be read; put a picture there that the bot may read')
        else:
            if size > MAX_PICTURE_BYTES:
                yield document.fault(place, f'"{picture}" is too large: Telegram takes pictures of 10 MB')
            elif not is_picture:
                yield document.fault(place, f'"{picture}" is not a JPEG or PNG picture')


def _inspect(file: Path) -> tuple[int, bool]:
    """The size of a file in bytes, and whether it begins like a JPEG or PNG. Raises OSError, also for a folder."""
    with file.open("rb") as opened:
        is_picture = opened.read(8).startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        return opened.seek(0, os.SEEK_END), is_picture
