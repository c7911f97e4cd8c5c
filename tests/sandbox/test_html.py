import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.messages.message import escape
from outreachbot.sandbox.html import parse
from outreachbot.sandbox.refused import Refused


def entity(kind, offset, length, **more):
    return {"type": kind, "offset": offset, "length": length} | more


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("plain &lt;&amp;&gt;&quot; &nbsp; &#65;&#x1F600;", 'plain <&>" &nbsp; A😀', []),
        ("<b>a</b><strong>b</strong>", "ab", [entity("bold", 0, 1), entity("bold", 1, 1)]),
        ("<i>a</i><em>b</em>", "ab", [entity("italic", 0, 1), entity("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [entity("underline", 0, 1), entity("underline", 1, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", [entity("strikethrough", at, 1) for at in range(3)]),
        ("😀 <B >é😀</B>", "😀 é😀", [entity("bold", 3, 3)]),
        ("<b>a<i>b</i></b>", "ab", [entity("bold", 0, 2), entity("italic", 1, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [entity("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [entity("spoiler", 0, 1)]),
        ("<blockquote>a</blockquote>", "a", [entity("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [entity("expandable_blockquote", 0, 1)]),
        ('<pre><code class="language-python">a</code></pre>', "a", [entity("pre", 0, 1, language="python")]),
        ("<a href='https://EXAMPLE.org/A?b=1&amp;c=2'>x</a>", "x",
         [entity("text_link", 0, 1, url="https://example.org/A?b=1&c=2")]),
        ("<a>example.org</a>", "example.org", [entity("text_link", 0, 11, url="http://example.org/")]),
        ("<a href='nowhere'>x</a>", "x", []),
        ("<a href='javascript://x'>x</a>", "x", []),
        ("<a href='tg://user?id=7'>x</a>", "x", [entity("text_mention", 0, 1, user={"id": 7})]),
        ("<b></b>x", "x", []),
        ("<b>a</>", "a", [entity("bold", 0, 1)]),
    ],
)  # fmt: skip
def test_html_becomes_text_and_entities(html, text, entities):
    assert parse(html) == (text, entities)


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("é <x>", 'Unsupported start tag "x" at byte offset 3'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a href>x</a>", 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'),
        ("<a =x>x</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/y>x</a>", "Unexpected end of name token at byte offset 8"),
        ("<a href='x>x</a>", "Unclosed start tag at byte offset 0"),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ("<tg-emoji emoji-id='x'>x</tg-emoji>", "Invalid custom emoji identifier specified"),
    ],
)
def test_wrong_html_is_refused_in_telegrams_words(html, reason):
    with pytest.raises(Refused) as refused:
        parse(html)
    assert refused.value.description == f"Bad Request: can't parse entities: {reason}"


@given(st.text())
def test_escaped_text_comes_back_as_it_was(text):
    assert parse(escape(text).replace("&#x27;", "&#39;")) == (text, [])


@given(st.text(alphabet="<>/&;#=\"' bai1é😀"))
def test_any_text_is_parsed_or_refused(text):
    with contextlib.suppress(Refused):
        parse(text)
