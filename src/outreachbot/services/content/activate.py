"""Puts another content in the place of the live one: compared first, kept in the store, written to the file."""

import asyncio
import logging
import secrets
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from outreachbot.bot.context import House, now
from outreachbot.domain.content import difference as content_difference
from outreachbot.domain.content import file as content_file
from outreachbot.domain.content import search
from outreachbot.domain.messages.markup import to_plain
from outreachbot.errors import ContentError, StoreFailed
from outreachbot.services.content import file, live
from outreachbot.services.content.live import Draft
from outreachbot.services.content.process import Examined, NotExaminedError, examine
from outreachbot.store.content import versions
from outreachbot.store.database import connect
from outreachbot.views.content import changes as views
from outreachbot.views.content.changes import Kept

log = logging.getLogger(__name__)


class OvertakenError(Exception):
    """Another version went live after the draft was compared; or, of a signal's, the file was edited meanwhile."""


async def drafted(house: House, raw: bytes, name: str) -> tuple[Draft, Examined]:
    """A draft of this file, and what was found in it. Raises ContentError with every fault, and NotExaminedError."""
    async with house.live.checking:
        other = house.live.raw
        found = await examine(raw, name, house.live.path.parent, other)
    key = secrets.token_urlsafe(6)  # after a restart, an old button must not meet another draft
    return Draft(key, found.content, raw, found.difference, live.digest(other)), found


async def apply(house: House, draft: Draft, by: int | None) -> Kept:
    """The draft goes live; what became of the file. Raises OvertakenError where it was compared with another version.

    `by` None: for a signal, which puts live what stands in the file and writes nothing to it.
    The file is written first: if the program dies in between, its next start notes that version.
    """
    async with house.live.turn:
        if draft.against != house.live.digest:
            raise OvertakenError
        kept = await asyncio.to_thread(_keep, house, draft, by)
        async with connect.writing(house.db) as db:
            size = draft.difference.size
            await versions.add(db, draft.raw, live.digest(draft.raw), now(house), by=by, changes=size)
        live.exchange(house.live, draft.content, draft.raw)
    log.info("another version of the content is live: %s", _in_words(draft))
    return kept


def _keep(house: House, draft: Draft, by: int | None) -> Kept:
    """Look at the file, whatever stood there when the draft was made, and write the draft where another text stands."""
    path = house.live.path
    if by is None:
        if not file.holds(path, draft.raw):
            raise OvertakenError
        return Kept(path.name)
    kept = file.put(path, draft.raw, house.live.digest, keeps=house.live.keeps)
    draft.beside = kept.beside or draft.beside
    return replace(kept, beside=draft.beside)


def _in_words(draft: Draft) -> str:
    return "; ".join(to_plain(line) for line in views.differences("en", draft.difference)) or "nothing has changed"


async def begin(house: House) -> None:
    """Keep the version that the program started with, if it is another one than was live last; ready to be searched."""
    for language in house.content.languages:
        search.prepared(house.content, language)
    async with connect.reading(house.db) as db:
        newest = next(iter(await versions.every(db, 1)), None)
        before = None if newest is None else await versions.body(db, newest.id)
    if newest is not None and newest.digest == house.live.digest:
        return
    changes = None
    with suppress(ContentError):  # what was good for an older version of the program need not be for this one
        if before is not None:
            changes = content_difference.difference(content_file.read(before, "").content, house.content).size
    async with connect.writing(house.db) as db:
        await versions.add(db, house.live.raw, house.live.digest, now(house), changes=changes)


async def reload_if_wanted(house: House) -> bool:
    """Where a signal asked for it: the content file goes live if it is good, and else the log names its faults."""
    if not house.live.wanted:
        return False
    house.live.wanted = False
    try:
        await _reload(house, house.live.path)
    except ContentError as error:
        log.error("the content file has faults, what was live stays live:\n%s", "\n".join(error.faults))  # noqa: TRY400
    except NotExaminedError as error:
        log.error("the content file could not be read again, what was live stays live: %s", error)  # noqa: TRY400
    except (OvertakenError, StoreFailed) as error:
        house.live.wanted = True
        if isinstance(error, StoreFailed):
            raise
    return house.live.wanted


async def _reload(house: House, path: Path) -> None:
    raw = await asyncio.to_thread(file.load, path)
    if live.digest(raw) == house.live.digest:
        log.info("the content file was read again: nothing has changed")
        return
    draft, _found = await drafted(house, raw, path.name)
    await apply(house, draft, None)
