"""The page on which an editor sees every text as members will, and where one lacks."""

import datetime as dt
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from outreachbot.app import files, preview
from outreachbot.domain.message import escape
from outreachbot.errors import WrongUse

ROOT = Path(__file__).parent.parent
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def content():
    return files.read_content(ROOT / "content.yaml").content


def without(content, language, count):
    """The same with the first claims lacking in that language."""
    facts = [
        fact.model_copy(update={"claim": {code: text for code, text in fact.claim.items() if code != language}})
        if number < count
        else fact
        for number, fact in enumerate(content.facts)
    ]
    return type(content).model_validate({**content.model_dump(mode="json"), "facts": facts})


class Tags(HTMLParser):
    """Fails on a tag that is not closed."""

    VOID = ("meta", "br")

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, _attributes):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_it_shows_every_fact_in_every_language(content):
    page = preview.page(content, NOW)
    for language in content.languages:
        for fact in content.facts:
            start = content.say(fact.claim, language).strip().split()[0].strip("*")
            assert escape(start) in page
    assert page.count('class="cell"') % len(content.languages) == 0
    assert "<mark>" not in page
    assert "Nothing lacks" in page


def test_what_lacks_is_marked_and_counted(content):
    page = preview.page(without(content, "ru", 3), NOW)

    assert "ru · 3 texts lack" in page
    assert "az · complete" in page
    assert "3 texts lack a translation" in page
    assert page.count("<mark>") == page.count("</mark>") >= 3
    assert preview.GAP not in page


def test_the_page_is_whole_and_needs_nothing_else(content):
    page = preview.page(without(content, "tr", 40), NOW)
    tags = Tags()
    tags.feed(page)

    assert tags.open == []
    assert not re.search(r"<(link|script|img|iframe)|url\(", page)


def test_where_it_can_not_be_written_is_said_in_one_line(content, tmp_path):
    with pytest.raises(WrongUse, match=r"can't be written: .*; --output names another file"):
        preview.write(content, tmp_path / "no" / "page.html", open_browser=False)


def test_a_language_from_right_to_left_is_shown_as_such(content):
    persian = content.model_copy(update={"languages": ("en", "fa")})
    page = preview.page(type(content).model_validate(persian.model_dump(mode="json")), NOW)

    assert 'lang="fa" dir="rtl"' in page
    assert 'lang="en" dir="ltr"' in page
