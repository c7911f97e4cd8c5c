"""Which addresses a file has, what an answer means, and when an address is asked again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain import links
from outreachbot.domain.content import file
from outreachbot.domain.links import DAY, DEAD, WEEK, Answer, Hop, News, State, Watch

ASKED = "https://a.example/page#part"


def test_every_address_is_found_once_where_it_stands_first(changed):
    text = changed(
        ("    read: full", "    archive: https://archive.example/copy\n    read: full"),
        ("en: Welcome", "en: '[a](https://bridge.example/petition) [b](https://c.example/) \\[c](https://d.example/)'"),
        ("{en: A flood took it}", "{en: '[a](https://c.example/)', de: '[d](https://e.example/)'}"),
    )
    found = links.written(file.read(text.encode(), "c"))

    assert {address: str(mark) for address, mark in found.items()} == {
        "https://bridge.example/petition": "8:15",
        "https://archive.example/1902": "33:10",
        "https://archive.example/copy": "34:14",
        "https://c.example/": "8:15",
        "https://e.example/": "57:48",
    }


@pytest.mark.parametrize(
    ("status", "hops", "answer"),
    [
        (200, [], Answer(ASKED, State.OK)),
        (200, [Hop(302, "https://b.example/")], Answer(ASKED, State.OK)),
        (200, [Hop(301, "https://b.example/")], Answer(ASKED, State.MOVED, "https://b.example/")),
        (200, [Hop(308, "https://b.example/"), Hop(307, "/c")], Answer(ASKED, State.MOVED, "https://b.example/")),
        (200, [Hop(302, "https://b.example/"), Hop(301, "/c")], Answer(ASKED, State.OK)),
        (200, [Hop(301, "https://a.example/page")], Answer(ASKED, State.OK)),
        (404, [Hop(301, "https://b.example/")], Answer(ASKED, State.GONE, "HTTP 404")),
        (410, [], Answer(ASKED, State.GONE, "HTTP 410")),
        (403, [], Answer(ASKED, State.UNCLEAR, "HTTP 403")),
        (500, [], Answer(ASKED, State.UNCLEAR, "HTTP 500")),
        (304, [], Answer(ASKED, State.UNCLEAR, "HTTP 304")),
    ],
)
def test_what_an_answer_means(status, hops, answer):
    assert links.judge(ASKED, status, hops) == answer


def walk(*days: tuple[float, State]) -> list[tuple[float, News]]:
    """On which of these days, on each of which the address would answer so, somebody is told what."""
    watch, told = None, []
    for day, state in days:
        if links.is_due(watch, day * DAY):
            watch, news = links.after(watch, state, day * DAY)
            told += [(day, news)] if news else []
    return told


def test_it_is_asked_once_a_week():
    watch, _ = links.after(None, State.OK, 5.0)

    assert links.is_due(None, 0.0)
    assert not links.is_due(watch, 5.0 + WEEK - 1)
    assert links.is_due(watch, 5.0 + WEEK)
    assert links.is_due(watch, 4.0), "the clock was set back"


def test_a_page_that_is_gone_is_told_at_once_and_once():
    assert walk((0, State.OK), (7, State.GONE), (14, State.GONE), (21, State.UNREACHED)) == [(7, News.DEAD)]


def test_a_site_that_can_not_be_reached_is_asked_again_a_day_later_and_then_told():
    assert walk((0, State.UNREACHED), (0.5, State.UNREACHED), (1, State.UNREACHED), (2, State.UNREACHED)) == [
        (1, News.DEAD)
    ]
    assert walk((0, State.UNREACHED), (1, State.OK), (2, State.UNREACHED), (8, State.UNREACHED)) == []
    assert walk((0, State.UNREACHED), (1, State.GONE)) == [(1, News.DEAD)]


def test_each_death_is_told_and_its_end_the_day_after():
    assert walk((0, State.GONE), (1, State.MOVED), (2, State.GONE), (8, State.GONE), (9, State.OK)) == [
        (0, News.DEAD),
        (1, News.WELL),
        (8, News.DEAD),
        (9, News.WELL),
    ]


def test_what_is_not_clear_is_no_news():
    assert walk((0, State.GONE), (1, State.UNCLEAR), (2, State.GONE), (3, State.OK)) == [(0, News.DEAD), (3, News.WELL)]
    assert walk((0, State.UNREACHED), (1, State.UNCLEAR), (8, State.UNREACHED), (9, State.OK)) == []


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(State)), max_size=30))
def test_deaths_and_returns_are_told_in_turn(steps):
    watch, day, told = None, 0, []
    for days, state in steps:
        day += days
        if not links.is_due(watch, day * DAY):
            continue
        watch, news = links.after(watch, state, day * DAY)
        told += [news] if news else []
        assert told == [News.DEAD, News.WELL] * (len(told) // 2) + [News.DEAD] * (len(told) % 2)
        assert watch.told == (len(told) % 2 == 1)
        assert watch.asked_at == day * DAY
        assert news is None or (news is News.DEAD) == (state in DEAD)
        assert isinstance(watch, Watch)


def test_other_sites_tell_whether_the_network_works(changed):
    content = file.read(changed().encode(), "c").content
    link = content.model_copy(update={"campaign": content.campaign.model_copy(update={"link": content.sources[0].url})})
    source = content.sources[0]
    more = [source.model_copy(update={"url": f"https://www.{n // 2}.example/{n}"}) for n in range(20)]

    assert links.witnesses(content) == ["https://archive.example/1902"]
    assert links.witnesses(link) == ["https://telegram.org/"]
    assert links.witnesses(content.model_copy(update={"sources": more})) == [
        f"https://www.{n}.example/{2 * n + 1}" for n in range(links.WITNESSES)
    ]
    assert links.site("https://www.0.example/x") == links.site("http://0.EXAMPLE:80")
