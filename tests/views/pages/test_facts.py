"""Facts as members read them: figures, links to neighbouring facts, and search results."""

import pytest

from outreachbot.domain.content.model import Figure, Precision
from outreachbot.views.i18n import words
from outreachbot.views.pages import facts, figures


def figure(precision, **number):
    who = {"counts": {"en": "stones"}, "stated_by": {"en": "Somebody"}}
    return Figure(precision=precision, year=1902, source="herald", **who, **number)


@pytest.mark.parametrize(
    ("precision", "said"),
    [
        (Precision.EXACT, "1,613"),
        (Precision.ABOUT, "about 1,613"),
        (Precision.AT_LEAST, "at least 1,613"),
        (Precision.MORE_THAN, "more than 1,613"),
        (Precision.UP_TO, "up to 1,613"),
    ],
)
def test_a_figure_says_how_it_is_to_be_read(precision, said):
    assert figures.format_amount(figure(precision, number=1613), words("en")) == said


def test_each_precision_has_its_words():
    said = {figures.format_amount(figure(precision, number=5), words("en")) for precision in Precision}

    assert len(said) == len(Precision)


def test_a_range_has_both_ends_and_nought_is_a_number():
    assert figures.format_amount(figure(Precision.EXACT, range=(500, 1000)), words("en")) == "500–1,000"
    assert figures.format_amount(figure(Precision.ABOUT, range=(500, 1000)), words("en")) == "about 500–1,000"
    assert figures.format_amount(figure(Precision.EXACT, number=0), words("en")) == "0"


def test_a_fact_names_who_states_it_and_numbers_its_sources(bridge):
    text = facts.fact_page(bridge, "en", bridge.facts[0]).text

    assert "It had <b>many</b> stones" in text
    assert "<b>Stated by:</b> The chronicle" in text
    assert "• <b>about 900–1,000</b> stones — The chronicle, 1902 [1]" in text
    assert '[1] <a href="https://archive.example/1902">Chronicle of the town</a>. Town archive, 1902' in text


def test_a_source_nobody_has_opened_says_so(bridge):
    assert "[1] The Herald. Herald press (not checked)" in facts.fact_page(bridge, "en", bridge.facts[1]).text


def test_a_topic_speaks_the_members_language_or_the_default(bridge):
    assert "<b>Der Bau</b>" in facts.fact_page(bridge, "de", bridge.facts[0]).text
    assert "<b>How it fell</b>" in facts.fact_page(bridge, "de", bridge.facts[1]).text


def labels(message):
    return [[button.label for button in row] for row in message.buttons]


def data(message):
    return [[button.data for button in row] for row in message.buttons]


def test_the_only_fact_of_a_topic_has_no_arrows(bridge):
    assert labels(facts.fact_page(bridge, "en", bridge.facts[0])) == [["All topics"], ["Report a mistake"]]


def test_a_topics_facts_lead_to_each_other_and_end_at_both_ends(bridge):
    three = tuple(bridge.facts[0].model_copy(update={"id": f"fact-{n}"}) for n in range(3))
    content = type(bridge).model_validate(bridge.model_dump() | {"facts": three})
    rows = [facts.fact_page(content, "en", fact).buttons[0] for fact in content.facts]

    assert [[button.label for button in row] for row in rows] == [["1 / 3", "›"], ["‹", "2 / 3", "›"], ["‹", "3 / 3"]]
    assert [button.data for button in rows[1]] == ["fact:fact-0", "here", "fact:fact-2"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "Choose a topic"),
        ("1", "It had <b>many</b> stones"),
        ("flood", "A flood took it"),
        ("FLOOD", "A flood took it"),
        ("How it fell", "A flood took it"),
        ("chronicle", "It had <b>many</b> stones"),
        ("<b>", "Nothing was found for “&lt;b&gt;”"),
        ("x" * 100, f"Nothing was found for “{'x' * 47}…”"),
    ],
)
def test_words_lead_to_what_they_mean(bridge, query, words):
    assert words in facts.answer_query(bridge, "en", query).text


def test_a_missing_fact_says_so_and_offers_the_topics(bridge):
    for message in (facts.fact_by_id(bridge, "en", "gone"), facts.topic_page(bridge, "en", "gone")):
        assert "no longer here" in message.text
        assert data(message) == [["facts:building"], ["facts:fall"]]


def test_a_topic_without_facts_is_not_offered(bridge):
    content = type(bridge).model_validate(bridge.model_dump() | {"facts": bridge.facts[:1]})

    assert data(facts.topic_list(content, "en")) == [["facts:building"]]


def test_a_search_that_finds_many_shows_the_closest_shortened(content):
    message = facts.answer_query(content, "en", "khojaly")
    *found, last = message.buttons

    assert len(found) == facts.SHOWN_RESULTS
    assert "Here are the closest" in message.text
    assert all(len(button.label) <= facts.BUTTON_LENGTH for (button,) in found)
    assert last[0].label == "All topics"


def test_a_mistake_in_each_fact_can_be_reported_below_it(content):
    for fact in content.facts:
        assert data(facts.fact_page(content, "en", fact))[-1] == [f"+report:{fact.id}"]


def test_a_fact_says_what_it_said_before_the_newest_correction_first(corrected):
    *_, older, newer = facts.fact_page(corrected, "en", corrected.facts[0]).text.split("\n\n")

    assert older == (
        "<b>Corrected on 3 May 2026</b>\nIt said: “Few &lt;stones&gt; *”\nWhy: A <b>misreading</b> of "
        '<a href="https://a.example/">the page</a>'
    )
    assert newer.startswith("<b>Corrected on 29 February 2024</b>\nIt said: “No stones”")
