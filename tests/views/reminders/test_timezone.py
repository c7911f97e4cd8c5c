"""What members read while they look for their time zone."""

import datetime as dt

import pytest

from outreachbot.domain.content.values import known_zones
from outreachbot.domain.messages.message import MAX_BUTTONS, MAX_CALLBACK_BYTES
from outreachbot.domain.places import index as gazetteer
from outreachbot.domain.reminders.settings import ChatSettings
from outreachbot.views.i18n import words
from outreachbot.views.reminders import timezone

NOW = dt.datetime(2026, 3, 1, 21, 30, tzinfo=dt.UTC)  # a Sunday, and Monday in Baku


def data(message):
    return [[button.data for button in row] for row in message.buttons]


def test_the_time_says_whether_a_zone_is_right():
    message = timezone.confirm_zone("en", "Baku", "Asia/Baku", NOW)

    assert message.text == "<b>Baku</b>\nIs it 01:30 on Monday where you are?"
    assert data(message) == [["zone:y.Asia/Baku"], ["zone"]]


@pytest.mark.parametrize(
    ("is_chosen", "said"),
    [
        (True, "This chat uses the time of Baku, where it is 01:30 on Monday."),
        (False, "None is chosen yet: this chat uses the time of Baku, where it is 01:30 on Monday."),
    ],
)
def test_it_says_which_zone_applies_and_whether_it_was_chosen(is_chosen, said):
    message = timezone.country_menu("en", ["AZ", "DE", "XX"], NOW, "Asia/Baku", is_chosen=is_chosen)

    assert said in message.text
    assert data(message) == [["zone:c.AZ", "zone:c.DE"], ["zone:c.XX"], ["zone:t"], ["reminders"]]
    assert [button.label for button in message.buttons[0]] == ["Azerbaijan", "Germany"]


USED = "The clock of Tokyo is used here."


@pytest.mark.parametrize(
    ("choices", "subscribed", "said", "buttons"),
    [
        ({}, True, "Reminders now come at 09:00 by the clock of Tokyo.", [["reminders"]]),
        ({}, False, USED, [["subscribe"], ["reminders"]]),
        ({"reminders": False}, False, USED, [["subscribe"], ["reminders"]]),
        (
            {"reminders": False},
            True,
            f"{USED} Reminders are off: none comes until you switch them on.",
            [["reminders:on.1"], ["reminders"]],
        ),
        (
            {"big_only": True},
            True,
            f"{USED} No reminder comes yet, because no day or no moment is chosen.",
            [["reminders"]],
        ),
    ],
)
def test_a_chosen_zone_promises_reminders_only_where_they_come(bridge, choices, subscribed, said, buttons):
    message = timezone.zone_set(bridge, "en", ChatSettings(zone="Asia/Tokyo", **choices), subscribed=subscribed)

    assert message.text == said
    assert data(message) == buttons


def test_each_zone_has_a_name():
    assert all(timezone.zone_name(zone, words("en")).strip() for zone in sorted(known_zones()))


def test_each_zone_fits_a_button():
    for zone in known_zones():
        rows = timezone.confirm_zone("en", zone, zone, NOW).buttons
        assert all(len(button.data.encode()) <= MAX_CALLBACK_BYTES for row in rows for button in row)


@pytest.mark.parametrize("country", ["RU", "US", "BR", "AQ", "ZZ"])
def test_the_cities_of_the_largest_countries_fit_one_message(country):
    message = timezone.city_menu("en", country, gazetteer.list_cities(country))

    assert sum(map(len, message.buttons)) <= min(MAX_BUTTONS, timezone.MOST_CITIES + 2)
    assert data(message)[-2:] == [["zone:t"], ["zone"]]


def test_an_unknown_place_is_quoted_and_can_be_retried():
    message = timezone.match_menu("en", "<" * 4000, [])

    assert f"“{'&lt;' * 64}”" in message.text
    assert data(message) == [["zone:t", "zone"]]


def test_only_our_own_question_is_recognised():
    assert timezone.ask_for_place("en").text in timezone.place_questions()
    assert timezone.ask_for_place("en").asks
    assert "Which city?" not in timezone.place_questions()
