"""Finds the words that the content file's own list `avoid` forbids, language by language."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from outreachbot.domain.content import shape
from outreachbot.domain.content.faults import Fault, Mark, quote
from outreachbot.domain.content.yaml import tree
from outreachbot.domain.content.yaml.tree import Mapping, Node, Sequence

AVOID = "avoid"
ANY_ENDING = "*"

_DOTTED = str.maketrans({"İ": "i"})  # str.lower() alone makes two characters of it
_TURKIC = str.maketrans({"I": "ı", "İ": "i"})
_TURKIC_LANGUAGES = frozenset({"az", "tr"})  # where I pairs with ı, and İ with i
_LINK_TARGET = re.compile(r"(?<=\])\([^)\s]*\)?")  # matches unclosed targets too, so that each is scanned only once
_LINE_BREAK = re.compile(r"\r\n?|\n")
_NOT_IN_TEXT = re.compile(r"[\s'\"\\]+")  # characters that the file may have between the letters of a text
_COMPARED = 24  # letters before a word that identify it in the file
_TRIES = 20  # occurrences in the file to compare


def find_faults(root: Node, raw: bytes) -> Iterator[Fault]:
    """Every occurrence of a forbidden word; `raw` is the file, in which the word's position is looked up.

    The titles of sources are names: a text may quote a title that contains a forbidden word.
    """
    rules = {language: _build_rule(language, words) for language, words in _read_lists(root) if words}
    titles = [text for _, node in tree.find_matches(root, ("sources", "*", "title")) if (text := tree.read_text(node))]
    file = _File(raw)
    for pattern in shape.TEXTS if rules else ():
        for path, node in tree.find_matches(root, pattern):
            for language, scalar in node.entries.items() if isinstance(node, Mapping) else ():
                if (rule := rules.get(language)) and (text := tree.read_text(scalar)):
                    for mark, word in _locate_words(file, rule, scalar.mark, text, titles):
                        yield Fault(mark, (*path, language), f"{quote(word)} is a word to avoid; say it otherwise")


def find_warnings(root: Node) -> Iterator[Fault]:
    """Word lists for languages that the file does not have."""
    known = tree.list_written(root, ("languages",))
    for language, _words in _read_lists(root):
        if language not in known:
            text = f"this file has no texts in {quote(language)}"
            mark = tree.find_key_mark(root, (AVOID, language))
            yield Fault(mark, (AVOID, language), text, warning=True)


def _read_lists(root: Node) -> Iterator[tuple[str, list[str]]]:
    node = tree.find_node(root, (AVOID,))
    for language, words in node.entries.items() if isinstance(node, Mapping) else ():
        items = words.items if isinstance(words, Sequence) else []
        yield language, [text for item in items if (text := tree.read_text(item)) and text.strip(f"{ANY_ENDING} ")]


@dataclass(frozen=True, slots=True)
class _Rule:
    """The forbidden words of a language as one pattern; a text without any of the stems can't match it."""

    language: str
    pattern: re.Pattern[str]  # for folded texts
    stems: tuple[str, ...]  # folded


def _build_rule(language: str, words: list[str]) -> _Rule:
    folded = [_fold(unicodedata.normalize("NFC", word), language).split() for word in words]
    alternatives = "|".join(r"\s+".join(map(_to_regex, word)) for word in folded)
    stems = tuple({word[0].rstrip(ANY_ENDING) for word in folded})
    return _Rule(language, re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)"), stems)


def _to_regex(word: str) -> str:
    stem = word.rstrip(ANY_ENDING)
    return re.escape(stem) + (r"\w*" if stem != word else "")


def _fold(text: str, language: str) -> str:
    """The text in lower case, with its length unchanged."""
    return text.translate(_TURKIC if language in _TURKIC_LANGUAGES else _DOTTED).lower()


def _prepare(text: str, language: str) -> str:
    """The text folded and with the addresses of links blanked out, its length unchanged."""
    folded = _fold(text, language)
    return _LINK_TARGET.sub(_blank, folded) if "](" in folded else folded


def _blank(target: re.Match[str]) -> str:
    return " " * len(target[0]) if target[0].endswith(")") else target[0]


def _locate_words(file: "_File", rule: _Rule, begin: Mark, text: str, titles: list[str]) -> Iterator[tuple[Mark, str]]:
    """The forbidden words in a text that begins at `begin`, each with its position in the file."""
    after = begin
    for start, word in _find_words(rule, text, titles):
        mark = file.locate(rule, begin, after, text[max(0, start - 4 * _COMPARED) : start])
        if mark:
            after = Mark(mark.line, mark.column + 1)
        yield mark or begin, word


def _find_words(rule: _Rule, text: str, titles: list[str]) -> Iterator[tuple[int, str]]:
    """The forbidden words in a text, each with its index there."""
    text = unicodedata.normalize("NFC", text)
    prepared = _prepare(text, rule.language)
    if any(stem in prepared for stem in rule.stems):
        for match in rule.pattern.finditer(prepared):
            if not any(_covers(text, title, match) for title in titles):
                yield match.start(), text[match.start() : match.end()]


def _covers(text: str, title: str, match: re.Match[str]) -> bool:
    return text.find(title, max(0, match.end() - len(title)), match.start() + len(title)) >= 0


@dataclass
class _File:
    """The file's text, in which the words of its texts are located."""

    raw: bytes
    prepared: dict[str, str] = field(default_factory=dict)  # by language

    @cached_property
    def text(self) -> str:
        return self.raw.decode("utf-8").removeprefix("\ufeff")

    @cached_property
    def lines(self) -> list[int]:
        """The index at which each line begins."""
        return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]

    def locate(self, rule: _Rule, begin: Mark, after: Mark, before: str) -> Mark | None:
        """The position of a forbidden word that follows `before` in a text.

        The text begins at `begin`, and the search starts at `after`, behind the word located last. None if the word
        can't be located: in quotes a text may be written with escapes.
        """
        if rule.language not in self.prepared:
            self.prepared[rule.language] = _prepare(self.text, rule.language)
        first, start = self._to_index(begin), self._to_index(after)
        wanted = _strip_layout(before)[-_COMPARED:]
        for _, match in zip(range(_TRIES), rule.pattern.finditer(self.prepared[rule.language], start), strict=False):
            if _strip_layout(self.text[max(first, match.start() - 8 * _COMPARED) : match.start()]).endswith(wanted):
                line = bisect_right(self.lines, match.start())
                return Mark(line, match.start() - self.lines[line - 1] + 1)
        return None

    def _to_index(self, mark: Mark) -> int:
        return self.lines[mark.line - 1] + mark.column - 1


def _strip_layout(text: str) -> str:
    return _NOT_IN_TEXT.sub("", text)
