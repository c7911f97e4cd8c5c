"""Finds facts: by number, by topic, by id and by free words."""

import re
import unicodedata
from collections.abc import Iterable

from outreachbot.domain.content.model import Content, Fact, Topic
from outreachbot.domain.messages.markup import to_plain

_WORD = re.compile(r"\w+")
_SHORTEST_STEM = 3  # a word shorter than this has to match whole


def find_by_number(content: Content, query: str) -> Fact | None:
    """The fact with this number, counted from 1 in the order of the file."""
    if not (query.isascii() and query.isdigit() and len(query) < 9):
        return None
    number = int(query)
    return content.facts[number - 1] if 0 < number <= len(content.facts) else None


def find_topic(content: Content, query: str, language: str) -> Topic | None:
    """The topic whose id or title this is."""
    wanted = fold(query)
    return next((one for one in content.topics if wanted in {one.id, fold(content.say(one.title, language))}), None)


def search_facts(content: Content, query: str, language: str) -> list[Fact]:
    """The facts in which every word of the query begins a word, the ones with the most such words first."""
    wanted = tuple(dict.fromkeys(_WORD.findall(fold(query))))
    if not wanted:
        return []
    starts = [f" {word}" if len(word) >= _SHORTEST_STEM else f" {word} " for word in wanted]
    scores = (_score(starts, text) for text in prepare_search(content, language))
    found = [(score, fact) for score, fact in zip(scores, content.facts, strict=True) if score]
    return [fact for _, fact in sorted(found, key=lambda pair: -pair[0])]


def prepare_search(content: Content, language: str) -> tuple[str, ...]:
    """For each fact its words, folded, each with a space before and one behind it.

    Made once and kept with the content: with 10,000 facts it takes as long as a hundred searches.
    """
    language = language if language in content.languages else content.default_language
    if language not in content.searched:
        content.searched[language] = tuple(_words_of(content, fact, language) for fact in content.facts)
    return content.searched[language]


def _words_of(content: Content, fact: Fact, language: str) -> str:
    texts = [fact.id, content.say(content.topic_by_id[fact.topic].title, language)]
    texts += [to_plain(content.say(text, language)) for text in (fact.claim, fact.stated_by)]
    texts += [to_plain(content.say(figure.counts, language)) for figure in fact.figures]
    texts += [content.say(figure.stated_by, language) for figure in fact.figures]
    return "".join(f" {word} " for word in _WORD.findall(fold(" ".join(texts))))


def _score(starts: Iterable[str], text: str) -> int:
    """How many words match; 0 when one of the wanted is missing."""
    score = 0
    for start in starts:
        hits = text.count(start)
        if not hits:
            return 0  # at once: a query may be thousands of words long
        score += hits
    return score


def fold(text: str) -> str:
    """Text for comparing: case, accents and the two kinds of i (dotted and dotless) make no difference."""
    plain = unicodedata.normalize("NFKD", text).replace("ı", "i").casefold()
    letters = unicodedata.normalize("NFKD", plain)  # again: folding has put some accents back
    return "".join(character for character in letters if not unicodedata.combining(character)).strip()
