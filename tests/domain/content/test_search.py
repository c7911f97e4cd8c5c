"""Facts are found however they are typed, and no query causes harm."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.content import search
from tests.support.effort import growth


@pytest.mark.parametrize("written", ["Xocalı", "xocali", "XOCALI", "XOCALİ", "xocalı", "Xocali\u0307"])
def test_case_and_the_two_kinds_of_i_make_no_difference(written):
    assert search.fold(written) == "xocali"


@pytest.mark.parametrize(
    ("written", "folded"),
    [("Élysée", "elysee"), ("Şuşa", "susa"), ("STRASSE", "strasse"), ("straße", "strasse"), (" ﬁn ", "fin")],
)
def test_accents_and_ligatures_make_no_difference(written, folded):
    assert search.fold(written) == folded


@given(st.text())
def test_folding_again_changes_nothing(text):
    assert search.fold(search.fold(text)) == search.fold(text)


@given(st.text())
def test_all_ways_to_encode_a_text_fold_alike(text):
    assert search.fold(unicodedata.normalize("NFD", text)) == search.fold(unicodedata.normalize("NFC", text))


def test_every_fact_has_its_number(content):
    found = [search.find_by_number(content, str(number)) for number in range(1, len(content.facts) + 1)]

    assert found == list(content.facts)


@pytest.mark.parametrize("query", ["0", "-1", "+1", "1.0", "1 ", "", "99999999", "9" * 5000, "١", "²", "１", "one"])
def test_other_texts_than_numbers_of_facts_find_none(content, query):
    assert search.find_by_number(content, query) is None


def test_the_number_after_the_last_finds_none(content):
    assert search.find_by_number(content, str(len(content.facts) + 1)) is None


def test_a_topic_is_found_by_its_id_and_by_its_title(content):
    for topic in content.topics:
        title = content.say(topic.title, content.default_language)

        assert search.find_topic(content, topic.id.upper(), "en") == topic
        assert search.find_topic(content, f" {title.upper()} ", "en") == topic


@pytest.mark.parametrize("query", ["", " ", "no-such-topic", "\u0301"])
def test_no_other_word_is_a_topic(content, query):
    assert search.find_topic(content, query, "en") is None


def test_every_fact_is_found_by_the_words_of_its_id(content):
    for fact in content.facts:
        assert fact in search.search_facts(content, fact.id, "en")
        assert fact in search.search_facts(content, fact.id.replace("-", " ").upper(), "en")


def test_every_fact_is_found_by_who_states_it(content):
    for fact in content.facts:
        assert fact in search.search_facts(content, content.say(fact.stated_by, "en"), "en")


def test_the_beginning_of_a_word_is_enough(content):
    whole = search.search_facts(content, "khojaly", "en")

    assert whole
    assert {fact.id for fact in whole} <= {fact.id for fact in search.search_facts(content, "khoj", "en")}


def test_two_letters_have_to_be_a_whole_word(content):
    assert search.search_facts(content, "kh", "en") == []


def test_the_end_of_a_word_is_not_enough(content):
    assert search.search_facts(content, "hojaly", "en") == []


def test_every_word_of_the_query_has_to_be_there(content):
    assert search.search_facts(content, "khojaly", "en")
    assert search.search_facts(content, "khojaly zeppelin", "en") == []


def test_a_word_said_twice_finds_the_same(content):
    assert search.search_facts(content, "khojaly Khojaly", "en") == search.search_facts(content, "khojaly", "en")


def test_facts_that_use_a_word_more_often_come_first(content):
    found = search.search_facts(content, "khojaly", "en")
    texts = dict(zip((fact.id for fact in content.facts), search.prepare_search(content, "en"), strict=True))
    counts = [texts[fact.id].count(" khojaly") for fact in found]

    assert counts == sorted(counts, reverse=True)


def test_a_language_missing_in_the_file_finds_the_default_one(content):
    assert search.search_facts(content, "khojaly", "xx") == search.search_facts(
        content, "khojaly", content.default_language
    )


@pytest.mark.parametrize("query", ["", "   ", "(", "[", ".*", "(.+)+$", "\\", "%' -- ;", "\0", "🕯", "\ud800"])
def test_punctuation_finds_nothing(content, query):
    assert search.search_facts(content, query, "en") == []
    assert search.find_topic(content, query, "en") is None


@given(query=st.text(max_size=200))
def test_no_query_raises(content, query):
    for fact in search.search_facts(content, query, "en"):
        assert fact in content.facts


@pytest.mark.parametrize("piece", ["a ", "khojaly ", "x", "a+", "ﷺ", None])
def test_the_time_a_query_takes_grows_with_its_length_alone(content, piece):
    """Quadratic work would take a hundred times as long for ten times the length; None is the content's own text."""
    text = piece * 10_000 if piece else " ".join(content.say(fact.claim, "en") for fact in content.facts) * 10

    def search_for(length):
        search.search_facts(content, text[:length], "en")
        search.find_topic(content, text[:length], "en")
        search.find_by_number(content, text[:length])

    search_for(1)  # what is prepared once is prepared
    assert growth(search_for, 1000, 10) < 40


def test_pattern_characters_are_literal(content):
    assert search.search_facts(content, "khojal.", "en") == search.search_facts(content, "khojal", "en")
    assert search.search_facts(content, "k.ojaly", "en") == []
