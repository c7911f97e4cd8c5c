"""Replaces the live content: prepares a draft, and puts it live, into the store and into the content file."""

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
    """A draft of this file, and what was found in it. Raises ContentError with every fault, and ContentUnreadable."""
    async with context.live.checking:
        live_raw = context.live.raw
        examination = await examine_content(raw, name, context.live.path.parent, live_raw)
    key = secrets.token_urlsafe(6)  # after a restart, an old button must not meet another draft
    draft = Draft(key, examination.content, raw, examination.difference, live.compute_digest(live_raw))
    return draft, examination


async def activate_draft(context: Context, draft: Draft, by: int | None) -> SavedFile:
    """Put the draft live; returns what became of the file. Raises DraftOutdated if other content went live meanwhile.

    `by` is the admin's user id; None for a signal, which puts live what is in the file and does not write to it.
    The file is written before the store: if the program dies in between, its next start records that version.
    """
    async with context.live.activating:
        if draft.base_digest != context.live.digest:
            raise DraftOutdated
        saved = await asyncio.to_thread(_save_draft, context, draft, by)
        async with connect.writing(context.db) as db:
            size = draft.difference.size
            await versions.add(db, draft.raw, live.compute_digest(draft.raw), context.timestamp(), by=by, changes=size)
        live.replace_content(context.live, draft.content, draft.raw)
    log.info("another version of the content is live: %s", _describe_difference(draft))
    return saved


def _save_draft(context: Context, draft: Draft, by: int | None) -> SavedFile:
    """Write the draft to the file. For a signal, only check that the file still holds the draft."""
    path = context.live.path
    if by is None:
        if not file.has_content(path, draft.raw):
            raise DraftOutdated
        return SavedFile(path.name)
    saved = file.save_file(path, draft.raw, context.live.digest, writes_file=context.live.writes_file)
    draft.backup_name = saved.beside or draft.backup_name
    return replace(saved, beside=draft.backup_name)


def _describe_difference(draft: Draft) -> str:
    return "; ".join(to_plain(line) for line in views.difference_lines("en", draft.difference)) or "nothing has changed"


async def record_start(context: Context) -> None:
    """Record the version that the program starts with, unless it was live last; prepare it to be searched."""
    for language in context.content.languages:
        search.prepare_search(context.content, language)
    async with connect.reading(context.db) as db:
        newest = next(iter(await versions.list_versions(db, 1)), None)
        before = None if newest is None else await versions.load_body(db, newest.id)
    if newest is not None and newest.digest == context.live.digest:
        return
    changes = None
    with suppress(ContentError):  # an older version of the program may have accepted it
        if before is not None:
            changes = content_difference.compare_contents(
                content_file.read_content(before, "").content, context.content
            ).size
    async with connect.writing(context.db) as db:
        await versions.add(db, context.live.raw, context.live.digest, context.timestamp(), changes=changes)


async def reload_if_requested(context: Context) -> bool:
    """If a signal asked for it, put the content file live, or log its faults; True if it has to be tried again."""
    if not context.live.is_reload_requested:
        return False
    context.live.is_reload_requested = False
    try:
        await _reload(context, context.live.path)
    except ContentError as error:
        log.error("the content file has faults, what was live stays live:\n%s", "\n".join(error.faults))  # noqa: TRY400
    except ContentUnreadable as error:
        log.error("the content file could not be read again, what was live stays live: %s", error)  # noqa: TRY400
    except (DraftOutdated, StoreFailed) as error:
        context.live.is_reload_requested = True
        if isinstance(error, StoreFailed):
            raise
    return context.live.is_reload_requested


async def _reload(context: Context, path: Path) -> None:
    raw = await asyncio.to_thread(file.read_file, path)
    if live.compute_digest(raw) == context.live.digest:
        log.info("the content file was read again: nothing has changed")
        return
    draft, _ = await prepare_draft(context, raw, path.name)
    await activate_draft(context, draft, None)
