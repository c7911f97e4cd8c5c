"""Compares two versions of the content: which entries, texts and settings differ."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from outreachbot.domain.content import shape
from outreachbot.domain.content.model import Content, Text, TimelineEntry


class Part(StrEnum):
    """A part of the content in which changes are counted. All values but the last are fields of Content."""

    TOPICS = "topics"
    SOURCES = "sources"
    FACTS = "facts"
    TIMELINE = "timeline"
    ANNIVERSARIES = "anniversaries"
    TEXTS = "texts"  # texts outside the lists, such as the welcome, and the campaign's link


@dataclass(frozen=True, slots=True)
class Changes:
    """The entries of a part that differ: ids, or dates in the timeline, or the keys of texts."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return len(self.added) + len(self.changed) + len(self.removed)


@dataclass(frozen=True, slots=True)
class Setting:
    """A top-level key such as `zone` whose value changed."""

    name: str
    old: str | tuple[str, ...] | None  # None: too long to show
    new: str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How a content differs from the previous one. Parts without changes are left out."""

    parts: Mapping[Part, Changes]
    reordered: tuple[Part, ...]  # the entries present in both versions changed their order
    settings: tuple[Setting, ...]

    @property
    def size(self) -> int:
        """The number of changes."""
        return sum(changes.number for changes in self.parts.values()) + len(self.reordered) + len(self.settings)

    @property
    def languages_gone(self) -> tuple[str, ...]:
        """The languages that the new content no longer has."""
        languages = next((setting for setting in self.settings if setting.name == "languages"), None)
        return tuple(code for code in languages.old or () if code not in (languages.new or ())) if languages else ()


def compare_contents(old: Content, new: Content) -> Difference:
    """List the changes that turn `old` into `new`."""
    parts = {part: _compare(_index_by_id(old, part), _index_by_id(new, part)) for part in _WITH_IDS}
    parts[Part.TIMELINE] = _compare_timelines(old.timeline, new.timeline)
    parts[Part.TEXTS] = _compare(dict(_list_single_texts(old)), dict(_list_single_texts(new)))
    return Difference(
        parts={part: parts[part] for part in Part if parts[part].number},
        reordered=tuple(part for part in _WITH_IDS if _is_reordered(_index_by_id(old, part), _index_by_id(new, part))),
        settings=tuple(
            Setting(name, _format_value(getattr(old, name)), _format_value(getattr(new, name)))
            for name in _list_settings(new)
            if getattr(old, name) != getattr(new, name)
        ),
    )


_WITH_IDS = (Part.TOPICS, Part.SOURCES, Part.FACTS, Part.ANNIVERSARIES)


def _index_by_id(content: Content, part: Part) -> dict[str, BaseModel]:
    return {entry.id: entry for entry in getattr(content, part)}


def _compare(old: Mapping[str, object], new: Mapping[str, object]) -> Changes:
    return Changes(
        added=tuple(name for name in new if name not in old),
        changed=tuple(name for name in new if name in old and old[name] != new[name]),
        removed=tuple(name for name in old if name not in new),
    )


def _is_reordered(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    return [name for name in old if name in new] != [name for name in new if name in old]


def _compare_timelines(old: Iterable[TimelineEntry], new: Iterable[TimelineEntry]) -> Changes:
    """Entries have no ids: two different entries with the same date count as one that changed."""
    before, after = ({entry.model_dump_json(): entry for entry in entries} for entries in (old, new))
    gone, added = before.keys() - after.keys(), after.keys() - before.keys()
    return _compare(
        _index_by_date(entry for key, entry in before.items() if key in gone),
        _index_by_date(entry for key, entry in after.items() if key in added),
    )


def _index_by_date(entries: Iterable[TimelineEntry]) -> dict[str, TimelineEntry]:
    seen: Counter[str] = Counter()
    by_date = {}
    for entry in entries:
        date = entry.date
        written = "-".join(f"{part:02}" for part in (date.year, date.month, date.day) if part is not None)
        seen[written] += 1
        by_date[written if seen[written] == 1 else f"{written} ({seen[written]})"] = entry
    return by_date


def _list_single_texts(content: Content) -> Iterator[tuple[str, object]]:
    for name in type(content).model_fields:
        value = getattr(content, name)
        if shape.EXPECTED_TYPES[name,] == Text:
            yield name, value
        elif isinstance(value, BaseModel):
            yield from ((f"{name}.{below}", getattr(value, below)) for below in type(value).model_fields)


def _list_settings(content: Content) -> Iterator[str]:
    """The top-level keys whose value is neither a text nor a list of entries."""
    for name in type(content).model_fields:
        if (
            name not in set(Part)
            and shape.EXPECTED_TYPES[name,] != Text
            and not isinstance(getattr(content, name), BaseModel)
        ):
            yield name


def _format_value(value: object) -> str | tuple[str, ...] | None:
    if isinstance(value, tuple):
        return tuple(map(str, value))
    return None if isinstance(value, dict) else str(value)
