"""Pictures for messages: the first message uploads a picture, later ones use the file id that Telegram gave it."""

import asyncio
import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from outreachbot.domain.delivery.outcomes import Failed, Outcome
from outreachbot.domain.messages.message import Media
from outreachbot.drawing import picture as drawn_picture
from outreachbot.gateway import responses
from outreachbot.gateway.transport import Response
from outreachbot.store import telegram_files
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Pictures:
    """The pictures beside the content file and those that are drawn, with their file ids."""

    db: Database
    folder: Path
    file_ids: dict[str, str] = field(default_factory=dict)  # by key
    refused: set[str] = field(default_factory=set)  # keys of those that Telegram does not accept
    uploads: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))  # by key
    drawing: asyncio.Lock = field(default_factory=asyncio.Lock)  # one at a time: replies need the processor too


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A picture that Telegram has."""

    key: str
    file_id: str


@dataclass(frozen=True, slots=True)
class NotUploaded:
    """A picture that Telegram has never seen."""

    key: str
    data: bytes


@asynccontextmanager
async def open_picture(pictures: Pictures, media: Media) -> AsyncIterator[Uploaded | NotUploaded | None]:
    """The picture to send in the block; None if its file can't be read or Telegram does not accept it.

    While the first message uploads a picture in its block, others with that picture wait here for its file id.
    """
    key = _build_key(pictures, media)
    if key not in pictures.file_ids:
        async with pictures.uploads[key]:
            if key in pictures.refused:
                yield None
                return
            if not await _find_file_id(pictures, media, key):
                data = await _load_bytes(pictures, media)
                yield None if data is None else NotUploaded(key, data)
                return
    yield Uploaded(key, pictures.file_ids[key])


async def record_upload(
    pictures: Pictures, media: Media, picture: NotUploaded, response: Response, outcome: Outcome
) -> Outcome | None:
    """Remember the picture's file id; returns the outcome, or None if Telegram does not accept the picture."""
    if file_id := _read_file_id(response):
        pictures.file_ids[picture.key] = file_id
        async with connect.writing(pictures.db) as db:
            await telegram_files.remember(db, media.name, _compute_digest(media, picture.data), file_id)
    elif responses.is_refused_picture(outcome):
        assert isinstance(outcome, Failed)
        pictures.refused.add(picture.key)
        log.warning("Telegram does not accept the picture %s (%s): it is left out", media.name, outcome.detail)
        return None
    return outcome


async def forget_upload(pictures: Pictures, media: Media, picture: Uploaded) -> None:
    """Forget a file id that Telegram no longer knows, unless another request has got a new one meanwhile."""
    async with connect.writing(pictures.db) as db:
        await telegram_files.forget(db, media.name, picture.file_id)
    if pictures.file_ids.get(picture.key) == picture.file_id:  # last: it might be loaded from the store
        del pictures.file_ids[picture.key]


def _build_key(pictures: Pictures, media: Media) -> str:
    """Identifies the picture: by what is drawn, or by its file's name, size and time of change."""
    if media.drawn is not None:
        return f"{media.name} {_compute_digest(media, b'')}"
    try:
        file = (pictures.folder / media.name).stat()
    except OSError:
        return media.name
    return f"{media.name} {file.st_size} {file.st_mtime_ns}"


async def _find_file_id(pictures: Pictures, media: Media, key: str) -> bool:
    """Whether the file id is known, here or in the store. A file with other bytes is another picture."""
    if key in pictures.file_ids:
        return True
    data = b"" if media.drawn else await _load_bytes(pictures, media)
    async with connect.reading(pictures.db) as db:
        file_id = await telegram_files.find(db, media.name, None if data is None else _compute_digest(media, data))
    if file_id is not None:
        pictures.file_ids[key] = file_id
    return file_id is not None


async def _load_bytes(pictures: Pictures, media: Media) -> bytes | None:
    if media.drawn is not None:
        async with pictures.drawing:
            return await asyncio.to_thread(drawn_picture.png, media.drawn)
    try:
        return await asyncio.to_thread((pictures.folder / media.name).read_bytes)
    except OSError as error:
        log.warning("the picture %s can't be read (%s): its message goes out without it", media.name, error.strerror)
        return None


def _compute_digest(media: Media, data: bytes) -> str:
    """SHA-256 of a file's bytes, or of what a drawn picture is made of, so that it need not be drawn."""
    source = data if media.drawn is None else f"{drawn_picture.style()}{media.drawn!r}".encode()
    return hashlib.sha256(source).hexdigest()


def _read_file_id(response: Response) -> str:
    """The file id of the largest size (Bot API, Message.photo); empty if there is none."""
    try:
        return str(json.loads(response.body)["result"]["photo"][-1]["file_id"])
    except (ValueError, LookupError, TypeError):
        return ""
