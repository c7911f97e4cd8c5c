"""Checks the texts of a content file: their languages, links and lengths."""

from collections.abc import Callable, Iterator

from outreachbot.domain import urls
from outreachbot.domain.content import shape
from outreachbot.domain.content.faults import Fault, Path, quote
from outreachbot.domain.content.model import MAX_LETTER_WORDS
from outreachbot.domain.content.shape import Pattern
from outreachbot.domain.content.yaml import tree
from outreachbot.domain.content.yaml.tree import Mapping, Node
from outreachbot.domain.messages import markup, message

# Bot API, setMyShortDescription and setMyDescription
MAX_SHORT_DESCRIPTION = 120
MAX_DESCRIPTION = 512


def find_faults(root: Node) -> Iterator[Fault]:
    """The faults that make texts unusable."""
    languages = tree.list_written(root, ("languages",))
    for pattern in shape.TEXTS:
        for path, node in tree.find_matches(root, pattern):
            if isinstance(node, Mapping):
                yield from _check_languages(path, node, languages)
                yield from _check_texts(pattern, path, node)


def _check_languages(path: Path, texts: Mapping, languages: tuple[str, ...]) -> Iterator[Fault]:
    if not languages:
        return  # reported as a fault elsewhere
    if languages[0] not in texts.key_marks:
        yield Fault(texts.mark, path, f'the text in the default language "{languages[0]}" is missing')
    for language, mark in texts.key_marks.items():
        if language not in languages:
            text = f"unknown language {quote(language)}"
            yield Fault(mark, (*path, language), text, wrong=language, known=languages)


def _check_texts(pattern: Pattern, path: Path, texts: Mapping) -> Iterator[Fault]:
    for language, node in texts.entries.items():
        text = tree.read_text(node)
        if text is None:
            continue
        plain = markup.to_plain(text).strip()
        if not plain:
            yield Fault(node.mark, (*path, language), "is empty; write a text")
        for problem in _find_link_problems(text):
            yield Fault(node.mark, (*path, language), problem)
        if problem := _LENGTH_CHECKS.get(pattern, _limit_length(message.MAX_TEXT))(plain):
            yield Fault(node.mark, (*path, language), problem)


def _find_link_problems(text: str) -> Iterator[str]:
    if "](" not in text:
        return
    for target in markup.list_link_targets(text):
        if why := urls.find_url_problem(target):
            yield f"{quote(target)} in a link is not an http(s) address: {why}; where no link is meant, write \\["


def _check_word_count(plain: str) -> str:
    words = len(plain.split())
    return f"has {words} words; at most {MAX_LETTER_WORDS} are read" if words > MAX_LETTER_WORDS else ""


def _limit_length(limit: int) -> Callable[[str], str]:
    def check(plain: str) -> str:
        length = message.text_length(plain)
        return f"has {length:,} characters; Telegram shows at most {limit:,}" if length > limit else ""

    return check


# By the pattern of a text: a function of its plain text that says what is wrong with its length, or "".
_LENGTH_CHECKS: dict[Pattern, Callable[[str], str]] = {
    ("campaign", "letter"): _check_word_count,
    ("short_description",): _limit_length(MAX_SHORT_DESCRIPTION),
    ("description",): _limit_length(MAX_DESCRIPTION),
}
