"""Texts that hardly stand under their own language: they have another script's letters, or another language's words."""

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

LONG = 40  # letters; in fewer there may be nothing but a name
SAME = 80  # letters; what is shorter may well be the same in two languages
HARDLY = 0.1  # of its letters

# The scripts (ISO 15924) that texts are compared by, each with a letter of every kind that it has.
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
_NO_WORDS = re.compile(r"(?:https?://|[@/])\S*")  # addresses, accounts and commands have no language


@cache
def _kind(sign: str) -> str:
    """The first word of a letter's name in Unicode, which is that of its script: CYRILLIC."""
    return unicodedata.name(sign, "").partition(" ")[0] if sign.isalpha() else ""


_KNOWN = frozenset(_kind(letter) for letters in _SCRIPTS.values() for letter in letters)

Scripts = Callable[[str], Collection[str]]
"""The scripts that a language is written in (ISO 15924)."""


def find_warnings(root: Node, scripts: Scripts) -> Iterator[Fault]:
    """Every long text that may have been written under another language's key."""
    own = cache(lambda language: frozenset(map(_kind, "".join(_SCRIPTS.get(one, "") for one in scripts(language)))))
    for pattern in shape.TEXTS:
        for path, node in tree.iterate_pattern(root, pattern):
            if isinstance(node, Mapping):
                yield from _of_text(path, node, own)


def _of_text(path: Path, texts: Mapping, own: Callable[[str], frozenset[str]]) -> Iterator[Fault]:
    first: dict[str, str] = {}  # text -> the language it stands under first
    for language, node in texts.entries.items():
        text = (tree.read_text(node) or "").strip()
        if len(text) < LONG:
            continue
        other = first.setdefault(text, language)
        why = _foreign(text, language, own(language))
        if not why and other != language and _letters(text).total() >= SAME:
            why = f"is the very same text as under {quote(other)}"
        if why:
            yield Fault(node.mark, (*path, language), f"{why}; is it under the right language?", warning=True)


def _foreign(text: str, language: str, own: frozenset[str]) -> str:
    if not own or (text.isascii() and "LATIN" in own):
        return ""
    letters = _letters(text)
    if letters.total() < LONG or sum(letters[name] for name in own) >= HARDLY * letters.total():
        return ""
    script = letters.most_common(1)[0][0]
    name = "Chinese" if script == "CJK" else script.capitalize()
    return f"is in {name} letters, and {quote(language)} is not written in them"


def _letters(text: str) -> Counter[str]:
    """How many letters of each script the text has."""
    plain = markup.to_plain(text) if "](" in text else text
    letters: Counter[str] = Counter()
    for sign, number in Counter(_NO_WORDS.sub("", plain)).items():
        if (script := _kind(sign)) in _KNOWN:
            letters[script] += number
    return letters
