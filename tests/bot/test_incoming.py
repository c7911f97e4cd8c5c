"""An admin's message is read: formatted text, files, and the buttons in its last lines."""

import re
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from telegram import Message as TelegramMessage

from outreachbot.bot import incoming
from outreachbot.domain import urls as address
from outreachbot.domain.messages.message import Button, Copy, Media, MediaKind, Message, escape, text_length
from outreachbot.errors import InvalidButton
from outreachbot.sandbox import html

CHAT = {"id": 22, "type": "private", "first_name": "Ada"}
SITE = "https://example.org/"
FILE = {"file_id": "f", "file_unique_id": "u"}
SIZES = [{"file_id": "small", "file_unique_id": "s", "width": 90, "height": 51}, FILE | {"width": 1280, "height": 720}]


def sent(**content):
    """An admin's message as Telegram delivers it."""
    raw = {"message_id": 9, "date": 1, "chat": CHAT, "from": {"id": 22, "is_bot": False, "first_name": "Ada"}}
    message = TelegramMessage.de_json(raw | content, None)
    assert message is not None
    return message


def bold(offset, size, kind="bold", **more):
    return {"type": kind, "offset": offset, "length": size, **more}


def read(text, *entities):
    return incoming.read_broadcast(sent(text=text, entities=list(entities)))


def button_to(label, url=SITE):
    return ((Button(label, url=url),),)


def test_a_text_keeps_its_formatting_and_its_signs():
    message = read("a <b> & bold link 🕯", bold(8, 4), bold(13, 4, "text_link", url=SITE))

    assert message == Message(f'a &lt;b&gt; &amp; <b>bold</b> <a href="{SITE}">link</a> 🕯')


@pytest.mark.parametrize("url", [f"{SITE}?a=1&lt=2&amp;b=%22&#60;", f"{SITE}?'", f'{SITE}?"'])
def test_a_link_leads_where_it_led(url):
    for message in (
        read("a link", bold(2, 4, "text_link", url=url)),
        Message(
            incoming.read_caption(
                sent(photo=SIZES, caption="a link", caption_entities=[bold(2, 4, "text_link", url=url)])
            )
        ),
    ):
        (link,) = html.parse(message.text)[1]
        assert link["url"] == html.parse(f'<a href="{escape(url)}">x</a>')[1][0]["url"]


@pytest.mark.parametrize(
    "line",
    [
        f"[Read more] {SITE}",
        f"[Read more]{SITE}",
        f"[Read more]({SITE})",
        f"[Read more] ({SITE})",
        f"  [ Read more ]   {SITE}  ",
        f"[Read more]\u00a0{SITE}",
    ],
)
def test_a_last_line_like_a_link_is_a_button(line):
    assert read(f"Hello\n{line}") == Message("Hello", button_to("Read more"))


def test_each_of_the_last_lines_is_a_row():
    text = f"Hello\n\n[One] {SITE}\n[Two] {SITE}2\n[Three] http://three.example"

    assert read(text) == Message(
        "Hello", (*button_to("One"), *button_to("Two", f"{SITE}2"), *button_to("Three", "http://three.example"))
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://en.wikipedia.org/wiki/Bridge_(game)",
        "https://en.wikipedia.org/wiki/(I_Can)_Go",
        "https://a.example/?q=(a)&b=[1]#c",
        "HTTPS://A.EXAMPLE/",
        "https://ä.example/🕯",
    ],
)
def test_an_address_is_taken_as_it_is(url):
    assert read(f"Hello\n[Read] {url}") == Message("Hello", button_to("Read", url))
    assert read(f"Hello\n[Read]({url})") == Message("Hello", button_to("Read", url))


@pytest.mark.parametrize(
    "text",
    [
        f"[One] {SITE}\nHello",
        f"Hello [One] {SITE}",
        f"Hello\n[One] {SITE} and more",
        "Hello\n[One]",
        f"Hello\n[] {SITE}",
        f"Hello\n[[One]] {SITE}",
        SITE,
        "[see above]",
    ],
)
def test_any_other_last_line_stays_in_the_text(text):
    message = read(text)

    assert (html.parse(message.text)[0], message.buttons) == (text, ())


@pytest.mark.parametrize(
    "url", ["example.org", "www.example.org/", "ftp://example.org/", "https://", "tg://user?id=1", "javascript:x"]
)
@pytest.mark.parametrize("line", ["[Read more] {}", "[Read more]({})"])
def test_a_button_that_leads_nowhere_is_named(url, line):
    with pytest.raises(InvalidButton, match=r"^Read more$"):
        read(f"Hello\n[Fine] {SITE}\n{line.format(url)}")


def test_a_text_may_be_all_buttons():
    assert read(f"[One] {SITE}") == Message("", button_to("One"))


def test_formatting_is_cut_where_the_buttons_begin():
    text = f"Hello\n\n[One] {SITE}"
    whole = bold(0, text_length(text))
    link = bold(text_length(text) - text_length(SITE), text_length(SITE), "url")

    assert read(text, whole, link) == Message("<b>Hello</b>", button_to("One"))


