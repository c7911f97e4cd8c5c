"""Forbidden words are reported with line and column, whatever their case, ending and script."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import contents
from outreachbot.domain.content import file
from outreachbot.errors import ContentError
from tests.support.effort import growth

ENDING = " is a word to avoid; say it otherwise"


def faults(text: str) -> tuple[str, ...]:
    try:
        file.read_content(text.encode(), "c")
    except ContentError as error:
        return error.faults
    return ()


@pytest.fixture
def hits(bridge):
    """The position and word of each fault, with these words forbidden and each first text replaced."""

    def read(language: str, words: list[str], *changes: tuple[str, str]) -> list[tuple[str, str]]:
        text = bridge.replace("[en, de]", "[en, de, az, tr, ru]")
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        found = faults(f"{text}avoid: {{{language}: {words}}}\n")
        assert all(fault.endswith(ENDING) for fault in found), found
        return [(fault.split(": ")[0], fault.split('"')[1]) for fault in found]

    return read


WELCOME = "en: Welcome"


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (["savage"], "A savage, SAVAGE and Savages", ["savage", "SAVAGE"]),
        (["barbar*"], "Barbarians, barbaric, embarbar", ["Barbarians", "barbaric"]),
        (["the old  town"], "the old town, the oldtown", ["the old town"]),
        (["kana susa*"], "Kana susamış", ["Kana susamış"]),
        (["c++", "a.b"], "c++ axb", ["c++"]),
        (["savage"], "**savage** *un*savage [savage](https://savage.example/savage)", ["savage", "savage", "savage"]),
        (["savage"], "[a](savage](savage) [b](savage savage](x savage", ["savage", "savage", "savage"]),
        ([], "savage", []),
    ],
)
def test_a_word_is_found_whole_or_with_any_ending(hits, words, text, found):
    assert [word for _, word in hits("en", words, (WELCOME, f"en: '{text}'"))] == found


@pytest.mark.parametrize(
    ("language", "word", "text", "found"),
    [
        ("tr", "iyi", "İYİ", ["İYİ"]),
        ("tr", "ısır*", "ISIRDI ısırgan isirdi", ["ISIRDI", "ısırgan"]),
        ("az", "cani", "Canı CANI CANİ", ["CANİ"]),
        ("en", "II", "ii", ["ii"]),
        ("en", "istanbul", "İstanbul", ["İstanbul"]),
        ("ru", "варвар*", "ВАРВАРСТВО", ["ВАРВАРСТВО"]),
        ("ru", "ёлка", unicodedata.normalize("NFD", "Ёлка"), ["Ёлка"]),
    ],
)
def test_each_language_has_its_own_small_and_capital_letters(hits, language, word, text, found):
    welcome = f"{{en: Welcome, {language}: {text}}}" if language != "en" else f"{{en: {text}}}"

    assert [hit for _, hit in hits(language, [word], ("{en: Welcome}", welcome))] == found


def test_a_forbidden_word_is_allowed_in_other_languages(hits):
    assert hits("de", ["Welcome", "Bau"]) == [("c:25:43", "Bau")]


def test_the_position_is_that_of_the_word_in_the_file(hits):
    letter = "      please **savage** [x](https://savage.example/) the\n      old town, savage,\n\n      savage."
    found = hits("en", ["savage", "old town"], ("      please rebuild the bridge.", letter))

    assert hits("en", ["savage"], (WELCOME, "en: " + "savage " * 30))[-1] == ("c:8:218", "savage")
    assert found == [("c:22:16", "savage"), ("c:23:7", "old town"), ("c:23:17", "savage"), ("c:25:7", "savage")]


def test_in_quotes_with_escapes_the_position_is_that_of_the_text(hits):
    assert hits("en", ["savage"], (WELCOME, r'en: "A \u0073avage"')) == [("c:8:15", "savage")]


def test_with_windows_line_breaks_the_position_is_the_same(bridge):
    text = f"avoid: {{en: [rebuild]}}\n{bridge}".replace("\n", "\r\n")
    with pytest.raises(ContentError) as caught:
        file.read_content(b"\xef\xbb\xbf" + text.encode(), "c")

    assert [fault.split(": ")[0] for fault in caught.value.faults] == ["c:17:15", "c:23:14"]


def test_the_title_of_a_source_is_a_name(hits):
    assert hits("en", ["Chronicle of"]) == []
    quoting = ("en: Seen in a catalogue", 'en: It cites "Chronicle of the town"')
    assert hits(
        "en", ["Chronicle", "cites"], quoting, ("{en: The chronicle}\n    sources", "{en: A}\n    sources")
    ) == [
        ("c:39:19", "cites"),
        ("c:51:29", "chronicle"),
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{en: ['a*b']}", "avoid.en[0]: must be a word or a phrase, with a * at most at its end, such as barbar*"),
        ("{en: ['*']}", "avoid.en[0]: must be a word or a phrase, with a * at most at its end, such as barbar*"),
        ("{en: [no]}", 'avoid.en[0]: YAML reads `no` as false; put it in quotes: "no"'),
        ("{en: x}", "avoid.en: must be a list, each entry in a line that begins with `- `"),
        ("[x]", "avoid: must be a list of words for each language, such as `en: [savage, barbar*]`"),
        ("{english: [x]}", "avoid.english: must be a language's code of two small letters, such as en"),
    ],
)
def test_a_list_that_can_not_be_read_is_reported(fault_of, written, said):
    assert fault_of("zone:", f"avoid: {written}\nzone:") == said


@pytest.mark.parametrize("pieces", contents.MARKED)
def test_the_time_a_text_takes_grows_with_its_length_alone(pieces):
    """Quadratic work would take 64 times as long for eight times the length."""
    assert growth(lambda length: contents.is_refused(contents.repeat_markup(pieces, length)), 4_000, 8) < 24


def test_a_list_for_a_language_without_texts_is_a_warning(changed):
    document = file.read_content(changed(("zone:", "avoid: {fr: [x]}\nzone:")).encode(), "c")

    assert [str(warning) for warning in document.warnings] == ['2:9: avoid.fr: this file has no texts in "fr"']


@given(st.text(alphabet="aAiIıİ .*'\"\\[]()\n-", max_size=40), st.sampled_from(["en", "tr"]))
def test_every_hit_has_a_position_in_its_text(bridge, text, language):
    block = "".join(f"    {line.strip()}\n" for line in f"x {text} ai".splitlines() if line.strip())
    said = f"{language}: |\n{block}" if language == "en" else f"en: x\n  tr: |\n{block}"
    whole = bridge.replace("[en, de]", "[en, tr, de]").replace("welcome: {en: Welcome}", f"welcome:\n  {said}")
    lines = whole.splitlines()
    for fault in faults(f"{whole}avoid: {{{language}: [ai, 'iı*']}}\n"):
        if fault.endswith(ENDING):
            line, column = map(int, fault.split(": ")[0].split(":")[1:])
            assert lines[line - 1][column - 1 :].startswith(fault.split('"')[1])
