"""What an admin reads about a confirmed broadcast: numbers that add up, in accurate words."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.broadcasts.timing import LocalHour
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import (
    ENDED,
    WAVE_MISSED,
    DeliveryState,
    MessageKind,
    MessageState,
    Reason,
    Tally,
)
from outreachbot.domain.ids import OutboxId
from outreachbot.views.broadcasts import status
from outreachbot.views.broadcasts.status import MessageStatus

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
RUNNING, PAUSED, FINISHED = MessageState.RUNNING, MessageState.PAUSED, MessageState.FINISHED
numbers = st.integers(0, 10**7)
tallies = st.builds(Tally, numbers, numbers, numbers, numbers, numbers, numbers)


def make_status(state=RUNNING, tally=Tally(queued=1), kind=MessageKind.BROADCAST, **more):  # noqa: B008 it is frozen
    names = {
        "why": "state_reason",
        "of_id": "of_id",
        "starts_at": "starts_at",
        "timing": "timing",
        "queued_to": "queued_to",
    }
    about = {field: more.pop(name) for name, field in names.items() if name in more}
    return MessageStatus(OutboxMessage(OutboxId(7), kind, state, **about), tally, "Asia/Baku", **more)


def progress(*place, **more):
    return status.progress("en", make_status(*place, **more)).text


def data(message):
    return [[button.data for button in row] for row in message.buttons]


def parts(text):
    """The numbers of the lines `sent: 1,234`."""
    found = re.findall(r"^[a-z ()]+: <b>([\d,]+)</b>$", text, re.MULTILINE)
    return [int(number.replace(",", "")) for number in found]


def total(text):
    (found,) = re.findall(r"^= ([\d,]+) chats?$", text, re.MULTILINE)
    return int(found.replace(",", ""))


counted = st.sampled_from(sorted(set(MessageState) - {MessageState.SCHEDULED, MessageState.MISSED}))


@given(tallies, counted, st.sampled_from(MessageKind))
def test_the_numbers_add_up(tally, state, kind):
    shown = make_status(state, tally, kind)
    for message in (
        status.progress("en", shown),
        status.ledger("en", shown),
        status.paused_alert("en", shown),
    ):
        assert sum(parts(message.text)) == total(message.text) == tally.audience


@given(tallies)
def test_the_bar_is_full_when_nothing_is_left_and_only_then(tally):
    bar = re.search(r"<code>(█*)(░*)</code> ([\d,]+) / ([\d,]+)$", progress(RUNNING, tally), re.MULTILINE)

    assert bar
    assert len(bar[1] + bar[2]) == status.BAR
    assert (not bar[2]) == (tally.finished and tally.audience > 0)
    assert [int(number.replace(",", "")) for number in bar.group(3, 4)] == [tally.settled, tally.audience]


def test_while_an_audience_is_queued_its_size_is_a_lower_bound():
    assert "0 / 5,000+\n" in progress(RUNNING, Tally(queued=5000), queued_to=1)


@pytest.mark.parametrize(
    ("per_second", "said"),
    [
        (25.4, "25 a second, about 40 seconds left"),
        (1.0, "1 a second, about 17 minutes left"),
        (0.25, "0.2 a second, about 67 minutes left"),
        (1000.0, "1,000 a second, about 1 second left"),
    ],
)
def test_how_fast_it_goes_says_how_long_it_takes(per_second, said):
    assert f"\n{said}\n" in progress(RUNNING, Tally(queued=1000, sending=10), per_second=per_second)


@pytest.mark.parametrize(
    ("state", "per_second"), [(RUNNING, None), (RUNNING, 0.0), (PAUSED, 5.0), (MessageState.CANCELLED, 5.0)]
)
def test_no_speed_is_shown_for_what_is_not_sending(state, per_second):
    assert "a second" not in progress(state, Tally(queued=9), per_second=per_second)


def test_telegrams_silence_and_its_start_are_shown_only_while_running():
    words = "Telegram has not answered since 1 March 2026 at 16:00 (Asia/Baku time); it is tried again by itself."

    assert words in progress(RUNNING, silent_since=NOW)
    assert words not in progress(PAUSED, silent_since=NOW)


def test_a_report_counts_each_reason_and_lists_who_is_uncertain():
    reasons = [
        (DeliveryState.FAILED, Reason.BLOCKED, 1200),
        (DeliveryState.UNCERTAIN, Reason.NO_ANSWER, 2),
        (DeliveryState.FAILED, None, 1),
    ]
    text = progress(FINISHED, Tally(sent=1, uncertain=2, failed=1201), reasons=reasons, uncertain=[5, -1007])

    assert "1,200 × the member blocked the bot" in text
    assert "2 × no answer came" in text
    assert "1 × of unknown reason" in text
    assert text.endswith("\n5, -1007")


def test_more_uncertain_chats_than_fit_are_hinted_at():
    assert progress(FINISHED, Tally(uncertain=21), uncertain=range(1, 22)).endswith("19, 20 …")


def test_each_reason_has_its_own_wording():
    said = [progress(FINISHED, Tally(failed=1), reasons=[(DeliveryState.FAILED, reason, 1)]) for reason in Reason]

    assert len(set(said)) == len(Reason)
    assert not any(f"1 × {reason}" in text.splitlines() for reason, text in zip(Reason, said, strict=True))


@pytest.mark.parametrize("state", MessageState)
def test_each_state_and_kind_has_its_heading(state):
    said = [progress(state, kind=kind, of_id=3).splitlines()[0] for kind in MessageKind]
    name = status.state_name(state, status.words("en"))

    assert said == [
        f"<b>Reminder 7: {name}</b>",
        f"<b>Broadcast 7: {name}</b>",
        f"<b>Correction of broadcast 3: {name}</b>",
        f"<b>Deletion of broadcast 3: {name}</b>",
        f"<b>Message 7 to the admins: {name}</b>",
    ]


def test_each_state_is_named_differently():
    assert len({status.state_name(state, status.words("en")) for state in MessageState}) == len(MessageState)


def test_the_reason_for_a_pause_is_shown_as_escaped_text():
    assert "Telegram says: can&#x27;t parse &lt;b&gt;" in progress(PAUSED, why="can't parse <b>")
    assert "The hour of some time zones passed" in progress(PAUSED, why=WAVE_MISSED)


def test_a_scheduled_or_missed_message_shows_its_start_and_no_counts():
    scheduled = progress(MessageState.SCHEDULED, Tally(), starts_at=NOW)
    missed = progress(MessageState.MISSED, Tally(), starts_at=NOW)

    assert "It starts on 1 March 2026 at 16:00 (Asia/Baku time)." in scheduled
    assert "It was to start on 1 March 2026 at 16:00 (Asia/Baku time), when the bot did not run." in missed
    for text in (scheduled, missed):
        assert "= " not in text
        assert "█" not in text


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (MessageState.DRAFT, []),
        (MessageState.SCHEDULED, [["broadcast:stop:7"]]),
        (MessageState.MISSED, [["broadcast:now:7", "broadcast:stop:7"]]),
        (RUNNING, [["broadcast:pause:7", "broadcast:stop:7"]]),
        (PAUSED, [["broadcast:resume:7", "broadcast:stop:7"]]),
        (MessageState.CANCELLED, []),
        (FINISHED, []),
    ],
)
def test_the_buttons_depend_on_the_state(state, offered):
    shown = make_status(state, Tally(queued=state not in ENDED))

    assert data(status.progress("en", shown)) == offered
    assert data(status.paused_alert("en", shown)) == offered
    assert data(status.ledger("en", shown)) == [*offered, ["broadcast:csv:7"], ["broadcast:list"]]


def test_after_the_end_uncertain_and_failed_deliveries_can_be_sent_again():
    shown = make_status(FINISHED, Tally(sent=1, uncertain=2000, failed=4), send_again=2000, try_again=3)
    message = status.progress("en", shown)

    assert [[(button.label, button.data) for button in row] for row in message.buttons] == [
        [("Send again to the uncertain (2,000)", "broadcast:uncertain:7")],
        [("Retry the failed that may recover (3)", "broadcast:failed:7")],
    ]


def test_while_a_request_is_in_flight_the_report_is_not_final():
    shown = make_status(MessageState.CANCELLED, Tally(sending=1, uncertain=1), uncertain=[5], send_again=1)
    message = status.progress("en", shown)

    assert message.buttons == ()
    assert "may or may not" not in message.text


def test_the_ledger_offers_every_action_that_is_still_possible():
    shown = make_status(FINISHED, Tally(sent=5, uncertain=1), send_again=1, correctable=True, deletable=True)

    assert data(status.ledger("en", shown)) == [
        ["broadcast:uncertain:7"],
        ["broadcast:csv:7"],
        ["broadcast:correct:7", "broadcast:delete:7"],
        ["broadcast:list"],
    ]


def test_the_ledger_counts_each_language_where_there_are_several():
    languages = [
        ("en", DeliveryState.SENT, 1900),
        ("en", DeliveryState.FAILED, 100),
        ("de", DeliveryState.SENT, 3),
        ("", DeliveryState.SKIPPED, 4),
    ]
    text = status.ledger("en", make_status(FINISHED, Tally(sent=1903, failed=100, skipped=4), languages=languages)).text

    assert "\nEnglish: 1,900 of 2,000\nnot known any more: 0 of 4\nGerman: 3 of 3" in text
    assert "of 5" not in status.ledger("en", make_status(FINISHED, languages=[("en", DeliveryState.SENT, 5)])).text


def test_a_paused_reminder_says_what_to_fix():
    words = "Mend content.yaml for the next one."

    assert words in status.paused_alert("en", make_status(PAUSED, kind=MessageKind.REMINDER, why="wrong")).text
    assert words not in status.paused_alert("en", make_status(RUNNING, kind=MessageKind.REMINDER)).text
    for kind in set(MessageKind) - {MessageKind.REMINDER}:
        text = status.paused_alert("en", make_status(PAUSED, kind=kind, why="wrong")).text
        assert "Telegram says: wrong" in text
        assert words not in text


@pytest.mark.parametrize(
    ("kind", "done", "open_"),
    [
        (MessageKind.BROADCAST, "sent", "still to send"),
        (MessageKind.REMINDER, "sent", "still to send"),
        (MessageKind.CORRECTION, "corrected", "still to do"),
        (MessageKind.DELETION, "deleted", "still to do"),
    ],
)
def test_each_kind_of_message_has_its_own_words_for_its_counts(kind, done, open_):
    text = progress(RUNNING, Tally(sent=2, queued=3), kind=kind, of_id=3)

    assert f"\n{done}: <b>2</b>\n" in text
    assert f"\n{open_}: <b>3</b>\n" in text


def test_a_deleted_broadcast_says_so():
    words = "Its copies were deleted, as far as Telegram allowed it."

    assert words in status.ledger("en", make_status(FINISHED, Tally(sent=1), deleted=True)).text
    assert words not in status.ledger("en", make_status(FINISHED, Tally(sent=1))).text


def test_a_missed_local_hour_broadcast_explains_what_send_now_does():
    words = "“Send now” writes at once where the hour has passed, and at the hour everywhere else."

    assert words in progress(MessageState.MISSED, Tally(), starts_at=NOW, timing=LocalHour(NOW.date(), 9))
    assert words not in progress(MessageState.MISSED, Tally(), starts_at=NOW)
    assert words not in progress(MessageState.SCHEDULED, Tally(), starts_at=NOW, timing=LocalHour(NOW.date(), 9))
