"""Figures as members see them: compared in a chart, with the same numbers in its caption."""

import pytest

from outreachbot.domain.content.model import Content
from outreachbot.domain.messages.message import MAX_CAPTION, shown_length
from outreachbot.domain.messages.pictures import End
from outreachbot.views.pages import facts, figures


def telling(content, fact):
    """The same content, with this fact alone."""
    return Content.model_construct(**dict(content) | {"facts": (fact,)})


@pytest.fixture
def deaths(content):
    return content.fact_by_id["deaths-hrw"]


def test_bars_are_in_file_order_with_what_each_counts_and_its_source(content, deaths):
    chart = figures.figure_chart(content, "en", deaths)

    assert [(bar.amount, bar.low, bar.high, bar.end) for bar in chart.bars] == [
        ("at least 161", 0, 161, End.OPEN),
        ("about 800", 0, 800, End.CLOSED),
        ("more than 200", 0, 200, End.OPEN),
        ("500–1,000", 500, 1000, End.CLOSED),
    ]
    assert [bar.counts for bar in chart.bars][3] == "people who may have died"
    assert chart.bars[0].stated == "Human Rights Watch, 1993\u00a0[1]"
    assert chart.scale == 1000


def test_nothing_is_summed_or_averaged(content):
    for fact in content.facts:
        for chart in filter(None, [figures.figure_chart(content, "en", fact)]):
            numbers = {number for figure in fact.figures for number in (*(figure.range or ()), figure.number)}

            assert len(chart.bars) == len(fact.figures)
            assert {chart.scale, *(bar.high for bar in chart.bars)} <= numbers


def test_a_comparison_of_unlike_things_is_marked(content, deaths):
    alike = deaths.model_copy(update={"figures": deaths.figures[2:3] * 2})
    told = telling(content, alike)

    assert "count different things" in figures.figure_chart(content, "en", deaths).notes[0]
    assert "count different things" not in figures.figure_chart(told, "en", alike).notes[0]


def test_a_second_part_keeps_the_scale_and_names_only_its_sources(content, deaths):
    whole, rest = figures.figure_chart(content, "en", deaths), figures.figure_chart(content, "en", deaths, 3)

    assert (rest.bars, rest.scale) == (whole.bars[3:], whole.scale)
    assert "[1]" in whole.notes[1]
    assert "[1]" not in rest.notes[1]


def test_there_is_a_chart_where_there_is_something_to_compare(content, deaths, bridge):
    one_figure = bridge.facts[0]
    data = [button.data for row in facts.fact_page(content, "en", deaths).buttons for button in row]

    assert "+chart:deaths-hrw" in data
    assert figures.figure_chart(bridge, "en", one_figure) is None
    assert "chart" not in str(facts.fact_page(bridge, "en", one_figure).buttons)


def test_there_is_no_chart_without_a_font_for_it(content, deaths):
    said = {"en": "people 👤"}
    strange = deaths.model_copy(update={"figures": (deaths.figures[0].model_copy(update={"counts": said}),) * 2})
    told = telling(content, strange)

    assert figures.figure_chart(told, "en", strange) is None
    assert "chart" not in str(facts.fact_page(told, "en", strange).buttons)


def test_its_caption_says_what_it_shows(content, deaths):
    message = figures.chart_page(content, "en", deaths, 0, figures.figure_chart(content, "en", deaths), 4)

    assert "at least 161</b> civilians killed — Human Rights Watch, 1993 [1]" in message.text
    assert [[button.data for button in row] for row in message.buttons] == [["+fact:deaths-hrw"]]
    assert message.media[0].drawn.bars[0].amount == "at least 161"


def test_a_chart_of_several_parts_is_paged(content, deaths):
    chart = figures.figure_chart(content, "en", deaths)
    first = figures.chart_page(content, "en", deaths, 0, chart, 3)
    last = figures.chart_page(content, "en", deaths, 3, figures.figure_chart(content, "en", deaths, 3), 1)

    assert [button.label for button in first.buttons[0]] == ["1–3 / 4", "›"]
    assert [button.data for button in last.buttons[0]] == ["chart:deaths-hrw", "here"]
    assert first.media[0].name != last.media[0].name


def test_a_long_caption_is_cut_between_two_figures(content, deaths):
    long = deaths.figures[0].model_copy(update={"counts": {"en": "people " * 40}})
    many = deaths.model_copy(update={"figures": (long,) * 9})
    told = telling(content, many)
    message = figures.chart_page(told, "en", many, 0, figures.figure_chart(told, "en", many), 9)

    assert shown_length(message.text) <= MAX_CAPTION
    assert message.text.endswith("[1]\n…")
