"""What an admin reads before a broadcast is sent: audience, duration and end; and the audience menu."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.broadcasts.audience import EVERYBODY, BroadcastAudience
from outreachbot.domain.broadcasts.timing import LocalHour, Moment, Past
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import MessageKind, MessageState
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import Button, Copy, Media, MediaKind, Message
from outreachbot.views.broadcasts import audience as audience_views
from outreachbot.views.broadcasts import confirm
from outreachbot.views.broadcasts.audience import hash_start_code
from outreachbot.views.broadcasts.confirm import BroadcastPlan
from outreachbot.views.i18n import words

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)  # one o'clock in the bridge's Berlin
PHOTO = Media(MediaKind.PHOTO, "file")


def plan(kind=MessageKind.BROADCAST, audience=EVERYBODY, timing=None, **more):
    values = {
        "message": OutboxMessage(OutboxId(7), kind, MessageState.DRAFT, audience=audience, timing=timing),
        "chats": 3,
        "by_kind": {"private": 3},
        "by_language": {"en": 3},
        "by_zone": {},
        "per_second": 30.0,
        "hold": 0.0,
        "approvals": 1,
    }
    return BroadcastPlan(**values | more)


def question(content, **more):
    return confirm.question("en", content, plan(**more), NOW)


def buttons(message):
    return [[(button.label, button.data) for button in row] for row in message.buttons]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0, "1 second"),
        (1.4, "1 second"),
        (89.4, "89 seconds"),
        (90.0, "2 minutes"),
        (3600.0, "60 minutes"),
        (5400.0, "2 hours"),
        (36_000.0, "10 hours"),
    ],
)
def test_a_duration_is_rounded_to_the_coarsest_sensible_unit(seconds, said):
    assert confirm.format_duration(seconds, words("en")) == said


@given(st.floats(0, 1e8))
def test_a_rounded_duration_is_off_by_a_third_at_most(seconds):
    number, unit = confirm.format_duration(seconds, words("en")).replace(",", "").split()
    said = int(number) * {"second": 1, "minute": 60, "hour": 3600}[unit.removesuffix("s")]

    assert said == pytest.approx(max(1.0, seconds), rel=0.34, abs=0.5)


def test_the_question_says_to_how_many_of_each_kind_how_long_it_takes_and_until_when(bridge):
    by_kind = {"private": 1234, "group": 1, "supergroup": 2, "channel": 1}
    message = question(bridge, chats=1238, by_kind=by_kind)

    assert message.text.splitlines() == [
        "Above is what members will see.",
        "It goes to 1,238 chats: 1,234 members, 3 groups, 1 channel.",
        "At the pace that Telegram allows it takes 41 seconds, until about 13:00 (Europe/Berlin time).",
    ]
    assert buttons(message) == [
        [("Send to 1,238 chats", "broadcast:send:7")],
        [("To whom?", "broadcast:whom:7"), ("When?", "broadcast:when:7")],
        [("Discard", "broadcast:discard:7")],
    ]


def test_the_end_is_counted_from_the_moment_it_starts(bridge):
    hours = question(bridge, chats=30 * 3600)
    later = question(bridge, chats=30 * 3600, timing=Moment(NOW + dt.timedelta(hours=2)), hold=30.0)
    held = question(bridge, chats=30 * 60, hold=3600.0)

    assert "60 minutes, until about 14:00 (Europe/Berlin time)." in hours.text
    assert (
        "It goes out on 1 March 2026 at 15:00 (Europe/Berlin time) and takes 60 minutes, until about 16:00"
        in later.text
    )
    assert "60 seconds, until about 14:01" in held.text


@pytest.mark.parametrize(
    ("past", "said"),
    [(Past.NOW, "at once."), (Past.TOMORROW, "a day later."), (Past.SKIP, "not at all.")],
)
def test_a_local_hour_says_what_happens_where_it_has_passed(bridge, past, said):
    text = question(bridge, timing=LocalHour(NOW.date(), 9, past)).text

    assert "It goes out at 09:00 on 1 March 2026 in each chat's own time zone." in text
    assert f"Where that hour has passed, {said}" in text


def test_a_local_hour_says_how_long_sending_takes_and_when_the_last_chats_get_it(bridge):
    """Not only the first wave's duration: the last zone may be a day behind the first."""
    when = LocalHour(NOW.date() + dt.timedelta(days=1), 9)
    text = question(bridge, timing=when, chats=1800, by_zone={"Europe/Berlin": 900, "America/New_York": 900}).text

    assert "takes 60 seconds in all" in text
    assert "the last ones get it on 2 March 2026 at 15:00 (Europe/Berlin time)." in text  # nine in New York


def test_languages_are_counted_where_there_are_several_the_largest_first(bridge):
    assert (
        "Languages: German 2,000, English 3, Abkhazian 1"
        in question(bridge, by_language={"en": 3, "de": 2000, "ab": 1}).text
    )
    assert "Languages" not in question(bridge, by_language={"de": 9}).text


