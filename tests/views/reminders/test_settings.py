"""The settings menu: the marks show the current settings, the data changes them."""

import pytest

from outreachbot.domain.content.model import Notice
from outreachbot.domain.messages.message import MAX_BUTTONS, MAX_CALLBACK_BYTES
from outreachbot.domain.reminders.settings import ChatSettings, Quiet
from outreachbot.views.reminders import settings


def menu(content, chat_settings=None, *, subscribed=True):
    """The label and data of each button of the menu."""
    message = settings.settings_menu(content, "en", chat_settings or ChatSettings(), subscribed=subscribed)
    return {button.data: button.label for row in message.buttons for button in row}


def said(content, chat_settings, *, subscribed=True):
    return settings.settings_menu(content, "en", chat_settings, subscribed=subscribed).text


def test_a_switch_shows_the_current_state_and_sets_the_opposite(bridge):
    found = menu(bridge)

    assert found["reminders:on.0"] == "✓ Reminders"
    assert found["reminders:n.day.0"] == "✓ On the day"
    assert found["reminders:n.week.1"] == "○ A week before"
    assert found["reminders:s.1"] == "○ Always without a sound"
    assert menu(bridge, ChatSettings(notices={Notice.WEEK: True}))["reminders:n.week.0"] == "✓ A week before"


def test_big_days_are_offered_where_there_are_some(bridge):
    big = bridge.model_copy(update={"anniversaries": (bridge.anniversaries[0].model_copy(update={"big": True}),)})

    assert menu(big)["reminders:b.1"] == "○ Only the big days"
    assert "reminders:b.1" not in menu(bridge)


def test_big_days_only_can_be_switched_off_when_no_big_day_is_left(bridge):
    assert menu(bridge, ChatSettings(big_only=True))["reminders:b.0"] == "✓ Only the big days"


def test_only_a_chat_that_is_not_subscribed_is_offered_it_and_told_nothing_comes(bridge):
    assert "subscribe" in menu(bridge, subscribed=False)
    assert "subscribe" not in menu(bridge)
    assert "nothing is sent to it yet" in said(bridge, ChatSettings(), subscribed=False)


@pytest.mark.parametrize(
    ("chat_settings", "line"),
    [
        (ChatSettings(), "When: on the day, at 09:00\nTime zone: Berlin (not chosen yet: /timezone)"),
        (ChatSettings(zone="Asia/Baku", hour=0), "When: on the day, at 00:00\nTime zone: Baku\nDays: 1 of 1"),
        (ChatSettings(notices={Notice.DAY: False}), "\nWhen: never, because no moment is chosen.\n"),
        (ChatSettings(notices={Notice.EVE: True}), "When: the day before, on the day, at 09:00"),
        (ChatSettings(anniversaries={"flood-day": False}), "Days: 0 of 1"),
        (ChatSettings(big_only=True), "Days: 0 of 1"),
        (ChatSettings(reminders=False), "\nReminders are off: none comes until you switch them on.\nTime zone"),
        (ChatSettings(silent=True, quiet=Quiet(22, 7)), "\nEverything comes without a sound."),
        (ChatSettings(zone="Asia/Baku", quiet=Quiet(22, 7)), "\nWithout a sound from 22:00 to 07:00."),
    ],
)
def test_the_current_settings_are_shown(bridge, chat_settings, line):
    assert line in said(bridge, chat_settings)


def test_reminders_that_are_off_have_no_hour(bridge):
    for chat_settings in (ChatSettings(reminders=False), ChatSettings(notices={Notice.DAY: False})):
        assert "09:00" not in said(bridge, chat_settings)


def test_skipping_a_day_says_when_it_comes_again():
    assert (
        settings.noted_skipped("en", "A & B", 2027, 2028)
        == "Nothing more about “A & B” in 2027. It comes again in 2028."
    )
    assert settings.noted_skipped("en", "A", 9998, None) == "Nothing more about “A” in 9998."


def test_the_clock_has_every_hour_and_marks_the_chosen_one():
    buttons = [button for row in settings.hours_menu("en", 7).buttons[:-1] for button in row]

    assert [button.data for button in buttons] == [f"reminders:h.{hour}" for hour in range(24)]
    assert [button.label for button in buttons if "✓" in button.label] == ["✓ 07"]


def test_quiet_hours_can_not_end_when_they_begin():
    data = [button.data for row in settings.quiet_end_menu("en", 22).buttons for button in row]

    assert data == [*(f"reminders:q.22.{hour}" for hour in range(24) if hour != 22), "reminders"]


def test_each_day_can_be_switched_with_the_longest_name_there_is(bridge):
    long = bridge.anniversaries[0].model_copy(update={"id": "x" * 32, "title": {"en": "T" * 500}})
    content = bridge.model_copy(update={"anniversaries": (long,) * (MAX_BUTTONS - 1)})
    message = settings.days_menu(content, "en", ChatSettings())
    buttons = [button for row in message.buttons for button in row]

    assert buttons[0].label == "✓ " + "T" * 39 + "…"
    assert buttons[0].data == f"reminders:a.{'x' * 32}.0"
    assert max(len(button.data.encode()) for button in buttons) <= MAX_CALLBACK_BYTES
    assert len(buttons) <= MAX_BUTTONS
