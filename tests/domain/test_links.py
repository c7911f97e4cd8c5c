"""The addresses in a file, the meaning of a response, and when an address is checked again."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain import links
from outreachbot.domain.content import file
from outreachbot.domain.links import DAY, DEAD, WEEK, Hop, LinkCheck, LinkNews, LinkState, WatchedLink

ASKED = "https://a.example/page#part"
START = dt.datetime(2026, 2, 26, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


def test_every_address_is_found_once_at_its_first_occurrence(changed):
    text = changed(
        ("    read: full", "    archive: https://archive.example/copy\n    read: full"),
        ("en: Welcome", "en: '[a](https://bridge.example/petition) [b](https://c.example/) \\[c](https://d.example/)'"),
        ("{en: A flood took it}", "{en: '[a](https://c.example/)', de: '[d](https://e.example/)'}"),
    )
    found = links.list_addresses(file.read_content(text.encode(), "c"))

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
        (200, [], LinkCheck(ASKED, LinkState.OK)),
        (200, [Hop(302, "https://b.example/")], LinkCheck(ASKED, LinkState.OK)),
        (200, [Hop(301, "https://b.example/")], LinkCheck(ASKED, LinkState.MOVED, "https://b.example/")),
        (
            200,
            [Hop(308, "https://b.example/"), Hop(307, "/c")],
            LinkCheck(ASKED, LinkState.MOVED, "https://b.example/"),
        ),
        (200, [Hop(302, "https://b.example/"), Hop(301, "/c")], LinkCheck(ASKED, LinkState.OK)),
        (200, [Hop(301, "https://a.example/page")], LinkCheck(ASKED, LinkState.OK)),
        (404, [Hop(301, "https://b.example/")], LinkCheck(ASKED, LinkState.GONE, "HTTP 404")),
        (410, [], LinkCheck(ASKED, LinkState.GONE, "HTTP 410")),
        (403, [], LinkCheck(ASKED, LinkState.UNCLEAR, "HTTP 403")),
        (500, [], LinkCheck(ASKED, LinkState.UNCLEAR, "HTTP 500")),
        (304, [], LinkCheck(ASKED, LinkState.UNCLEAR, "HTTP 304")),
    ],
)
def test_a_response_is_judged_by_status_and_redirects(status, hops, answer):
    assert links.judge_response(ASKED, status, hops) == answer


def walk(*days: tuple[float, LinkState]) -> list[tuple[float, LinkNews]]:
    """Check the address on each of these days, if due, with this result; the news that results, with its day."""
    watch, told = None, []
    for day, state in days:
        if links.is_due(watch, START + day * DAY):
            watch, news = links.update_watch(watch, state, START + day * DAY)
            told += [(day, news)] if news else []
    return told


def test_a_link_is_checked_once_a_week():
    watch, _ = links.update_watch(None, LinkState.OK, START)

    assert links.is_due(None, START)
    assert not links.is_due(watch, START + WEEK - SECOND)
    assert links.is_due(watch, START + WEEK)
    assert links.is_due(watch, START - SECOND), "the clock was set back"


def test_a_page_that_is_gone_is_reported_immediately_and_once():
    assert walk((0, LinkState.OK), (7, LinkState.GONE), (14, LinkState.GONE), (21, LinkState.UNREACHED)) == [
        (7, LinkNews.DEAD)
    ]


def test_an_unreachable_site_is_checked_again_a_day_later_and_then_reported():
    assert walk(
        (0, LinkState.UNREACHED), (0.5, LinkState.UNREACHED), (1, LinkState.UNREACHED), (2, LinkState.UNREACHED)
    ) == [(1, LinkNews.DEAD)]
    assert walk((0, LinkState.UNREACHED), (1, LinkState.OK), (2, LinkState.UNREACHED), (8, LinkState.UNREACHED)) == []
    assert walk((0, LinkState.UNREACHED), (1, LinkState.GONE)) == [(1, LinkNews.DEAD)]


def test_each_death_is_reported_and_each_recovery_a_day_later():
    assert walk(
        (0, LinkState.GONE), (1, LinkState.MOVED), (2, LinkState.GONE), (8, LinkState.GONE), (9, LinkState.OK)
    ) == [
        (0, LinkNews.DEAD),
        (1, LinkNews.WELL),
        (8, LinkNews.DEAD),
        (9, LinkNews.WELL),
    ]


def test_an_unclear_answer_is_no_news():
    assert walk((0, LinkState.GONE), (1, LinkState.UNCLEAR), (2, LinkState.GONE), (3, LinkState.OK)) == [
        (0, LinkNews.DEAD),
        (3, LinkNews.WELL),
    ]
    assert walk((0, LinkState.UNREACHED), (1, LinkState.UNCLEAR), (8, LinkState.UNREACHED), (9, LinkState.OK)) == []


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from(LinkState)), max_size=30))
def test_deaths_and_recoveries_alternate(steps):
    watch, now, told = None, START, []
    for days, state in steps:
        now += days * DAY
        if not links.is_due(watch, now):
            continue
        watch, news = links.update_watch(watch, state, now)
        told += [news] if news else []
        assert told == [LinkNews.DEAD, LinkNews.WELL] * (len(told) // 2) + [LinkNews.DEAD] * (len(told) % 2)
        assert watch.was_reported == (len(told) % 2 == 1)
        assert watch.asked_at == now
        assert news is None or (news is LinkNews.DEAD) == (state in DEAD)
        assert isinstance(watch, WatchedLink)


def test_other_sites_are_witnesses_of_the_network(changed):
    content = file.read_content(changed().encode(), "c").content
    link = content.model_copy(update={"campaign": content.campaign.model_copy(update={"link": content.sources[0].url})})
    source = content.sources[0]
    more = [source.model_copy(update={"url": f"https://www.{n // 2}.example/{n}"}) for n in range(20)]

    assert links.pick_witnesses(content) == ["https://archive.example/1902"]
    assert links.pick_witnesses(link) == ["https://telegram.org/"]
    assert links.pick_witnesses(content.model_copy(update={"sources": more})) == [
        f"https://www.{n}.example/{2 * n + 1}" for n in range(links.WITNESSES)
    ]
    assert links.read_host("https://www.0.example/x") == links.read_host("http://0.EXAMPLE:80")
