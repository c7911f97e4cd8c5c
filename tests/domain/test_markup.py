"""The markup: what becomes HTML, what stays literal, and that the HTML is always well-formed."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreachbot.domain import urls
from outreachbot.domain.messages import markup
from tests.support.effort import growth

LINK = "https://x.example/a"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain", "plain"),
        ("**bold** and *italic*", "<b>bold</b> and <i>italic</i>"),
        ("***both***", "<b><i>both</i></b>"),
        ("**bold *both* bold**", "<b>bold <i>both</i> bold</b>"),
        ("*italic **both** italic*", "<i>italic <b>both</b> italic</i>"),
        ("in*side*word", "in<i>side</i>word"),
        ("two\n**lines\nbold**", "two\n<b>lines\nbold</b>"),
        (f"[label]({LINK})", f'<a href="{LINK}">label</a>'),
        (f"**see [label]({LINK})**", f'<b>see <a href="{LINK}">label</a></b>'),
        (f"[**bold** *it*]({LINK})", f'<a href="{LINK}"><b>bold</b> <i>it</i></a>'),
        (f"[with [sic] inside]({LINK})", f'<a href="{LINK}">with [sic] inside</a>'),
        ("[a](https://x.example/b_(c))", '<a href="https://x.example/b_(c)">a</a>'),
        ("[a](https://x.example/?a=1&b=2)", '<a href="https://x.example/?a=1&amp;b=2">a</a>'),
    ],
)
def test_markup_becomes_html(text: str, html: str) -> None:
    assert markup.to_html(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**half open", "**half open"),
        ("*half open", "*half open"),
        ("closed only**", "closed only**"),
        ("**bold *half**", "<b>bold *half</b>"),
        ("*italic **half*", "<i>italic **half</i>"),
        ("*a [b* c](https://x.example)", "<i>a [b</i> c](https://x.example)"),
        ("[label] (https://x.example)", "[label] (https://x.example)"),
        ("[label](https://x.example", "[label](https://x.example"),
        ("****", "****"),
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("** bold **", "** bold **"),
        ("[](https://x.example)", "[](https://x.example)"),
    ],
)
def test_a_half_open_marker_is_literal(text: str, html: str) -> None:
    assert markup.to_html(text) == html


@pytest.mark.parametrize(
    "target", ["", "x.example", "ftp://x.example", "https://", "https:///a", "https://a b", "javascript:alert(1)"]
)
def test_a_link_without_an_http_address_is_literal(target: str) -> None:
    assert markup.to_html(f"[label]({target})") == f"[label]({target})"
    assert markup.list_link_targets(f"[label]({target})") == [target]


def test_links_are_not_nested() -> None:
    assert markup.to_html(f"[a [b]({LINK}) c]({LINK})") == f'[a <a href="{LINK}">b</a> c]({LINK})'


def test_a_backslash_makes_a_character_literal() -> None:
    assert markup.to_html(r"\*no\* \[no\](https://x.example) \\") == r"*no* [no](https://x.example) " + "\\"
    assert markup.to_html(r"**a \** b**") == "<b>a ** b</b>"
    assert markup.to_html(r"C:\new \(x\)") == r"C:\new \(x\)"


def test_html_of_the_text_is_escaped() -> None:
    assert markup.to_html('<b> & "q"') == "&lt;b&gt; &amp; &quot;q&quot;"


def test_plain_is_what_a_reader_sees() -> None:
    assert markup.to_plain(rf"**a** *b* [c]({LINK}) \* <i> **d") == "a b c * <i> **d"


class Nesting(HTMLParser):
    """Fails at a tag that is not Telegram's, or that closes another than the innermost."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs) -> None:
        assert tag in {"a", "b", "i"}
        assert tag not in self.open
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        assert all(urls.find_url_problem(value) is None for _, value in attrs)
        self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.text += data


PIECES = ["*", "**", "***", "[", "](", "]", ")", "(", "\\", "a", " ", "\n", "<", "&", '"', "[b](https://x.example)"]
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from([*PIECES, "](https://x.example/?a&b)"])).map("".join))


@settings(max_examples=500, deadline=None)
@given(TEXTS)
def test_html_is_well_formed_and_says_the_same_as_plain(text: str) -> None:
    nesting = Nesting()
    nesting.feed(markup.to_html(text))
    nesting.close()
    assert nesting.open == []
    assert nesting.text == markup.to_plain(text)


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_an_escaped_text_stays_as_it_is(text: str) -> None:
    escaped = "".join(f"\\{sign}" if sign in "*[]\\" else sign for sign in text)
    assert markup.to_plain(escaped) == text


@pytest.mark.parametrize(
    "piece", ["*", "[", "]", "[]", "](", "[](", "[a](b)", "*[", "**[a", "](a(b)", "(", "\\*", "*a", "[a](http://b.c)"]
)
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    to_html = markup.to_html.__wrapped__  # without its cache

    assert growth(lambda length: to_html(piece * (length // len(piece))), 5_000, 8) < 24
