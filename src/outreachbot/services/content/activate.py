"""Puts another content in the place of the live one: compared first, kept in the store, written to the file."""

import asyncio
import logging
import secrets
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from outreachbot.domain.content import difference as content_difference
from outreachbot.domain.content import file as content_file
from outreachbot.domain.content import search
from outreachbot.domain.content.file import SavedFile
from outreachbot.domain.messages.markup import to_plain
from outreachbot.errors import ContentError, ContentUnreadable, DraftOutdated, StoreFailed
from outreachbot.services.content import file, live
from outreachbot.services.content.live import Draft
from outreachbot.services.content.process import Examination, examine_content
from outreachbot.services.context import Context
from outreachbot.store.content import versions
from outreachbot.store.database import connect
from outreachbot.views.content import changes as views

log = logging.getLogger(__name__)


async def prepare_draft(context: Context, raw: bytes, name: str) -> tuple[Draft, Examination]:
    """A draft of this file, and what was found in it. Raises ContentError with every fault, and NotExaminedError."""
    async with context.live.checking:
        other = context.live.raw
        found = await examine_content(raw, name, context.live.path.parent, other)
    key = secrets.token_urlsafe(6)  # after a restart, an old button must not meet another draft
    return Draft(key, found.content, raw, found.difference, live.compute_digest(other)), found


async def activate_draft(context: Context, draft: Draft, by: int | None) -> SavedFile:
    """The draft goes live; what became of the file. Raises OvertakenError where it was compared with another version.

    `by` None: for a signal, which puts live what stands in the file and writes nothing to it.
    The file is written first: if the program dies in between, its next start notes that version.
    """
    async with context.live.turn:
        if draft.against != context.live.digest:
            raise DraftOutdated
        kept = await asyncio.to_thread(_keep, context, draft, by)
        async with connect.writing(context.db) as db:
            size = draft.difference.size
            await versions.add(db, draft.raw, live.compute_digest(draft.raw), context.timestamp(), by=by, changes=size)
        live.replace_content(context.live, draft.content, draft.raw)
    log.info("another version of the content is live: %s", _in_words(draft))
    return kept


def _keep(context: Context, draft: Draft, by: int | None) -> SavedFile:
    """Look at the file, whatever stood there when the draft was made, and write the draft where another text stands."""
    path = context.live.path
    if by is None:
        if not file.has_content(path, draft.raw):
            raise DraftOutdated
        return SavedFile(path.name)
    kept = file.save_file(path, draft.raw, context.live.digest, keeps=context.live.keeps)
    draft.beside = kept.beside or draft.beside
    return replace(kept, beside=draft.beside)


def _in_words(draft: Draft) -> str:
    return "; ".join(to_plain(line) for line in views.difference_lines("en", draft.difference)) or "nothing has changed"


async def record_start(context: Context) -> None:
    """Keep the version that the program started with, if it is another one than was live last; ready to be searched."""
    for language in context.content.languages:
        search.prepare_search(context.content, language)
    async with connect.reading(context.db) as db:
        newest = next(iter(await versions.list_versions(db, 1)), None)
        before = None if newest is None else await versions.load_body(db, newest.id)
    if newest is not None and newest.digest == context.live.digest:
        return
    changes = None
    with suppress(ContentError):  # what was good for an older version of the program need not be for this one
        if before is not None:
            changes = content_difference.compare_contents(
                content_file.read_content(before, "").content, context.content
            ).size
    async with connect.writing(context.db) as db:
        await versions.add(db, context.live.raw, context.live.digest, context.timestamp(), changes=changes)


async def reload_if_requested(context: Context) -> bool:
    """Where a signal asked for it: the content file goes live if it is good, and else the log names its faults."""
    if not context.live.wanted:
        return False
    context.live.wanted = False
    try:
        await _reload(context, context.live.path)
    except ContentError as error:
        log.error("the content file has faults, what was live stays live:\n%s", "\n".join(error.faults))  # noqa: TRY400
    except ContentUnreadable as error:
        log.error("the content file could not be read again, what was live stays live: %s", error)  # noqa: TRY400
    except (DraftOutdated, StoreFailed) as error:
        context.live.wanted = True
        if isinstance(error, StoreFailed):
            raise
    return context.live.wanted


async def _reload(context: Context, path: Path) -> None:
    raw = await asyncio.to_thread(file.read_file, path)
    if live.compute_digest(raw) == context.live.digest:
        log.info("the content file was read again: nothing has changed")
        return
    draft, _found = await prepare_draft(context, raw, path.name)
    await activate_draft(context, draft, None)
