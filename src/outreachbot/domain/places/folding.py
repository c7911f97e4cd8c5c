"""Folds the names of places to plain Latin letters, so that all spellings of a name compare equal."""

import re

from outreachbot.domain.content import search

# Russian as on English maps; Cyrillic letters of Turkic languages as in their Latin alphabets (Ҝәнҹә -> gence).
_CYRILLIC = dict(
    zip("абвгґғҝдеәєҗзиіјкқлмнңњљоөпрстћуүұфһҹҷџыэђ", "abvggggdeeecziiykklmnnnlooprstcuuufhccdyed", strict=True)
) | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
_LATIN = {"ə": "e", "ǝ": "e", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h"}
_SPELLING = _CYRILLIC | _LATIN
_SILENT = re.compile("['’‘`´ʻʼʹʺʾʿˈ′\u0313\u0314]")  # removed before folding, which turns some into spaces
_WORD = re.compile(r"[^\W_]+")

# What a single letter can become after folding.
LETTERS = tuple(sorted({*"abcdefghijklmnopqrstuvwxyz", *_CYRILLIC.values()} - {""}))


def fold_words(text: str) -> list[list[str]]:
    """The words of a text, each as a list of its folded letters: case, accents and alphabet make no difference.

    Apostrophes are removed; hyphens and all other characters but letters and digits separate words.
    """
    plain = search.fold(_SILENT.sub("", text))
    words = ([_SPELLING.get(letter, letter) for letter in word] for word in _WORD.findall(plain))
    return [spelled for word in words if (spelled := [letter for letter in word if letter])]


def fold(text: str) -> str:
    """A name folded for comparison, without spaces."""
    return "".join(letter for word in fold_words(text) for letter in word)
