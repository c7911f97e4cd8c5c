"""Translations of the program's texts: none is missing, and each has the placeholders of its original."""

import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import outreachbot
from outreachbot.views import i18n
from tools import words

SOURCE = Path(outreachbot.__file__).parent
LANGUAGES = sorted(path.name for path in i18n.CATALOGUES.iterdir() if path.is_dir())


def said():
    """What the program says: texts, and pairs of one and many."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        with path.open("rb") as file:
            found |= {text for _line, _call, text, _comments in words.extract(file, {}, (), {})}
    return found


def catalogue(language):
    with (i18n.CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


def fields(text):
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


def test_the_shipped_languages_have_their_words():
    assert {"az", "ru", "tr"} <= set(LANGUAGES)
    assert set(i18n.list_languages()) == {"en", *LANGUAGES}, "make compiles them"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_program_is_translated(language):
    done = {
        message.id if isinstance(message.id, str) else tuple(message.id)
        for message in catalogue(language)
        if message.id and not message.fuzzy and (message.string if isinstance(message.id, str) else all(message.string))
    }

    assert said() - done == set(), "make words, then translate what is empty"
    assert done - said() == set(), "make words forgets what is said no more"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_every_placeholder(language):
    for message in catalogue(language):
        if not message.id:
            continue
        originals = [message.id] if isinstance(message.id, str) else message.id
        texts = [message.string] if isinstance(message.string, str) else message.string
        wanted = set.union(*map(fields, originals))
        for text in texts:
            # A form that stands for one number alone may do without it: "one day".
            assert fields(text) | {"n"} == wanted | {"n"}, f"{language}: {text}"
            assert text.count("<") == text.count(">") == originals[-1].count("<"), f"{language}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_days_are_written_as_the_language_does(language):
    _ = i18n.words(language)

    assert _.language == language
    assert _.number(1234567) != "1234567"
    assert _.plural("{n} fact", "{n} facts", 5).startswith("5 ")