def test_a_broadcast_to_many_says_that_it_waits_and_needs_consent(bridge):
    text = question(bridge, approvals=3, hold=30.0).text

    assert "2 more admins have to consent." in text
    assert "30 seconds" in text
    assert "consent" not in question(bridge).text
    assert "30 seconds" not in question(bridge).text


def test_an_empty_audience_can_not_be_confirmed_but_can_be_changed(bridge):
    nobody = question(bridge, chats=0, by_kind={})
    narrowed = question(bridge, chats=0, by_kind={}, audience=BroadcastAudience(kinds=("channel",)))

    assert "Nobody is subscribed yet" in nobody.text
    assert [[data for _, data in row] for row in buttons(nobody)] == [["broadcast:discard:7"]]
    assert "No subscribed chat is among these" in narrowed.text
    assert [[data for _, data in row] for row in buttons(narrowed)] == [
        ["broadcast:whom:7", "broadcast:when:7"],
        ["broadcast:discard:7"],
    ]


@pytest.mark.parametrize(
    ("kind", "goes", "yes"),
    [
        (MessageKind.CORRECTION, "It replaces 3 copies.", "Correct 3 copies"),
        (MessageKind.DELETION, "It is deleted in 3 chats.", "Delete 3 copies"),
    ],
)
def test_a_change_of_copies_offers_no_choice_but_yes_and_no(bridge, kind, goes, yes):
    message = question(bridge, kind=kind)

    assert goes in message.text
    assert ("Above is what members will see." in message.text) == (kind is MessageKind.CORRECTION)
    assert buttons(message) == [[(yes, "broadcast:send:7")], [("Discard", "broadcast:discard:7")]]
    assert "No chat has a copy" in question(bridge, kind=kind, chats=0).text


def test_the_audience_criteria_are_described_in_words(bridge):
    audience = BroadcastAudience(languages=("de", "en"), kinds=("channel",), anniversary="flood-day", joined="leaflet")
    text = question(bridge, audience=audience).text

    assert (
        "Only to: German, English, channels, reminded of “Day of the flood”, came with the start code “leaflet”" in text
    )
    assert "Only to" not in question(bridge).text


def test_an_anniversary_that_is_gone_from_the_content_is_named_by_its_id(bridge):
    assert "reminded of “old-day”" in question(bridge, audience=BroadcastAudience(anniversary="old-day")).text


def test_the_menu_of_the_audience_ticks_what_is_chosen(bridge):
    audience = BroadcastAudience(languages=("de",), kinds=("group", "supergroup"), joined="b")
    message = audience_views.audience_menu("en", bridge, plan(audience=audience), ["de", "en"], ["a", "b"])

    assert message.text == "<b>To whom?</b>\nGerman, groups, came with the start code “b”: 3 chats"
    assert buttons(message) == [
        [("✓ German", "broadcast:whom:7:l.de"), ("English", "broadcast:whom:7:l.en")],
        [
            ("private chats", "broadcast:whom:7:k.members"),
            ("✓ groups", "broadcast:whom:7:k.groups"),
            ("channels", "broadcast:whom:7:k.channels"),
        ],
        [("Day of the flood", "broadcast:whom:7:a.0")],
        [(label, f"broadcast:whom:7:c.{hash_start_code(code)}") for label, code in (("a", "a"), ("✓ b", "b"))],
        [("Everybody", "broadcast:whom:7:all")],
        [("‹ Back", "broadcast:ask:7")],
    ]


def test_everybody_is_not_offered_if_already_selected(bridge):
    message = audience_views.audience_menu("en", bridge, plan(), ["de", "en"], [])

    assert message.text == "<b>To whom?</b>\nEverybody who subscribed: 3 chats"
    assert "broadcast:whom:7:all" not in [data for row in buttons(message) for _, data in row]
    assert not any(label.startswith("✓") for row in buttons(message) for label, _ in row)


def test_a_long_title_fits_its_button(hostile):
    message = audience_views.audience_menu("en", hostile, plan(), [], [])

    assert all(len(button.label) <= audience_views.LABEL + 2 for row in message.buttons for button in row)


def test_every_push_has_its_way_out_below_its_own_buttons():
    own = (Button("Site", url="https://example.org/"),)
    for message in (Message("Hi", (own,), media=(PHOTO,)), Message("Hi", (own,)), Message("", (own,), copy=Copy(1, 2))):
        pushed = confirm.with_unsubscribe("en", message)

        assert (pushed.text, pushed.media, pushed.copy) == (message.text, message.media, message.copy)
        assert [[button.data or button.url for button in row] for row in pushed.buttons] == [
            ["https://example.org/"],
            ["+unsubscribe"],
        ]


@pytest.mark.parametrize("caption", ["", "A <b>caption</b>"])
def test_an_album_can_have_no_buttons_and_says_the_way_out_in_its_caption(caption):
    pushed = confirm.with_unsubscribe("en", Message(caption, media=(PHOTO, PHOTO)))

    assert pushed.buttons == ()
    assert pushed.text == f"{caption}\n\nNo more of these: /unsubscribe".strip()
