"""What `check` prints about a content file without faults: a summary, warnings, and remarks in a few lines."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from outreachbot import config
from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.content import faults
from outreachbot.domain.content import gaps as content_gaps
from outreachbot.domain.content.file import Document
from outreachbot.domain.content.gaps import Gap
from outreachbot.domain.content.model import Content, Reading
from outreachbot.errors import OutreachbotError
from outreachbot.views import i18n
from outreachbot.views.broadcasts import names

LISTED_IDS = 6  # in a line
DATABASE_SECONDS = 3.0  # how long the database may take to count the readers of each language

_NAMES = {
    "facts": ("fact", "facts"),
    "sources": ("source", "sources"),
    "timeline": ("timeline entry", "timeline entries"),
    "anniversaries": ("anniversary", "anniversaries"),
    "topics": ("topic", "topics"),
    "notes": ("source's note", "sources' notes"),
}

_TRANSLATED = {"sources": "notes"}  # of a source, only its note is translated


def summarise(content: Content) -> str:
    """How much the content holds, in one line."""
    lists = {name: getattr(content, name) for name in ("facts", "sources", "timeline", "anniversaries")}
    parts = [_format_count(len(entries), name) for name, entries in lists.items()]
    return f"{', '.join(parts)}; {', '.join(content.languages)}"


def list_warnings(document: Document) -> list[str]:
    """Likely mistakes, each with its place; limited to as many as faults are."""
    return faults.format_faults(document.warnings, document.name)


def list_remarks(document: Document) -> list[str]:
    """What is no fault but may need work, a line each."""
    content = document.content
    gaps = content_gaps.find_gaps(document)
    readers = asyncio.run(_load_readers()) if gaps else {}
    return [
        *(_describe_gap(gap, content, readers) for gap in gaps),
        *_list_sources(content),
        *_list_figures(content),
    ]


def _describe_gap(gap: Gap, content: Content, readers: Mapping[str, int]) -> str:
    counts = (_format_count(number, _TRANSLATED.get(name, name)) for name, number in gap.entries.items())
    missing = [*counts, *gap.others]
    verb = "lacks" if gap.number == 1 else "lack"
    line = f"{gap.language}: {', '.join(missing)} {verb} a text; the first is in line {gap.first.line}"
    if not (chats := readers.get(gap.language)):
        return line
    instead = names.language_name(content.default_language, i18n.words("en"))
    return f"{line}; {chats:,} {'chat' if chats == 1 else 'chats'} would get {instead}"


def _list_sources(content: Content) -> Iterator[str]:
    descriptions = {Reading.NOT_CHECKED: "that nobody has opened", Reading.REPORT: "known only from what others report"}
    for reading, description in descriptions.items():
        if ids := [source.id for source in content_gaps.list_sources_read_as(content, reading)]:
            yield f"sources {description}: {_join_ids(ids)}"
    on_the_web = content_gaps.list_web_sources(content)
    if unsaved := sum(not source.archive for source in on_the_web):
        yield f"sources on the web without the address of a saved copy: {unsaved:,} of {len(on_the_web):,}"


def _list_figures(content: Content) -> Iterator[str]:
    if ids := [fact.id for fact in content_gaps.list_disagreeing_facts(content)]:
        yield f"facts whose sources give different figures for the same thing, shown side by side: {_join_ids(ids)}"


def _format_count(number: int, name: str) -> str:
    singular, plural = _NAMES[name]
    return f"{number:,} {singular if number == 1 else plural}"


def _join_ids(ids: Sequence[str]) -> str:
    more = f", and {len(ids) - LISTED_IDS:,} more" if len(ids) > LISTED_IDS else ""
    return f"{len(ids):,} ({', '.join(ids[:LISTED_IDS])}{more})"


async def _load_readers() -> dict[str, int]:
    """How many subscribed chats read each language; empty if the database can't be read."""
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            return await _count_readers(config.read_settings().database_url)
    except (OutreachbotError, TimeoutError):
        return {}


async def _count_readers(url: str) -> dict[str, int]:
    from outreachbot.store import audience
    from outreachbot.store.database import connect

    readers: dict[str, int] = {}
    async with connect.open_unchanged(url) as db, connect.reading(db) as connection:
        for count in await audience.count_chats(connection, BroadcastAudience()):
            readers[count.language] = readers.get(count.language, 0) + count.chats
    return readers
