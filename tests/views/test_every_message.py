"""Every message: Telegram accepts its HTML, and each of its buttons leads somewhere."""

import datetime as dt

import pytest
from telegram import Update

from outreachbot.bot.features import HANDLERS
from outreachbot.domain.messages.message import (
    MAX_CALLBACK_ANSWER,
    MAX_CALLBACK_BYTES,
    MAX_CAPTION,
    MAX_TEXT,
    text_length,
)
from outreachbot.gateway import methods
from outreachbot.sandbox import html, markup
from outreachbot.views import reports
from outreachbot.views.broadcasts import replies, schedule
from outreachbot.views.content import changes as live
from outreachbot.views.pages import info
from outreachbot.views.reminders import calendar_file, subscription, timezone

NOW = dt.datetime(2026, 9, 30, 23, 59, tzinfo=dt.UTC)
PERSON = {"id": 11, "is_bot": False, "first_name": "Mina"}
WHERE = {"message_id": 7, "date": 1, "chat": {"id": 11, "type": "private"}, "text": "x"}


@pytest.fixture(params=["content", "bridge", "hostile"])
def messages(request, everything):
    """Every message of the shipped content, of a small one and of one full of special characters."""
    return everything(request.getfixturevalue(request.param))


def test_telegram_takes_its_html(messages):
    for message in messages:
        plain, _ = html.parse(message.text)

        assert 0 < text_length(plain) <= (MAX_CAPTION if message.media else MAX_TEXT)


def test_special_characters_in_a_text_stay_as_they_are(hostile, everything):
    plain = "\n".join(html.parse(message.text)[0] for message in everything(hostile))

    assert "<b>&\"'</i> " in plain
    assert "{0} {query} %s * &amp; 😀" in plain
    for once_escaped in ("&lt;", "&quot;", "&amp;amp;", "&#x27;"):
        assert once_escaped not in plain


def handler_of(data):
    """The handler that takes a press on a button with this data."""
    press = {"id": "1", "from": PERSON, "chat_instance": "1", "message": WHERE, "data": data}
    update = Update.de_json({"update_id": 1, "callback_query": press}, None)
    return next(handler for handler in HANDLERS if handler.check_update(update))


def test_each_button_leads_somewhere(messages):
    buttons = {button for message in messages for row in message.buttons for button in row}
    nowhere = handler_of("no such button")

    assert buttons
    for button in buttons:
        assert button.label.strip()
        assert bool(button.data) != bool(button.url)
        assert len(button.data.encode()) <= MAX_CALLBACK_BYTES
        assert button.data or button.url.startswith("https://")
        assert button.url or handler_of(button.data) is not nowhere, button


def test_telegram_takes_its_buttons(messages):
    for message in messages:
        assert not message.asks or not message.buttons
        if message.buttons:
            markup.parse(methods.build_edit(message, 1, 1)[1]["reply_markup"], inline_only=True)


def test_a_label_is_no_html(messages):
    labels = "\n".join(button.label for message in messages for row in message.buttons for button in row)

    for escaped in ("&lt;", "&quot;", "&amp;amp;", "&#x27;"):
        assert escaped not in labels


def notes(language):
    """Every text that a pressed button answers with."""
    yield from (info.group_admins_only(language), info.admins_unknown(language), info.unknown_button(language))
    yield from (replies.already_decided(language), replies.message_not_found(language), schedule.in_the_past(language))
    yield from (replies.paused(language), replies.resumed(language), replies.stopped(language))
    yield from (live.draft_gone(language), live.version_gone(language))
    yield from (replies.moment_passed(language), replies.still_under_way(language), timezone.unknown_place(language))
    yield from (replies.queued_again(language, number) for number in (1, 2, 10**9))
    yield from (
        reports.ignored(language, 2**52),
        reports.not_ignored(language, 2**52),
        reports.report_not_found(language),
    )
    yield reports.already_answered(language, NOW, "America/Argentina/ComodRivadavia")
    for yes in (True, False):
        yield subscription.noted_subscribed(language, new=yes)
        yield subscription.noted_unsubscribed(language, was_subscribed=yes)


def test_a_note_is_plain_and_short(bridge):
    for language in bridge.languages:
        for note in notes(language):
            assert 0 < text_length(note) <= MAX_CALLBACK_ANSWER
            assert html.parse(note) == (note, []), "it is shown as it stands"


def test_the_caption_of_a_file_is_html(bridge):
    for language in bridge.languages:
        assert "999" in html.parse(replies.table_caption(language, 999))[0]
        assert "calendar" in html.parse(calendar_file.caption(language))[0]
