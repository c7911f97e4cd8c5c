"""Brings pictures to Telegram: uploaded with the first message that shows one, from then on by the id it got."""

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
    """The pictures beside the content file and those that are drawn, with Telegram's ids for them."""

    db: Database
    folder: Path
    known: dict[str, str] = field(default_factory=dict)  # key -> file id
    refused: set[str] = field(default_factory=set)  # keys of pictures that Telegram does not accept
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
    """The picture to be sent in the block; None if its file can't be read or Telegram does not accept it.

    While the first message uploads a picture in its block, all others that show it wait here for its id.
    """
    key = _key(pictures, media)
    if key not in pictures.known:
        async with pictures.uploads[key]:
            if key in pictures.refused:
                yield None
                return
            if not await _look_up(pictures, media, key):
                data = await _load_bytes(pictures, media)
                yield None if data is None else NotUploaded(key, data)
                return
    yield Uploaded(key, pictures.known[key])


async def record_upload(
    pictures: Pictures, media: Media, picture: NotUploaded, response: Response, outcome: Outcome
) -> Outcome | None:
    """Remember the id that Telegram gave to the picture; the outcome, or None if Telegram does not accept it."""
    if file_id := _read_file_id(response):
        pictures.known[picture.key] = file_id
        async with connect.writing(pictures.db) as db:
            await telegram_files.remember(db, media.name, _digest(media, picture.data), file_id)
    elif responses.is_refused_picture(outcome):
        assert isinstance(outcome, Failed)
        pictures.refused.add(picture.key)
        log.warning("Telegram does not accept the picture %s (%s): it is left out", media.name, outcome.detail)
        return None
    return outcome


async def forget_upload(pictures: Pictures, media: Media, picture: Uploaded) -> None:
    """Telegram no longer knows this id. Somebody who asked at the same time may have got a new one since."""
    async with connect.writing(pictures.db) as db:
        await telegram_files.forget(db, media.name, picture.file_id)
    if pictures.known.get(picture.key) == picture.file_id:  # last: the store must not give it back once it is gone here
        del pictures.known[picture.key]


def _key(pictures: Pictures, media: Media) -> str:
    """With all that makes it another picture: what is drawn, or the file's size and the moment of its last change."""
    if media.drawn is not None:
        return f"{media.name} {_digest(media, b'')}"
    try:
        file = (pictures.folder / media.name).stat()
    except OSError:
        return media.name
    return f"{media.name} {file.st_size} {file.st_mtime_ns}"


async def _look_up(pictures: Pictures, media: Media, key: str) -> bool:
    """Whether its id is known. A file that was exchanged is another picture."""
    if key in pictures.known:
        return True
    data = b"" if media.drawn else await _load_bytes(pictures, media)
    async with connect.reading(pictures.db) as db:
        found = await telegram_files.find(db, media.name, None if data is None else _digest(media, data))
    if found is not None:
        pictures.known[key] = found
    return found is not None


async def _load_bytes(pictures: Pictures, media: Media) -> bytes | None:
    if media.drawn is not None:
        async with pictures.drawing:
            return await asyncio.to_thread(drawn_picture.png, media.drawn)
    try:
        return await asyncio.to_thread((pictures.folder / media.name).read_bytes)
    except OSError as error:
        log.warning("the picture %s can't be read (%s): its message goes out without it", media.name, error.strerror)
        return None


def _digest(media: Media, data: bytes) -> str:
    """Of a file's bytes; of what is drawn, that of all that makes it what it is, so that it need not be drawn."""
    made_of = data if media.drawn is None else f"{drawn_picture.style()}{media.drawn!r}".encode()
    return hashlib.sha256(made_of).hexdigest()


def _read_file_id(answer: Response) -> str:
    """Of the largest size that Telegram made of it (Bot API, Message.photo)."""
    try:
        return str(json.loads(answer.body)["result"]["photo"][-1]["file_id"])
    except (ValueError, LookupError, TypeError):
        return ""
