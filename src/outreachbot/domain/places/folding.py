"""Spells a place's name in plain Latin letters, so that all ways to write it are compared as one."""

import re

from outreachbot.domain.content import search

# Russian as English maps spell it; the letters of the Turkic alphabets as their Latin ones (Ҝәнҹә -> gence).
_CYRILLIC = dict(
    zip("абвгґғҝдеәєҗзиіјкқлмнңњљоөпрстћуүұфһҹҷџыэђ", "abvggggdeeecziiykklmnnnlooprstcuuufhccdyed", strict=True)
) | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
_LATIN = {"ə": "e", "ǝ": "e", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h"}
_SPELLING = _CYRILLIC | _LATIN
_SILENT = re.compile("['’‘`´ʻʼʹʺʾʿˈ′\u0313\u0314]")  # before folding, which makes a space of some
_WORD = re.compile(r"[^\W_]+")

# What one key press may have put into a word, spelled.
LETTERS = tuple(sorted({*"abcdefghijklmnopqrstuvwxyz", *_CYRILLIC.values()} - {""}))


def fold_words(text: str) -> list[list[str]]:
    """The words of a text, each the spellings of its letters: case, accents and alphabet make no difference.

    Apostrophes are left out, hyphens and whatever else is no letter or digit stands between words.
    """
    plain = search.fold(_SILENT.sub("", text))
    found = ([_SPELLING.get(letter, letter) for letter in word] for word in _WORD.findall(plain))
    return [spelled for word in found if (spelled := [letter for letter in word if letter])]


def fold(text: str) -> str:
    """A name for comparing, without spaces."""
    return "".join(letter for word in fold_words(text) for letter in word)
