"""Warns about texts probably filed under the wrong language: in another script, or identical to another language's."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import cache

from outreachbot.domain.content import shape
from outreachbot.domain.content.faults import Fault, Path, quote
from outreachbot.domain.content.yaml import tree
from outreachbot.domain.content.yaml.tree import Mapping, Node
from outreachbot.domain.messages import markup

LONG = 40  # letters; a shorter text may be nothing but a name
SAME = 80  # letters; a shorter text may well be the same in two languages
HARDLY = 0.1  # share of a text's letters; below it, a script hardly occurs

# ISO 15924 script codes, each with sample letters, from which `_find_script` reads Unicode's names of the script.
_SCRIPTS = {
    "Arab": "ج",
    "Armn": "ք",
    "Beng": "ক",
    "Cyrl": "ж",
    "Deva": "क",
    "Ethi": "ሀ",
    "Geor": "კ",
    "Grek": "ψ",
    "Guru": "ਕ",
    "Hans": "中",
    "Hebr": "ש",
    "Jpan": "中あア",
    "Kore": "한中",
    "Latn": "a",
    "Taml": "க",
    "Thai": "ก",
}
_NO_WORDS = re.compile(r"(?:https?://|[@/])\S*")  # addresses, account names and commands have no language


@cache
def _find_script(letter: str) -> str:
    """The first word of a letter's Unicode name, which names its script: CYRILLIC. Empty if it is not a letter."""
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""


_KNOWN = frozenset(_find_script(letter) for letters in _SCRIPTS.values() for letter in letters)

Scripts = Callable[[str], Collection[str]]
"""Language code -> the ISO 15924 codes of the scripts it is written in."""


def find_warnings(root: Node, scripts: Scripts) -> Iterator[Fault]:
    """Every long text that may have been written under another language's key."""

    @cache
    def own(language: str) -> frozenset[str]:
        return frozenset(map(_find_script, "".join(_SCRIPTS.get(code, "") for code in scripts(language))))

    for pattern in shape.TEXTS:
        for path, node in tree.find_matches(root, pattern):
            if isinstance(node, Mapping):
                yield from _check_text(path, node, own)


def _check_text(path: Path, texts: Mapping, own: Callable[[str], frozenset[str]]) -> Iterator[Fault]:
    first: dict[str, str] = {}  # text -> the first language it is written under
    for language, node in texts.entries.items():
        text = (tree.read_text(node) or "").strip()
        if len(text) < LONG:
            continue
        other = first.setdefault(text, language)
        why = _find_script_problem(text, language, own(language))
        if not why and other != language and _count_letters(text).total() >= SAME:
            why = f"is the very same text as under {quote(other)}"
        if why:
            yield Fault(node.mark, (*path, language), f"{why}; is it under the right language?", warning=True)


def _find_script_problem(text: str, language: str, own: frozenset[str]) -> str:
    if not own or (text.isascii() and "LATIN" in own):
        return ""
    letters = _count_letters(text)
    if letters.total() < LONG or sum(letters[name] for name in own) >= HARDLY * letters.total():
        return ""
    script = letters.most_common(1)[0][0]
    name = "Chinese" if script == "CJK" else script.capitalize()
    return f"is in {name} letters, and {quote(language)} is not written in them"


def _count_letters(text: str) -> Counter[str]:
    """Script -> the number of its letters in the text."""
    plain = markup.to_plain(text) if "](" in text else text
    letters: Counter[str] = Counter()
    for character, count in Counter(_NO_WORDS.sub("", plain)).items():
        if (script := _find_script(character)) in _KNOWN:
            letters[script] += count
    return letters
