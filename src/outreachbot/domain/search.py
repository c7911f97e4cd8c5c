"""Finds facts: by number, by topic, by id and by free words."""

import re
import unicodedata
from collections.abc import Iterable

from outreachbot.domain.content import Content, Fact, Topic
from outreachbot.domain.markup import to_plain

_WORD = re.compile(r"\w+")
_SHORTEST_STEM = 3  # a word shorter than this has to match whole


def fact_number(content: Content, query: str) -> Fact | None:
    """The fact with this number, counted from 1 in the order of the file."""
    if not (query.isascii() and query.isdigit() and len(query) < 9):
        return None
    number = int(query)
    return content.facts[number - 1] if 0 < number <= len(content.facts) else None


def topic(content: Content, query: str, language: str) -> Topic | None:
    """The topic whose id or title this is."""
    wanted = fold(query)
    return next((one for one in content.topics if wanted in {one.id, fold(content.say(one.title, language))}), None)


def facts(content: Content, query: str, language: str) -> list[Fact]:
    """The facts in which every word of the query begins a word, the ones with the most such words first."""
    wanted = tuple(dict.fromkeys(_WORD.findall(fold(query))))
    if not wanted:
        return []
    scores = ((fact, _score(wanted, _words_of(content, fact, language))) for fact in content.facts)
    found = [(score, fact) for fact, score in scores if score]
    return [fact for _, fact in sorted(found, key=lambda pair: -pair[0])]


def _words_of(content: Content, fact: Fact, language: str) -> list[str]:
    texts = [fact.id, content.say(content.topic_by_id[fact.topic].title, language)]
    texts += [to_plain(content.say(text, language)) for text in (fact.claim, fact.stated_by)]
    texts += [to_plain(content.say(figure.counts, language)) for figure in fact.figures]
    texts += [content.say(figure.stated_by, language) for figure in fact.figures]
    return _WORD.findall(fold(" ".join(texts)))


def _score(wanted: Iterable[str], words: list[str]) -> int:
    """How many words match; 0 when one of the wanted is missing."""
    score = 0
    for one in wanted:
        hits = sum(_matches(word, one) for word in words)
        if not hits:
            return 0  # at once: a query may be thousands of words long
        score += hits
    return score


def _matches(word: str, wanted: str) -> bool:
    return word == wanted or (len(wanted) >= _SHORTEST_STEM and word.startswith(wanted))


def fold(text: str) -> str:
    """Text for comparing: case, accents and the two kinds of i (dotted and dotless) make no difference."""
    plain = unicodedata.normalize("NFKD", text).replace("ı", "i").casefold()
    letters = unicodedata.normalize("NFKD", plain)  # again: folding has put some accents back
    return "".join(character for character in letters if not unicodedata.combining(character)).strip()
