"""Who asks what, read from Telegram's updates."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from outreachbot.bot.context import ANONYMOUS_ADMIN, Request, arguments, read_request

PERSON = {"id": 11, "is_bot": False, "first_name": "Mina", "language_code": "en"}
PRESS = {"id": "9", "from": PERSON, "chat_instance": "1"}
PRIVATE = {"id": 11, "type": "private", "first_name": "Mina"}
GROUP = {"id": -1001, "type": "supergroup", "title": "Neighbours"}
CHANNEL = {"id": -1002, "type": "channel", "title": "News"}


@pytest.fixture(scope="session")
def languages(content):
    return content.model_copy(update={"languages": ("en", "fi", "pt")})


def message(chat: dict[str, Any] = PRIVATE, text: str = "/facts", **more: Any) -> dict[str, Any]:
    return {"message_id": 7, "date": 1, "chat": chat, "from": PERSON, "text": text, **more}


def read(content, **update: Any) -> Request:
    request = read_request(Update.de_json({"update_id": 1, **update}, None), content)
    assert request is not None
    return request


@pytest.mark.parametrize(
    ("code", "language"),
    [("en", "en"), ("EN", "en"), ("pt-br", "pt"), ("fi", "fi"), ("fil", "en"), ("de", "en"), ("", "en"), (None, "en")],
)
def test_who_speaks_no_language_of_the_content_is_answered_in_its_default(languages, code, language):
    person = {**PERSON, "language_code": code} if code is not None else {**PERSON}
    if code is None:
        del person["language_code"]

    assert read(languages, message=message(**{"from": person})).language == language
    press = {**PRESS, "from": person, "message": message(), "data": "facts"}
    assert read(languages, callback_query=press).language == language


@pytest.mark.parametrize("code", ["pt-br", "de", ""])
def test_the_language_of_telegram_is_known_whole_whatever_the_content_has(languages, code):
    person = {**PERSON, "language_code": code}

    assert read(languages, message=message(**{"from": person})).locale == code
    assert read(languages, callback_query={**PRESS, "from": person, "message": message(), "data": "x"}).locale == code
    post = {"message_id": 7, "date": 1, "chat": CHANNEL, "sender_chat": CHANNEL, "text": "/timezone"}
    assert read(languages, channel_post=post).locale == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/facts", ""),
        ("/facts  two words ", "two words"),
        ("/facts@outreach_demo_bot deaths", "deaths"),
        ("/facts\n12", "12"),
        ("no command", "no command"),
    ],
)
def test_the_words_are_what_follows_the_command(content, text, words):
    assert read(content, message=message(text=text)).words == words


@pytest.mark.parametrize(
    ("sender", "user_id"),
    [
        ({}, 11),
        ({"from": {**PERSON, "id": ANONYMOUS_ADMIN, "is_bot": True}, "sender_chat": GROUP}, None),
        ({"from": {**PERSON, "id": ANONYMOUS_ADMIN, "is_bot": True}}, None),
        ({"from": {**PERSON, "id": 777000}, "sender_chat": CHANNEL, "is_automatic_forward": True}, None),
        ({"from": {**PERSON, "id": 136817688, "is_bot": True}, "sender_chat": CHANNEL}, None),
    ],
    ids=["person", "anonymous admin", "anonymous admin, bare", "linked channel", "as a channel"],
)
def test_only_a_person_asks_in_their_own_name(content, sender, user_id):
    assert read(content, message=message(GROUP, **sender)).user_id == user_id


def test_only_a_forums_messages_have_a_topic(content):
    forum = {"message_thread_id": 5, "is_topic_message": True}

    assert read(content, message=message(GROUP, **forum)).topic_id == 5
    assert read(content, message=message(GROUP, message_thread_id=5)).topic_id is None
    press = {**PRESS, "message": message(GROUP, **forum), "data": "facts"}
    assert read(content, callback_query=press).topic_id == 5


def test_a_channels_post_is_nobodys(content):
    post = {"message_id": 7, "date": 1, "chat": CHANNEL, "sender_chat": CHANNEL, "text": "/subscribe"}
    request = read(content, channel_post=post)

    assert (request.kind, request.user_id, request.in_private) == ("channel", None, False)


@pytest.mark.parametrize(
    ("data", "words", "below"),
    [("facts", "", False), ("fact:deaths", "deaths", False), ("+facts:a:b", "a:b", True), ("+", "", True)],
)
def test_a_button_says_what_it_wants_and_where(content, data, words, below):
    request = read(content, callback_query={**PRESS, "message": message(), "data": data})

    assert (request.words, request.below, request.press_id, request.chat_id, request.telegram_message_id) == (
        words,
        below,
        "9",
        11,
        7,
    )


def test_a_button_under_a_message_that_telegram_no_longer_has_still_says_where(content):
    gone = {"chat": GROUP, "message_id": 7, "date": 0}
    request = read(content, callback_query={**PRESS, "message": gone, "data": "x"})

    assert (request.chat_id, request.telegram_message_id, request.topic_id) == (GROUP["id"], 7, None)


@pytest.mark.parametrize(
    "update",
    [
        {"edited_message": message()},
        {"callback_query": {**PRESS, "inline_message_id": "x", "data": "x"}},
        {"callback_query": {**PRESS, "message": message(), "game_short_name": "x"}},
    ],
    ids=["edited", "inline", "game"],
)
def test_where_nothing_is_asked_nothing_is_answered(content, update):
    assert read_request(Update.de_json({"update_id": 1, **update}, None), content) is None


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("broadcast:open:7", (7, "")),
        ("broadcast:when:7:m.20260301.09.00", (7, "m.20260301.09.00")),
        ("broadcast:when:7:a:b", (7, "a:b")),
        ("broadcast:list", (0, "")),
        ("broadcast:list:", (0, "")),
        ("broadcast", (0, "")),
        ("broadcast:open:-7", (0, "")),
        ("broadcast:open:7.5", (0, "")),
        ("broadcast:open:٧", (0, "")),
        ("broadcast:open:²", (0, "")),
        (f"broadcast:open:{10**15 - 1}", (10**15 - 1, "")),
        (f"broadcast:open:{10**15}", (0, "")),
    ],
)
def test_a_button_names_a_message_and_what_to_do_with_it(content, data, found):
    request = read(content, callback_query={**PRESS, "message": message(), "data": data})

    assert arguments(request) == found


@given(st.text(max_size=64))
def test_whatever_a_button_holds_its_number_fits_a_database(words):
    number, _more = arguments(Request(11, "private", None, 11, "en", words, None, 7))

    assert 0 <= number < 2**63
