"""The timeline as members read it: from any date on, and when it has no entry there."""

import pytest

from outreachbot.views.pages import timeline


@pytest.mark.parametrize(
    ("query", "begins"),
    [
        ("", "<b>Timeline</b> · 1840 – March 1910"),
        ("1840", "<b>Timeline</b> · 1840 – March 1910"),
        ("1840-06", "<b>Timeline</b> · 1840 – March 1910"),
        ("1910-03-02", "<b>Timeline</b> · March 1910\n"),
        ("1910", "<b>Timeline</b> · March 1910\n"),
        ("1850", "Nothing is written down for 1850. What comes next:"),
        ("2020-01-05", "Nothing is written down for 5 January 2020. The last entry:"),
        ("<i>", "“&lt;i&gt;” is not a date."),
        ("1992-13", "“1992-13” is not a date."),
        ("x" * 100, f"“{'x' * 40}” is not a date."),
    ],
)
def test_the_answer_begins_with_what_was_asked_for(bridge, query, begins):
    assert timeline.answer_query(bridge, "en", query).text.startswith(begins)


def test_an_entry_has_its_date_its_text_and_its_sources(bridge):
    assert timeline.page_at(bridge, "en", 0).text.split("\n\n")[1:] == [
        '<b>1840</b>\nThe first stone\n<i><a href="https://archive.example/1902">Town archive, 1902</a></i>',
        '<b>June 1840</b>\nThe first arch\n<i><a href="https://archive.example/1902">Town archive, 1902</a></i>',
        "<b>2 March 1910</b>\nThe flood\n<i>Herald press (not checked)</i>",
    ]


def test_arrows_lead_to_the_pages_around(content):
    first, second = timeline.page_at(content, "en", 0), timeline.page_at(content, "en", 5)
    place = f"1–5 / {len(content.timeline)}"

    assert [(button.label, button.data) for button in first.buttons[0]] == [(place, "here"), ("›", "timeline:5")]
    assert [button.data for button in second.buttons[0]] == ["timeline:0", "here", "timeline:10"]


@pytest.mark.parametrize("first", [2, 3, 10**8])
def test_past_the_end_is_the_end(bridge, first):
    assert [button.label for button in timeline.page_at(bridge, "en", first).buttons[0]] == ["‹", "3–3 / 3"]


@pytest.mark.parametrize("query", ["", "1992", "what"])
def test_a_content_without_a_timeline_says_so(bridge, query):
    message = timeline.answer_query(bridge.model_copy(update={"timeline": ()}), "en", query)

    assert (message.text, message.buttons) == ("There is no timeline yet.", ())


def test_a_page_can_be_had_as_a_picture_with_the_same_as_words(content):
    strip = timeline.timeline_strip(content, "en", 5)
    message = timeline.strip_page(content, "en", 5, strip, 2)

    assert "+strip:5" in str(timeline.page_at(content, "en", 5).buttons)
    assert [event.date for event in strip.events][:2] == ["25 February 1992", "26 February 1992"]
    assert message.media[0].drawn.events == strip.events[:2]
    assert message.text.startswith("<b>Timeline</b> · February 1992\n<b>25 February 1992</b> — ")
    assert [[button.data for button in row] for row in message.buttons] == [
        ["strip:0", "here", "strip:7"],
        ["+timeline:5"],
    ]


def test_there_is_no_picture_without_a_font_for_it(bridge):
    strange = bridge.timeline[0].model_copy(update={"text": {"en": "水"}})
    told = bridge.model_copy(update={"timeline": (strange,)})

    assert timeline.timeline_strip(told, "en", 0) is None
    assert "strip" not in str(timeline.page_at(told, "en", 0).buttons)
    assert timeline.timeline_strip(bridge.model_copy(update={"timeline": ()}), "en", 0) is None
