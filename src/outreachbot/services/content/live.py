"""The content that is live, and the drafts that admins may put in its place."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from outreachbot.domain.content.difference import Difference
from outreachbot.domain.content.model import Content


@dataclass(slots=True)
class Draft:
    """A content file without faults that is not live."""

    key: str  # in its buttons' callback data
    content: Content
    raw: bytes  # of the file
    difference: Difference
    base_digest: str  # of the content that was live when the two were compared
    backup_name: str = ""  # of the copy of the overwritten file; kept here in case the store fails before this is live


@dataclass(slots=True)
class LiveContent:
    """The content that handlers and workers use, and where it comes from."""

    content: Content
    raw: bytes  # of the file
    path: Path
    writes_file: bool = True  # what goes live is written to the file as well
    drafts: dict[int, Draft] = field(default_factory=dict)  # admin -> what they were shown last
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)  # one check at a time: each takes memory
    activating: asyncio.Lock = field(default_factory=asyncio.Lock)  # one change at a time
    changed: asyncio.Event = field(default_factory=asyncio.Event)  # set when other content goes live
    is_reload_requested: bool = False
    wake_reload: asyncio.Event = field(default_factory=asyncio.Event)  # set when a reload is requested
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        self.digest = compute_digest(self.raw)


def replace_content(live: LiveContent, content: Content, raw: bytes) -> None:
    """Make this the live content."""
    live.content, live.raw, live.digest = content, raw, compute_digest(raw)
    live.changed.set()


def request_reload(live: LiveContent) -> None:
    """Have the file read again and put live without confirmation, if it has no faults: a signal asked for it."""
    live.is_reload_requested = True
    live.wake_reload.set()


def compute_digest(raw: bytes) -> str:
    """SHA-256 of a content file, which identifies its version."""
    return hashlib.sha256(raw).hexdigest()
