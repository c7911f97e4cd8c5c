"""What a good content file still lacks: texts in its other languages, sources that were read, copies that were kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from outreachbot.domain.content import shape
from outreachbot.domain.content.faults import Mark
from outreachbot.domain.content.file import Document
from outreachbot.domain.content.model import Content, Fact, Figure, Reading, Source
from outreachbot.domain.content.yaml import tree
from outreachbot.domain.content.yaml.tree import Mapping


@dataclass(frozen=True, slots=True)
class Gap:
    """What has no text in a language: members who read it get the default language there."""

    language: str
    entries: dict[str, int]  # how many of a list, by its name: facts, timeline, …
    others: tuple[str, ...]  # parts of the file that are no list, by their names: welcome, campaign, …
    first: Mark  # where the first of them stands

    @property
    def number(self) -> int:
        """How many entries and parts these are."""
        return sum(self.entries.values()) + len(self.others)


def find_gaps(document: Document) -> list[Gap]:
    """For each language after the default what lacks a text, in the order of the file; complete ones are left out."""
    others = document.content.languages[1:]
    lacking: dict[str, dict[tuple[str, int | None], Mark]] = {language: {} for language in others}
    for pattern in shape.TEXTS if others else ():
        for path, node in tree.iterate_pattern(document.marks, pattern):
            place = str(path[0]), path[1] if len(path) > 1 and isinstance(path[1], int) else None
            for language in others:
                if isinstance(node, Mapping) and language not in node.entries:
                    lacking[language].setdefault(place, node.mark)
    return [_gap(language, places) for language, places in lacking.items() if places]


def _gap(language: str, places: dict[tuple[str, int | None], Mark]) -> Gap:
    entries: dict[str, int] = {}
    others = []
    for name, index in sorted(places, key=lambda place: places[place]):
        if index is None:
            others.append(name)
        else:
            entries[name] = entries.get(name, 0) + 1
    return Gap(language, entries, tuple(others), min(places.values()))


def list_sources_read_as(content: Content, reading: Reading) -> list[Source]:
    """The sources that were read so far and no further."""
    return [source for source in content.sources if source.read is reading]


def list_web_sources(content: Content) -> list[Source]:
    """The sources that have an address, which may stop working."""
    return [source for source in content.sources if source.url]


def list_disagreeing_facts(content: Content) -> list[Fact]:
    """The facts whose sources give different numbers for what they count in the same words."""
    return [fact for fact in content.facts if any(map(_sources_differ, _by_count(content, fact)))]


def _by_count(content: Content, fact: Fact) -> Iterable[list[Figure]]:
    counted: dict[str, list[Figure]] = {}
    for figure in fact.figures:
        counts = " ".join(content.say(figure.counts, content.default_language).casefold().split())
        counted.setdefault(counts, []).append(figure)
    return counted.values()


def _sources_differ(figures: Sequence[Figure]) -> bool:
    numbers = {(figure.number, figure.range) for figure in figures}
    return len(numbers) > 1 and len({figure.source for figure in figures}) > 1
