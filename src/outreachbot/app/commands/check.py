"""What `check` says of a good content file beside "good": what is worth a look, in a few lines."""

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

NAMED = 6  # ids in a line
PATIENCE_SECONDS = 3.0  # with a database that is asked how many chats read a language

_NAMES = {
    "facts": ("fact", "facts"),
    "sources": ("source", "sources"),
    "timeline": ("timeline entry", "timeline entries"),
    "anniversaries": ("anniversary", "anniversaries"),
    "topics": ("topic", "topics"),
    "notes": ("source's note", "sources' notes"),
}

_OF_TEXTS = {"sources": "notes"}  # all of a source that is translated


def summarise(content: Content) -> str:
    """What there is, in one line."""
    lists = {name: getattr(content, name) for name in ("facts", "sources", "timeline", "anniversaries")}
    parts = [_count(len(entries), name) for name, entries in lists.items()]
    return f"{', '.join(parts)}; {', '.join(content.languages)}"


def list_warnings(document: Document) -> list[str]:
    """What an editor may have mistaken, each with its place; as many as of faults are shown."""
    return faults.format_faults(document.warnings, document.name)


def list_remarks(document: Document) -> list[str]:
    """What is no fault and worth a look, a line each."""
    content = document.content
    gaps = content_gaps.find_gaps(document)
    readers = asyncio.run(_readers()) if gaps else {}
    return [*(_gap(gap, content, readers) for gap in gaps), *_sources(content), *_figures(content)]


def _gap(gap: Gap, content: Content, readers: Mapping[str, int]) -> str:
    lacking = [*(_count(number, _OF_TEXTS.get(name, name)) for name, number in gap.entries.items()), *gap.others]
    verb = "lacks" if gap.number == 1 else "lack"
    line = f"{gap.language}: {', '.join(lacking)} {verb} a text; the first is in line {gap.first.line}"
    if not (chats := readers.get(gap.language)):
        return line
    instead = names.language_name(content.default_language, i18n.words("en"))
    return f"{line}; {chats:,} {'chat' if chats == 1 else 'chats'} would get {instead}"


def _sources(content: Content) -> Iterator[str]:
    said = {Reading.NOT_CHECKED: "that nobody has opened", Reading.REPORT: "known only from what others report"}
    for reading, what in said.items():
        if found := [source.id for source in content_gaps.list_sources_read_as(content, reading)]:
            yield f"sources {what}: {_named(found)}"
    on_the_web = content_gaps.list_web_sources(content)
    if lacking := sum(not source.archive for source in on_the_web):
        yield f"sources on the web without the address of a saved copy: {lacking:,} of {len(on_the_web):,}"


def _figures(content: Content) -> Iterator[str]:
    if found := [fact.id for fact in content_gaps.list_disagreeing_facts(content)]:
        yield f"facts whose sources give different figures for the same thing, shown side by side: {_named(found)}"


def _count(number: int, name: str) -> str:
    one, many = _NAMES[name]
    return f"{number:,} {one if number == 1 else many}"


def _named(ids: Sequence[str]) -> str:
    more = f", and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
    return f"{len(ids):,} ({', '.join(ids[:NAMED])}{more})"


async def _readers() -> dict[str, int]:
    """How many subscribed chats read each language; none where there is no database that can be asked."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await _counted(config.read_settings().database_url)
    except (OutreachbotError, TimeoutError):
        return {}


async def _counted(url: str) -> dict[str, int]:
    from outreachbot.store import audience
    from outreachbot.store.database import connect

    readers: dict[str, int] = {}
    async with connect.open_unchanged(url) as db, connect.reading(db) as connection:
        for count in await audience.count_chats(connection, BroadcastAudience()):
            readers[count.language] = readers.get(count.language, 0) + count.chats
    return readers
