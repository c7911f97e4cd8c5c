"""Finds facts by number, by topic and by free words."""

import re
import unicodedata
from collections.abc import Iterable

from outreachbot.domain.content.model import Content, Fact, Topic
from outreachbot.domain.messages.markup import to_plain

_WORD = re.compile(r"\w+")
_SHORTEST_STEM = 3  # letters: shorter words must match whole


def find_by_number(content: Content, query: str) -> Fact | None:
    """The fact with this number, counted from 1 in file order; None if there is none."""
    if not (query.isascii() and query.isdigit() and len(query) < 9):
        return None
    number = int(query)
    return content.facts[number - 1] if 0 < number <= len(content.facts) else None


def find_topic(content: Content, query: str, language: str) -> Topic | None:
    """The topic with this id or title; None if there is none."""
    wanted = fold(query)
    return next(
        (topic for topic in content.topics if wanted in {topic.id, fold(content.say(topic.title, language))}), None
    )


def search_facts(content: Content, query: str, language: str) -> list[Fact]:
    """The facts in which every query word begins some word, those with the most matching words first."""
    wanted = tuple(dict.fromkeys(_WORD.findall(fold(query))))
    if not wanted:
        return []
    starts = [f" {word}" if len(word) >= _SHORTEST_STEM else f" {word} " for word in wanted]
    scores = (_score(starts, text) for text in prepare_search(content, language))
    scored = [(score, fact) for score, fact in zip(scores, content.facts, strict=True) if score]
    return [fact for _, fact in sorted(scored, key=lambda pair: -pair[0])]


def prepare_search(content: Content, language: str) -> tuple[str, ...]:
    """The folded words of each fact, each word with a space on either side.

    Built once and kept with the content: with 10,000 facts this takes as long as a hundred searches.
    """
    language = language if language in content.languages else content.default_language
    if language not in content.searched:
        content.searched[language] = tuple(_join_words(content, fact, language) for fact in content.facts)
    return content.searched[language]


def _join_words(content: Content, fact: Fact, language: str) -> str:
    texts = [fact.id, content.say(content.topic_by_id[fact.topic].title, language)]
    texts += [to_plain(content.say(text, language)) for text in (fact.claim, fact.stated_by)]
    texts += [to_plain(content.say(figure.counts, language)) for figure in fact.figures]
    texts += [content.say(figure.stated_by, language) for figure in fact.figures]
    return "".join(f" {word} " for word in _WORD.findall(fold(" ".join(texts))))


def _score(starts: Iterable[str], text: str) -> int:
    """The number of matching words; 0 if any wanted word is missing."""
    score = 0
    for start in starts:
        hits = text.count(start)
        if not hits:
            return 0  # without looking at the rest: a query may be thousands of words long
        score += hits
    return score


def fold(text: str) -> str:
    """Fold text for comparison: case, accents and the dot of i make no difference."""
    plain = unicodedata.normalize("NFKD", text).replace("ı", "i").casefold()
    letters = unicodedata.normalize("NFKD", plain)  # again: casefold puts some accents back
    return "".join(character for character in letters if not unicodedata.combining(character)).strip()
