"""Brings pictures to Telegram: uploaded with the first message that shows one, from then on by the id it got."""

import asyncio
import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from outreachbot.domain.delivery.outcomes import Failed, Outcome
from outreachbot.domain.messages.message import Media
from outreachbot.drawing import picture
from outreachbot.gateway import responses
from outreachbot.gateway.transport import Answer, NoAnswerError, NotReachedError
from outreachbot.store import telegram_files
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Database

log = logging.getLogger(__name__)

ById = Callable[[str], Awaitable[Answer]]
WithBytes = Callable[[bytes], Awaitable[Answer]]


@dataclass(slots=True)
class Pictures:
    """The pictures beside the content file and those that are drawn, and what Telegram calls them."""

    db: Database
    folder: Path
    known: dict[str, str] = field(default_factory=dict)  # key -> file id
    refused: set[str] = field(default_factory=set)  # keys of those that Telegram does not take
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))  # uploads of a key
    pen: asyncio.Lock = field(default_factory=asyncio.Lock)  # one is drawn at a time: replies need the processor too


async def send(pictures: Pictures, media: Media, by_id: ById, with_bytes: WithBytes) -> Outcome | None:
    """Say what shows this picture: by its id, or with its bytes where Telegram has not seen it.

    None where there is no picture to be sent: the file can't be read, or Telegram does not take it.
    """
    for _ in range(2):  # the second time for an id that Telegram does not know any more
        outcome = await _try(pictures, media, by_id, with_bytes)
        if outcome is None or not responses.is_unknown_file(outcome):
            return outcome
    return None


async def _try(pictures: Pictures, media: Media, by_id: ById, with_bytes: WithBytes) -> Outcome | None:
    key = _key(pictures, media)
    if key not in pictures.known:
        async with pictures.turns[key]:  # many wait for the first upload of one
            if key in pictures.refused:
                return None
            if not await _look_up(pictures, media, key):
                return await _upload(pictures, media, key, with_bytes)
    file_id = pictures.known[key]
    try:
        outcome = responses.read(await by_id(file_id))
    except (NotReachedError, NoAnswerError) as error:
        return responses.failure(error)
    if responses.is_unknown_file(outcome):
        await _forget(pictures, media, key, file_id)
    return outcome


def _key(pictures: Pictures, media: Media) -> str:
    """With all that makes it another picture: what is drawn, or the file's size and the moment of its last change."""
    if media.drawn is not None:
        return f"{media.name} {_digest(media, b'')}"
    try:
        file = (pictures.folder / media.name).stat()
    except OSError:
        return media.name
    return f"{media.name} {file.st_size} {file.st_mtime_ns}"


async def _upload(pictures: Pictures, media: Media, key: str, with_bytes: WithBytes) -> Outcome | None:
    data = await _bytes(pictures, media)
    if data is None:
        return None
    try:
        answer = await with_bytes(data)
    except (NotReachedError, NoAnswerError) as error:
        return responses.failure(error)
    outcome = responses.read(answer)
    if file_id := _file_id(answer):
        pictures.known[key] = file_id
        async with connect.writing(pictures.db) as db:
            await telegram_files.learn(db, media.name, _digest(media, data), file_id)
    elif responses.is_bad_picture(outcome):
        assert isinstance(outcome, Failed)
        pictures.refused.add(key)
        log.warning("Telegram does not take the picture %s (%s): it is left out", media.name, outcome.detail)
        return None
    return outcome


async def _look_up(pictures: Pictures, media: Media, key: str) -> bool:
    """Whether its id is known. A file that was exchanged is another picture."""
    if key in pictures.known:
        return True
    data = b"" if media.drawn else await _bytes(pictures, media)
    async with connect.reading(pictures.db) as db:
        found = await telegram_files.find(db, media.name, None if data is None else _digest(media, data))
    if found is not None:
        pictures.known[key] = found
    return found is not None


async def _forget(pictures: Pictures, media: Media, key: str, file_id: str) -> None:
    """Telegram does not know this id any more. Who asked at the same time may have got a new one since."""
    async with connect.writing(pictures.db) as db:
        await telegram_files.forget(db, media.name, file_id)
    if pictures.known.get(key) == file_id:  # last: nobody shall find it in the store once it is gone from here
        del pictures.known[key]


async def _bytes(pictures: Pictures, media: Media) -> bytes | None:
    if media.drawn is not None:
        async with pictures.pen:
            return await asyncio.to_thread(picture.png, media.drawn)
    try:
        return await asyncio.to_thread((pictures.folder / media.name).read_bytes)
    except OSError as error:
        log.warning("the picture %s can't be read (%s): its message goes out without it", media.name, error.strerror)
        return None


def _digest(media: Media, data: bytes) -> str:
    """Of a file's bytes; of what is drawn, that of all that makes it what it is, so that it need not be drawn."""
    made_of = data if media.drawn is None else f"{picture.style()}{media.drawn!r}".encode()
    return hashlib.sha256(made_of).hexdigest()


def _file_id(answer: Answer) -> str:
    """Of the largest size that Telegram made of it (Bot API, Message.photo)."""
    try:
        return str(json.loads(answer.body)["result"]["photo"][-1]["file_id"])
    except (ValueError, LookupError, TypeError):
        return ""