def test_formatting_is_counted_as_telegram_counts():
    text = f"🕯🕯 candle\n[One 🕯] {SITE}"

    assert read(text, bold(5, 6), bold(0, 4, "italic")) == Message("<i>🕯🕯</i> <b>candle</b>", button_to("One 🕯"))


def test_formatting_may_lie_in_formatting():
    text = f"abc\n[One] {SITE}"

    assert read(text, bold(0, 40), bold(1, 30, "italic")) == Message("<b>a<i>bc</i></b>", button_to("One"))


plain = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\u2028\u2029\x85"), min_size=1, max_size=30
).map(str.strip)
bodies = st.lists(plain, min_size=1, max_size=4).map("\n".join).filter(lambda text: text.strip() == text and text)
labels = plain.filter(lambda label: label and not set("[]") & set(label))
urls = st.builds(
    lambda host, path: f"https://{host}.example/{path}",
    st.from_regex(r"[a-z][a-z0-9-]{0,20}[a-z0-9]", fullmatch=True),
    st.text(st.characters(whitelist_categories=["L", "N"], whitelist_characters="/?&=#()_.,;:!%~+-'"), max_size=30),
).filter(lambda url: not address.find_url_problem(url))
kinds = st.sampled_from(["bold", "italic", "underline", "strikethrough", "spoiler", "code"])
spans = st.lists(st.tuples(kinds, st.integers(0, 200), st.integers(1, 200)), max_size=3)


def aligned(text, spans):
    """Entities at character boundaries, nested or disjoint, as Telegram sends them."""
    borders = [text_length(text[:at]) for at in range(len(text) + 1)]
    left = 0
    for kind, start, size in spans:
        begin = borders[min(left + start, len(text))]
        end = borders[min(left + start + size, len(text))]
        left = min(left + start + size, len(text))
        if begin < end:
            yield bold(begin, end - begin, kind)


@given(bodies, st.lists(st.tuples(labels, urls), max_size=4), spans)
@example("a", [("b", "https://a.example/x)")], [])
@example("🕯", [("🕯", "https://a.example/🕯")], [("bold", 0, 200)])
def test_text_above_the_buttons_and_each_button_are_read_unchanged(body, buttons, spans):
    if re.match(r"^\s*\[", body.split("\n")[-1]):
        body += "."
    text = "\n".join([body, *(f"[{label}] {url}" for label, url in buttons)])
    message = incoming.read_broadcast(sent(text=text, entities=list(aligned(text, spans))))

    assert html.parse(message.text)[0] == body
    assert message.buttons == tuple((Button(label, url=url),) for label, url in buttons)


@given(st.text(max_size=200))
def test_whatever_is_written_is_read_or_its_button_refused(text):
    message = None
    with suppress(InvalidButton):
        message = incoming.read_broadcast(sent(text=text))
    if message is not None:
        assert text.startswith(html.parse(message.text)[0])
        assert all(not address.find_url_problem(button.url) for row in message.buttons for button in row)


@pytest.mark.parametrize(
    ("content", "media"),
    [
        ({"photo": SIZES}, Media(MediaKind.PHOTO, "f")),
        ({"video": FILE | {"width": 1, "height": 1, "duration": 1}}, Media(MediaKind.VIDEO, "f")),
        ({"document": FILE}, Media(MediaKind.DOCUMENT, "f")),
    ],
)
def test_a_picture_a_film_and_a_file_are_sent_by_their_id_with_caption_and_buttons(content, media):
    caption = f"A caption\n[One] {SITE}"
    message = sent(**content, caption=caption, caption_entities=[bold(2, 40)])

    assert incoming.read_media(message) == media
    assert incoming.read_broadcast(message) == Message("A <b>caption</b>", button_to("One"), (media,))
    assert incoming.read_broadcast(sent(**content)) == Message(media=(media,))


def test_a_caption_is_html():
    message = sent(photo=SIZES, caption="a < b", caption_entities=[bold(4, 1)])

    assert incoming.read_caption(message) == "a &lt; <b>b</b>"
    assert incoming.read_caption(sent(photo=SIZES)) == ""


@pytest.mark.parametrize(
    "content",
    [
        {"animation": FILE | {"width": 1, "height": 1, "duration": 1}, "document": FILE},
        {"location": {"latitude": 1.0, "longitude": 1.0}},
        {"audio": FILE | {"duration": 1}, "caption": "x"},
        {"voice": FILE | {"duration": 1}},
        {"dice": {"emoji": "🎲", "value": 1}},
    ],
    ids=lambda content: next(iter(content)),
)
def test_anything_else_is_copied_as_it_is(content):
    message = sent(**content)

    assert incoming.read_media(message) is None
    assert incoming.read_broadcast(message) == Message(copy=Copy(22, 9))
