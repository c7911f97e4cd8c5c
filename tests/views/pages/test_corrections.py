"""The paged list of corrections: newest first, each leading to its fact."""

import pytest

from outreachbot.views.pages import corrections


def labels(message):
    return [[button.label for button in row] for row in message.buttons]


def test_without_corrections_it_says_so_and_how_to_report(bridge):
    message = corrections.page_at(bridge, "en", 0)

    assert message.text.startswith("No fact has been corrected yet.\n\nIf you find a mistake")
    assert "“Report a mistake”" in message.text
    assert message.buttons == ()


def test_the_newest_come_first_each_with_what_was_said_and_why(corrected):
    _heading, *blocks, how = corrections.page_at(corrected, "en", 0).text.split("\n\n")

    assert [block.split("\n")[:2] for block in blocks] == [
        ["<b>3 May 2026</b> · fact 1 · How it was built", "It said: “Few &lt;stones&gt; *”"],
        ["<b>2 May 2026</b> · fact 2 · How it fell", "It said: “A fire”"],
        ["<b>29 February 2024</b> · fact 1 · How it was built", "It said: “No stones”"],
    ]
    assert all('Why: A <b>misreading</b> of <a href="https://a.example/">' in block for block in blocks)
    assert "Report a mistake" in how


def test_each_fact_of_a_page_has_one_button_that_opens_it_below(corrected):
    message = corrections.page_at(corrected, "en", 0)

    assert labels(message) == [["Fact 1", "Fact 2"], ["1–3 / 3"]]
    assert [button.data for button in message.buttons[0]] == ["+fact:stones", "+fact:flood"]


@pytest.mark.parametrize(("first", "arrows"), [(0, ["1–3 / 3"]), (1, ["‹", "2–3 / 3"]), (99, ["‹", "3–3 / 3"])])
def test_a_page_may_begin_anywhere(corrected, first, arrows):
    assert labels(corrections.page_at(corrected, "en", first))[-1] == arrows


def test_a_long_text_is_cut_in_the_list_at_the_end_of_a_word(corrected):
    stones, flood = corrected.facts
    texts = {"was": {"en": "mistaken " * 60}, "why": {"en": "**because** " * 60}}
    long = flood.model_copy(update={"corrected": (flood.corrected[0].model_copy(update=texts),)})
    text = corrections.page_at(corrected.model_copy(update={"facts": (stones, long)}), "en", 0).text

    assert f"It said: “{'mistaken ' * 32}mistaken…”" in text
    assert "because because…" in text
    assert "<b>because" not in text
