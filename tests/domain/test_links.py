"""Which addresses a file has, and what an answer means."""

import pytest

from outreachbot.domain import content_file, links
from outreachbot.domain.links import Answer, Hop, State

ASKED = "https://a.example/page#part"


def test_every_address_is_found_once_where_it_stands_first(changed):
    text = changed(
        ("    read: full", "    archive: https://archive.example/copy\n    read: full"),
        ("en: Welcome", "en: '[a](https://bridge.example/petition) [b](https://c.example/) \\[c](https://d.example/)'"),
        ("{en: A flood took it}", "{en: '[a](https://c.example/)', de: '[d](https://e.example/)'}"),
    )
    found = links.written(content_file.read(text.encode(), "c"))

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
