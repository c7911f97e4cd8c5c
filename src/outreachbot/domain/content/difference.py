"""What one content file has that another has not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from outreachbot.domain.content import shape
from outreachbot.domain.content.model import Content, Text, TimelineEntry


class Part(StrEnum):
    """What entries are counted of. The names are those of Content, but for the last."""

    TOPICS = "topics"
    SOURCES = "sources"
    FACTS = "facts"
    TIMELINE = "timeline"
    ANNIVERSARIES = "anniversaries"
    TEXTS = "texts"  # those that stand alone, such as the welcome; with the campaign's link


@dataclass(frozen=True, slots=True)
class Changes:
    """The entries of a part that differ, by id; of the timeline by date, of texts by their key."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        return len(self.added) + len(self.changed) + len(self.removed)


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of the file such as `zone`, with its value before and after: one word, a list of words, or much more."""

    name: str
    old: str | tuple[str, ...] | None  # None: too long to be shown
    new: str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How a content differs from the one before it. Only parts that differ are named."""

    parts: Mapping[Part, Changes]
    reordered: tuple[Part, ...]  # what both have stands in another order
    settings: tuple[Setting, ...]

    @property
    def size(self) -> int:
        """How many changes these are."""
        return sum(one.number for one in self.parts.values()) + len(self.reordered) + len(self.settings)

    @property
    def languages_gone(self) -> tuple[str, ...]:
        """The languages that the new content does not have any more."""
        found = next((one for one in self.settings if one.name == "languages"), None)
        return tuple(code for code in found.old or () if code not in (found.new or ())) if found else ()


def compare_contents(old: Content, new: Content) -> Difference:
    """What makes `new` of `old`."""
    parts = {part: _between(_by_id(old, part), _by_id(new, part)) for part in _WITH_IDS}
    parts[Part.TIMELINE] = _of_timelines(old.timeline, new.timeline)
    parts[Part.TEXTS] = _between(dict(_alone(old)), dict(_alone(new)))
    return Difference(
        parts={part: parts[part] for part in Part if parts[part].number},
        reordered=tuple(part for part in _WITH_IDS if _is_reordered(_by_id(old, part), _by_id(new, part))),
        settings=tuple(
            Setting(name, _shown(getattr(old, name)), _shown(getattr(new, name)))
            for name in _settings(new)
            if getattr(old, name) != getattr(new, name)
        ),
    )


_WITH_IDS = (Part.TOPICS, Part.SOURCES, Part.FACTS, Part.ANNIVERSARIES)


def _by_id(content: Content, part: Part) -> dict[str, BaseModel]:
    return {entry.id: entry for entry in getattr(content, part)}


def _between(old: Mapping[str, object], new: Mapping[str, object]) -> Changes:
    return Changes(
        added=tuple(name for name in new if name not in old),
        changed=tuple(name for name in new if name in old and old[name] != new[name]),
        removed=tuple(name for name in old if name not in new),
    )


def _is_reordered(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    return [name for name in old if name in new] != [name for name in new if name in old]


def _of_timelines(old: Iterable[TimelineEntry], new: Iterable[TimelineEntry]) -> Changes:
    """Entries have no ids: those that only one of both has are the same where their date is."""
    before, after = ({entry.model_dump_json(): entry for entry in entries} for entries in (old, new))
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    return _between(
        _by_date(entry for key, entry in before.items() if key in gone),
        _by_date(entry for key, entry in after.items() if key in come),
    )


def _by_date(entries: Iterable[TimelineEntry]) -> dict[str, TimelineEntry]:
    times: Counter[str] = Counter()
    found = {}
    for entry in entries:
        date = entry.date
        written = "-".join(f"{part:02}" for part in (date.year, date.month, date.day) if part is not None)
        times[written] += 1
        found[written if times[written] == 1 else f"{written} ({times[written]})"] = entry
    return found


def _alone(content: Content) -> Iterator[tuple[str, object]]:
    for name in type(content).model_fields:
        value = getattr(content, name)
        if shape.WANTED[name,] == Text:
            yield name, value
        elif isinstance(value, BaseModel):
            yield from ((f"{name}.{below}", getattr(value, below)) for below in type(value).model_fields)


def _settings(content: Content) -> Iterator[str]:
    """What is neither a text nor a list of entries."""
    for name in type(content).model_fields:
        if name not in set(Part) and shape.WANTED[name,] != Text and not isinstance(getattr(content, name), BaseModel):
            yield name


def _shown(value: object) -> str | tuple[str, ...] | None:
    if isinstance(value, tuple):
        return tuple(map(str, value))
    return None if isinstance(value, dict) else str(value)
