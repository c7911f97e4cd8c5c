"""The short answers about broadcasts, and the list of all broadcasts."""

import datetime as dt

import pytest

from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import MessageKind, MessageState, Tally
from outreachbot.domain.ids import OutboxId
from outreachbot.views.broadcasts import replies

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


def line(number, kind=MessageKind.BROADCAST, state=MessageState.FINISHED, tally=Tally(sent=3, failed=1)):  # noqa: B008 frozen
    return OutboxMessage(OutboxId(number), kind, state, of_id=OutboxId(2), started_at=NOW), tally


def data(message):
    return [[button.data for button in row] for row in message.buttons]


def test_the_list_says_of_each_what_it_is_when_it_began_and_how_many_got_it():
    lines = [
        line(9, MessageKind.DELETION, MessageState.RUNNING, Tally(queued=2000)),
        line(8),
        line(7, MessageKind.CORRECTION),
    ]
    message = replies.broadcast_list("en", "Asia/Baku", lines, None, newer=False)

    assert message.text == (
        "<b>9</b> · Deletion of broadcast 2: under way\n1 March 2026 at 16:00 (Asia/Baku time) · 0 of 2,000 deleted\n\n"
        "<b>8</b> · Broadcast 8: finished\n1 March 2026 at 16:00 (Asia/Baku time) · 3 of 4 sent\n\n"
        "<b>7</b> · Correction of broadcast 2: finished\n1 March 2026 at 16:00 (Asia/Baku time) · 3 of 4 corrected"
    )
    assert data(message) == [["broadcast:open:9", "broadcast:open:8", "broadcast:open:7"], ["broadcast:reminders"]]


@pytest.mark.parametrize(
    ("older", "newer", "turns"),
    [
        (None, False, []),
        (2, False, [["broadcast:list:2"]]),
        (None, True, [["broadcast:list"]]),
        (2, True, [["broadcast:list", "broadcast:list:2"]]),
    ],
)
def test_the_list_is_paged_where_there_are_more(older, newer, turns):
    message = replies.broadcast_list("en", "UTC", [line(number) for number in range(6, 0, -1)], older, newer=newer)

    assert data(message) == [
        [f"broadcast:open:{number}" for number in (6, 5, 4, 3)],
        ["broadcast:open:2", "broadcast:open:1"],
        *turns,
        ["broadcast:reminders"],
    ]


def test_an_empty_list_says_how_to_begin():
    message = replies.broadcast_list("en", "UTC", [], None, newer=False)

    assert "/broadcast" in message.text
    assert data(message) == [["broadcast:reminders"]]


def test_reminder_results_are_listed_by_day():
    days = [("2027-02-26", Tally(sent=2000, uncertain=1)), ("2027-02-17", Tally(sent=3, failed=1, skipped=2))]
    message = replies.reminders("en", days)

    assert message.text.splitlines() == [
        "<b>Reminders</b>",
        "26 February 2027: 2,000 of 2,001 sent, uncertain 1",
        "17 February 2027: 3 of 6 sent, failed 1, skipped 2",
    ]
    assert data(message) == data(replies.reminders("en", [])) == [["broadcast:list"]]
    assert replies.reminders("en", []).text == "No reminder has been sent yet."


def test_a_consent_request_names_who_asks_and_quotes_the_whole_question():
    message = replies.consent_request("en", 7, "22", "It goes to 3 chats.\nIt takes 1 second.")

    assert message.text == "22 wants to send this and asks for your consent.\nIt goes to 3 chats.\nIt takes 1 second."
    assert data(message) == [["broadcast:consent:7", "broadcast:object:7"]]


def test_the_author_and_the_asked_admin_see_how_many_consents_are_missing():
    assert "1 more admin." in replies.awaiting_consent("en", 7, 1, []).text
    assert "2 more admins." in replies.awaiting_consent("en", 7, 2, []).text
    assert data(replies.awaiting_consent("en", 7, 2, [])) == [["broadcast:send:7", "broadcast:discard:7"]]
    assert replies.consented("en", 2).text == "You consented. 2 more admins have to."
    assert "more" not in replies.consented("en", 0).text


def test_an_admin_who_could_not_be_asked_is_named_with_a_remedy():
    words = "Not reached: 33, 44. They have to write /start to this bot once; then ask again."

    assert replies.awaiting_consent("en", 7, 1, [33, 44]).text.endswith(words)
    assert "Not reached" not in replies.awaiting_consent("en", 7, 1, []).text


def test_telegrams_words_about_a_preview_are_quoted_as_text():
    assert (
        "Telegram refuses this message: can&#x27;t parse &lt;b&gt;"
        in replies.preview_failed("en", "can't parse <b>").text
    )
    assert "refuses" not in replies.preview_failed("en", "").text


def test_a_wrong_button_is_named():
    assert "The button “Read &lt;more&gt;” needs an address" in replies.bad_button("en", "Read <more>").text


@pytest.mark.parametrize(("number", "said"), [(1, "1 chat is"), (2000, "2,000 chats are")])
def test_sending_again_says_to_how_many_chats(number, said):
    assert replies.queued_again("en", number) == f"{said} written to again."
