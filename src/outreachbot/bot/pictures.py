"""Sends the content's pictures: uploaded with the first message that shows one, from then on by the id it got."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from outreachbot.bot import answers
from outreachbot.bot.transport import Answer, NoAnswerError, NotReachedError, Telegram, encode
from outreachbot.domain.delivery import Outcome
from outreachbot.domain.message import Media, Message
from outreachbot.store import connect, files
from outreachbot.store.connect import Database

log = logging.getLogger(__name__)


Stamp = tuple[int, int]
"""Size and moment of the last change (ns): a file that has another one was exchanged."""


@dataclass(slots=True)
class Pictures:
    """The pictures beside the content file, and what Telegram calls them."""

    db: Database
    folder: Path
    known: dict[str, tuple[Stamp, str]] = field(default_factory=dict)  # name -> the file as it was, and its id
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # many wait for the first upload of one


async def shown(pictures: Pictures, message: Message) -> Message:
    """The message with its picture by id; without it where the file can't be read: a reminder matters more."""
    (media,) = message.media
    async with pictures.turn:
        if file_id := await _look_up(pictures, media.name):
            return replace(message, media=(Media(media.kind, file_id),))
    return replace(message, media=()) if await _bytes(pictures, media.name) is None else message


async def upload(pictures: Pictures, telegram: Telegram, name: str, params: Mapping[str, Any]) -> Outcome | None:
    """Send a photo with the file itself, and remember its id. None where another has uploaded it meanwhile."""
    async with pictures.turn:
        if await _look_up(pictures, name):
            return None
        stamp, data = _stamp(pictures, name), await _bytes(pictures, name)
        assert data is not None  # `shown` has read it just now
        form = {key: value if isinstance(value, str) else encode(value).decode() for key, value in params.items()}
        try:
            answer = await telegram.upload("sendPhoto", form, "photo", name, data)
        except (NotReachedError, NoAnswerError) as error:
            return answers.failure(error)
        if file_id := _file_id(answer):
            _remember(pictures, name, stamp, file_id)
            async with connect.writing(pictures.db) as db:
                await files.learn(db, name, _digest(data), file_id)
        return answers.read(answer)


async def _look_up(pictures: Pictures, name: str) -> str | None:
    """Its id, if it has one. A file that was exchanged is another picture."""
    stamp = _stamp(pictures, name)
    if stamp is not None and pictures.known.get(name, (None, ""))[0] == stamp:
        return pictures.known[name][1]
    data = await _bytes(pictures, name)
    async with connect.reading(pictures.db) as db:
        found = await files.find(db, name, None if data is None else _digest(data))
    if found is not None:
        _remember(pictures, name, stamp, found)
    return found


def _remember(pictures: Pictures, name: str, stamp: Stamp | None, file_id: str) -> None:
    if stamp is not None:
        pictures.known[name] = stamp, file_id


def _stamp(pictures: Pictures, name: str) -> Stamp | None:
    """None where the file is not there."""
    try:
        found = (pictures.folder / name).stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


async def _bytes(pictures: Pictures, name: str) -> bytes | None:
    try:
        return await asyncio.to_thread((pictures.folder / name).read_bytes)
    except OSError as error:
        log.warning("the picture %s can't be read (%s): reminders go out without it", name, error.strerror)
        return None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _file_id(answer: Answer) -> str:
    """Of the largest size that Telegram made of it (Bot API, Message.photo)."""
    try:
        return str(json.loads(answer.body)["result"]["photo"][-1]["file_id"])
    except (ValueError, LookupError, TypeError):
        return ""
