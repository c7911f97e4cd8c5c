"""Telegram's updates become requests: who asks, and for what."""

from typing import Any

import pytest
from telegram import Update

from outreachbot.bot.context import ANONYMOUS_ADMIN, Choice, Request, read_request
from outreachbot.domain.callbacks.broadcasts import OpenBroadcast
from outreachbot.domain.callbacks.pages import ShowFact, ShowTopic, ShowTopics

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
def test_a_language_missing_from_the_content_is_answered_in_its_default(languages, code, language):
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
    ("data", "callback", "below"),
    [
        ("facts", ShowTopics(), False),
        ("fact:deaths", ShowFact("deaths"), False),
        ("+facts:a", ShowTopic("a"), True),
        ("broadcast:open:7", OpenBroadcast(7), False),
    ],
)
def test_a_button_says_what_it_wants_and_where(content, data, callback, below):
    request = read(content, callback_query={**PRESS, "message": message(), "data": data})

    assert isinstance(request, Choice)
    assert (request.callback, request.words) == (callback, "")
    assert (request.below, request.press_id, request.chat_id, request.telegram_message_id) == (below, "9", 11, 7)


@pytest.mark.parametrize("data", ["+", "x", "+facts:a:b", "fact:", "broadcast:open:-7"])
def test_data_that_no_button_of_ours_sends_is_ignored(content, data):
    request = read(content, callback_query={**PRESS, "message": message(), "data": data})

    assert not isinstance(request, Choice)
    assert (request.words, request.press_id, request.chat_id, request.telegram_message_id) == ("", "9", 11, 7)


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
def test_updates_without_a_request_get_no_answer(content, update):
    assert read_request(Update.de_json({"update_id": 1, **update}, None), content) is None
