"""The content that is live, and what admins were shown to put in its place."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from outreachbot.domain.content.difference import Difference
from outreachbot.domain.content.model import Content


@dataclass(slots=True)
class Draft:
    """A good content file that is not live."""

    key: str  # in the buttons under it
    content: Content
    raw: bytes
    difference: Difference
    against: str  # the digest of what was live when they were compared
    beside: str = ""  # as what the file's own text was kept, in case the store fails before this is live


@dataclass(slots=True)
class LiveContent:
    """The content that every handler and worker speaks from, and where it comes from."""

    content: Content
    raw: bytes
    path: Path
    keeps: bool = True  # what goes live is written to the file as well
    drafts: dict[int, Draft] = field(default_factory=dict)  # admin -> what they were shown last
    checking: asyncio.Lock = field(default_factory=asyncio.Lock)  # one check at a time: each takes memory
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # one change at a time
    changed: asyncio.Event = field(default_factory=asyncio.Event)  # another content went live
    wanted: bool = False  # the file is to be read again
    woken: asyncio.Event = field(default_factory=asyncio.Event)  # set with it

    digest: str = field(init=False)

    def __post_init__(self) -> None:
        self.digest = compute_digest(self.raw)


def replace_content(live: LiveContent, content: Content, raw: bytes) -> None:
    """From now on everybody speaks from this one."""
    live.content, live.raw, live.digest = content, raw, compute_digest(raw)
    live.changed.set()


def request_reload(live: LiveContent) -> None:
    """The file is to be read again, and goes live if it is good: asked for by a signal, where nobody can confirm."""
    live.wanted = True
    live.woken.set()


def compute_digest(raw: bytes) -> str:
    """SHA-256 of a content file: the same for the same version."""
    return hashlib.sha256(raw).hexdigest()
