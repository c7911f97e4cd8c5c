"""The page that shows editors every text as members will see it, and which texts are missing."""

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
from pydantic import BaseModel

from outreachbot.app.commands import content_file, preview
from outreachbot.domain.content.model import Source
from outreachbot.domain.messages.markup import to_plain
from outreachbot.errors import WrongUse
from tests.support.paths import ROOT

BRIDGE = ROOT / "tests" / "domain" / "bridge.yaml"
NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
FIGURE = "      - {number: 900, counts: {en: stones}, stated_by: {en: A}, year: 1910, source: herald}\n"
PNG = "data:image/png;base64,iVBORw0KGgo"


@pytest.fixture(scope="module")
def content():
    return content_file.read_content(ROOT / "content.yaml").content


def without(content, language, count):
    """The content without the first claims in that language."""
    facts = [
        fact.model_copy(update={"claim": {code: text for code, text in fact.claim.items() if code != language}})
        if number < count
        else fact
        for number, fact in enumerate(content.facts)
    ]
    return type(content).model_validate({**content.model_dump(mode="json"), "facts": facts})


class Tags(HTMLParser):
    """Fails on a tag that is not closed; collects what can be read."""

    VOID = ("meta", "br", "img")

    def __init__(self, page):
        super().__init__()
        self.open = []
        self.text = ""
        self.feed(page)

    def handle_data(self, data):
        self.text += data

    def handle_starttag(self, tag, _attributes):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def undrawn(content):
    """The page with picture names instead of the pictures, which take some hundred ms each to draw."""
    return preview.render_page(content, NOW, lambda _: None)


def corrected(content, was):
    """The content with a correction of the first fact, written only in the default language."""
    correction = {"on": "2026-05-03", "was": {"en": was}, "why": {"en": "A misreading"}}
    facts = [content.facts[0].model_dump(mode="json") | {"corrected": [correction]}, *content.facts[1:]]
    return type(content).model_validate({**content.model_dump(mode="json"), "facts": facts})


def texts(value):
    """Every text of the content that members can see."""
    if isinstance(value, BaseModel) and not isinstance(value, Source):
        yield from (text for name in type(value).model_fields for text in texts(getattr(value, name)))
    elif isinstance(value, tuple):
        yield from (text for item in value for text in texts(item))
    elif isinstance(value, dict):
        yield from (text for text in value.values() if isinstance(text, str))


def test_it_shows_every_text_of_the_content(content):
    page = undrawn(content)
    shown = "".join(Tags(page).text.split())

    assert [text for text in texts(content) if "".join(to_plain(text).split()) not in shown] == []
    assert page.count('class="cell"') % len(content.languages) == 0
    assert "<mark>" not in page
    assert "Nothing lacks" in page


def test_it_shows_what_is_said_around_the_texts(content):
    page = undrawn(content)

    for said in ("No fact has been corrected yet.", "What is wrong with fact 1 (", "Thank you.", "Language: English"):
        assert page.count(said) == 1
    weeks, eves = page.count("In a week: "), page.count("Tomorrow: ") + page.count("Tonight: ")
    assert weeks == eves == len(content.anniversaries)


def test_it_speaks_the_default_language_of_the_content(content):
    page = undrawn(content.model_copy(update={"languages": ("ru", "en")}))

    assert '<html lang="ru" dir="ltr">' in page
    assert ">Хронология</h2>" in page


def test_pictures_lie_in_the_page_itself(tmp_path):
    text = BRIDGE.read_text().replace("  - id: flood\n    topic: fall", f"{FIGURE}  - id: flood\n    topic: fall")
    (tmp_path / "content.yaml").write_text(f"{text}    picture: fall.jpg\n")
    (tmp_path / "fall.jpg").write_bytes(b"\xff\xd8\xff")
    content = content_file.read_content(tmp_path / "content.yaml").content
    preview.write_preview(content, tmp_path, tmp_path / "seen.html", open_browser=False)
    page = (tmp_path / "seen.html").read_text("utf-8")

    chart, strip, reminder = len(content.languages), len(content.languages), 3 * len(content.languages)
    assert page.count(f'src="{PNG}') == chart + strip
    assert page.count('src="data:image/jpeg;base64,/9j/"') == reminder
    assert page.count(">As a chart<") == chart  # also for a missing text, which members see in another language
    assert "picture: " not in page


def test_a_page_with_many_pictures_can_still_be_mailed(content):
    page = preview.render_page(content, NOW, lambda _: b"\x89PNG" * 500_000)

    assert page.count("<img ") == 3
    assert "picture: Fact 12: the figures, side by side" in page
    assert len(page.encode()) < 10_000_000


def test_missing_texts_are_marked_and_counted(content):
    page_with_gap, page = undrawn(without(content, "ru", 1)), undrawn(without(content, "ru", 3))

    assert "ru · 1 text lacks<" in page_with_gap
    assert "1 text lacks a translation: the default language’s stands there, marked." in page_with_gap
    assert "ru · 3 texts lack<" in page
    assert "az · complete" in page
    assert "3 texts lack a translation" in page
    assert page.count("<mark>") == page.count("</mark>") >= 3
    assert preview.GAP not in page


def test_the_page_is_whole_and_needs_nothing_else(content):
    page = preview.render_page(corrected(without(content, "tr", 40), "words " * 100), NOW, lambda _: b"\x89PNG")

    assert Tags(page).open == []
    assert page.count("<mark>") == page.count("</mark>")
    assert preview.GAP not in page
    assert not re.search(r"<(link|script|iframe)|<img (?!alt=\"[^\"]*\" src=\"data:)|url\(", page)


def test_an_unwritable_path_is_reported_in_one_line(content, tmp_path):
    with pytest.raises(WrongUse, match=r"can't be written: .*; --output names another file"):
        preview.write_preview(content, ROOT, tmp_path / "no" / "page.html", open_browser=False)


def test_a_language_from_right_to_left_is_shown_as_such(content):
    persian = content.model_copy(update={"languages": ("en", "fa")})
    page = undrawn(type(content).model_validate(persian.model_dump(mode="json")))

    assert 'lang="fa" dir="rtl"' in page
    assert 'lang="en" dir="ltr"' in page
