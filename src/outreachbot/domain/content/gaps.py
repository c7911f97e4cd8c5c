"""Lists what is still missing or unsettled in a valid content file: translations, unread sources, disagreements."""

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
    """Everything without a text in a language; its readers see the default language there."""

    language: str
    entries: dict[str, int]  # list (facts, timeline, …) -> number of its incomplete entries
    others: tuple[str, ...]  # the incomplete parts outside lists: welcome, campaign, …
    first: Mark  # the position of the first text without this language

    @property
    def number(self) -> int:
        """The number of incomplete entries and parts."""
        return sum(self.entries.values()) + len(self.others)


def find_gaps(document: Document) -> list[Gap]:
    """The gap of each language but the default, in file order; complete languages are left out."""
    others = document.content.languages[1:]
    missing: dict[str, dict[tuple[str, int | None], Mark]] = {language: {} for language in others}
    for pattern in shape.TEXTS if others else ():
        for path, node in tree.find_matches(document.root, pattern):
            place = str(path[0]), path[1] if len(path) > 1 and isinstance(path[1], int) else None
            for language in others:
                if isinstance(node, Mapping) and language not in node.entries:
                    missing[language].setdefault(place, node.mark)
    return [_build_gap(language, places) for language, places in missing.items() if places]


def _build_gap(language: str, places: dict[tuple[str, int | None], Mark]) -> Gap:
    entries: dict[str, int] = {}
    others = []
    for name, index in sorted(places, key=lambda place: places[place]):
        if index is None:
            others.append(name)
        else:
            entries[name] = entries.get(name, 0) + 1
    return Gap(language, entries, tuple(others), min(places.values()))


def list_sources_read_as(content: Content, reading: Reading) -> list[Source]:
    """The sources that have exactly this reading status."""
    return [source for source in content.sources if source.read is reading]


def list_web_sources(content: Content) -> list[Source]:
    """The sources with a web address, which may stop working."""
    return [source for source in content.sources if source.url]


def list_disagreeing_facts(content: Content) -> list[Fact]:
    """The facts for which different sources give different numbers under the same description."""
    return [fact for fact in content.facts if any(map(_do_sources_differ, _group_by_counts(content, fact)))]


def _group_by_counts(content: Content, fact: Fact) -> Iterable[list[Figure]]:
    groups: dict[str, list[Figure]] = {}
    for figure in fact.figures:
        counts = " ".join(content.say(figure.counts, content.default_language).casefold().split())
        groups.setdefault(counts, []).append(figure)
    return groups.values()


def _do_sources_differ(figures: Sequence[Figure]) -> bool:
    numbers = {(figure.number, figure.range) for figure in figures}
    return len(numbers) > 1 and len({figure.source for figure in figures}) > 1
