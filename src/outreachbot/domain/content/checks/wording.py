"""What no text of a content file may say: the words that its editors agreed to avoid, language by language."""

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

_DOTTED = str.maketrans({"İ": "i"})
_TURKIC = str.maketrans({"I": "ı", "İ": "i"})
_TURKIC_LANGUAGES = frozenset({"az", "tr"})  # in which I and ı are a pair, and İ and i
_LINK_TARGET = re.compile(r"(?<=\])\([^)\s]*\)?")  # one without its end as well: its signs are read once
_LINE_BREAK = re.compile(r"\r\n?|\n")
_NOT_OF_THE_TEXT = re.compile(r"[\s'\"\\]+")  # what a file may have between the letters of a text
_COMPARED = 24  # letters before a word by which it is known again in the file
_TRIES = 20  # places in the file that are compared


def find_faults(root: Node, raw: bytes) -> Iterator[Fault]:
    """Every place where a text has a word of its language's list; `raw` is the file, in which it is looked up.

    A source's title is a name: a text that quotes it may say what stands in it.
    """
    rules = {language: _rule(language, words) for language, words in _lists(root) if words}
    titles = [
        text for _, node in tree.iterate_pattern(root, ("sources", "*", "title")) if (text := tree.read_text(node))
    ]
    file = _File(raw)
    for pattern in shape.TEXTS if rules else ():
        for path, node in tree.iterate_pattern(root, pattern):
            for language, said in node.entries.items() if isinstance(node, Mapping) else ():
                if (rule := rules.get(language)) and (text := tree.read_text(said)):
                    for mark, word in _placed(file, rule, said.mark, text, titles):
                        yield Fault(mark, (*path, language), f"{quote(word)} is a word to avoid; say it otherwise")


def find_warnings(root: Node) -> Iterator[Fault]:
    """Lists for languages that the file does not have."""
    node = tree.find_node(root, ("languages",))
    known = [text for item in node.items if (text := tree.read_text(item))] if isinstance(node, Sequence) else []
    for language, _words in _lists(root):
        if language not in known:
            text = f"this file has no texts in {quote(language)}"
            mark = tree.find_key_mark(root, (AVOID, language))
            yield Fault(mark, (AVOID, language), text, warning=True)


def _lists(root: Node) -> Iterator[tuple[str, list[str]]]:
    node = tree.find_node(root, (AVOID,))
    for language, words in node.entries.items() if isinstance(node, Mapping) else ():
        items = words.items if isinstance(words, Sequence) else []
        yield language, [text for item in items if (text := tree.read_text(item)) and text.strip(f"{ANY_ENDING} ")]


@dataclass(frozen=True, slots=True)
class _Rule:
    """The words of one language, as one pattern for folded texts; a text with none of the stems needs no look."""

    language: str
    pattern: re.Pattern[str]
    stems: tuple[str, ...]


def _rule(language: str, words: list[str]) -> _Rule:
    folded = [_fold(unicodedata.normalize("NFC", word), language).split() for word in words]
    one_of = "|".join(r"\s+".join(map(_part, word)) for word in folded)
    stems = tuple({word[0].rstrip(ANY_ENDING) for word in folded})
    return _Rule(language, re.compile(rf"(?<!\w)(?:{one_of})(?!\w)"), stems)


def _part(word: str) -> str:
    stem = word.rstrip(ANY_ENDING)
    return re.escape(stem) + (r"\w*" if stem != word else "")


def _fold(text: str, language: str) -> str:
    """The text in small letters, as many as before."""
    return text.translate(_TURKIC if language in _TURKIC_LANGUAGES else _DOTTED).lower()


def _searched(text: str, language: str) -> str:
    """The text folded, its links' addresses blanked out, as long as before."""
    folded = _fold(text, language)
    return _LINK_TARGET.sub(_blank, folded) if "](" in folded else folded


def _blank(target: re.Match[str]) -> str:
    return " " * len(target[0]) if target[0].endswith(")") else target[0]


def _placed(file: "_File", rule: _Rule, begin: Mark, text: str, titles: list[str]) -> Iterator[tuple[Mark, str]]:
    """Where in the file each word of the rule stands that the text, which begins there, has; and the word."""
    after = begin
    for start, word in _hits(rule, text, titles):
        place = file.place(rule, begin, after, text[max(0, start - 4 * _COMPARED) : start])
        if place:
            after = Mark(place.line, place.column + 1)
        yield place or begin, word


def _hits(rule: _Rule, text: str, titles: list[str]) -> Iterator[tuple[int, str]]:
    """Where in the text a word of the rule begins, and the word."""
    text = unicodedata.normalize("NFC", text)
    searched = _searched(text, rule.language)
    if any(stem in searched for stem in rule.stems):
        for found in rule.pattern.finditer(searched):
            if not any(_covers(text, title, found) for title in titles):
                yield found.start(), text[found.start() : found.end()]


def _covers(text: str, title: str, found: re.Match[str]) -> bool:
    return text.find(title, max(0, found.end() - len(title)), found.start() + len(title)) >= 0


@dataclass
class _File:
    """The file as it is written, to find a text's word in it."""

    raw: bytes
    searched: dict[str, str] = field(default_factory=dict)  # by language

    @cached_property
    def text(self) -> str:
        return self.raw.decode("utf-8").removeprefix("\ufeff")

    @cached_property
    def lines(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in _LINE_BREAK.finditer(self.text))]

    def place(self, rule: _Rule, begin: Mark, after: Mark, before: str) -> Mark | None:
        """Where the rule's word stands that has these signs before it in its text, which begins at that mark.

        The word does not begin before the other mark, which is where the word before it was found.
        None where it can't be told: in quotes a text may be written in other signs than it is read.
        """
        if rule.language not in self.searched:
            self.searched[rule.language] = _searched(self.text, rule.language)
        first, start = self._offset(begin), self._offset(after)
        wanted = _letters(before)[-_COMPARED:]
        for _, found in zip(range(_TRIES), rule.pattern.finditer(self.searched[rule.language], start), strict=False):
            if _letters(self.text[max(first, found.start() - 8 * _COMPARED) : found.start()]).endswith(wanted):
                line = bisect_right(self.lines, found.start())
                return Mark(line, found.start() - self.lines[line - 1] + 1)
        return None

    def _offset(self, mark: Mark) -> int:
        return self.lines[mark.line - 1] + mark.column - 1


def _letters(text: str) -> str:
    return _NOT_OF_THE_TEXT.sub("", text)
