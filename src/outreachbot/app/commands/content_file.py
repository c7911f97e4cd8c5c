"""Reads the content file from disk, for the commands and the start of the bot."""

import json
from pathlib import Path

from outreachbot.domain.content import schema as content_schema
from outreachbot.domain.content.file import Document
from outreachbot.errors import WrongUse
from outreachbot.services.content import validate


def read_content(path: Path) -> Document:
    """Read and check the content file. Raises ContentError with every fault, WrongUse when it can't be read."""
    try:
        raw = validate.read_bytes(path)
    except OSError as error:
        reason = f"{error.strerror}; OUTREACHBOT_CONTENT says which file it is"
        raise WrongUse(f"the content file {path} can't be read: {reason}") from None
    return validate.validate_content(raw, path.name, path.parent)


def format_schema() -> str:
    """The JSON Schema of content files, as text."""
    return json.dumps(content_schema.build_schema(), ensure_ascii=False, indent=2)
