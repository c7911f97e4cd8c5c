"""The reminders a subscription brings, and how long until they come."""

import datetime as dt

import pytest

from outreachbot.domain.content.model import Notice
from outreachbot.domain.reminders.forecast import Forecast
from outreachbot.domain.reminders.settings import ChatSettings, list_kept
from outreachbot.views.reminders import subscription

NOTHING_CHOSEN = ChatSettings()


def coming(content, settings, now, *, subscribed=True, **more):
    """What the chat reads at that moment."""
    today = settings.today(content, now)
    return subscription.upcoming(content, "en", settings, today, subscribed=subscribed, **more)


def at(month, day, hour=12, year=2026):
    return dt.datetime(year, month, day, hour, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(3, 2), "2 March 2026</b> — Day of the flood (116 years), today"),
        (at(3, 1), "2 March 2026</b> — Day of the flood (116 years), tomorrow"),
        (at(2, 28), "2 March 2026</b> — Day of the flood (116 years), in 2 days"),
        (at(3, 1, 22), "2 March 2026</b> — Day of the flood (116 years), tomorrow"),
        (at(3, 1, 23), "2 March 2026</b> — Day of the flood (116 years), today"),  # midnight in Berlin
        (at(3, 2, 23), "2 March 2027</b> — Day of the flood (117 years), in 364 days"),
        (at(3, 3, year=1910), "2 March 1911</b> — Day of the flood (1 year), in 364 days"),
    ],
)
def test_the_days_until_then_are_counted_where_the_content_is_at_home(bridge, now, until):
    lines = coming(bridge, NOTHING_CHOSEN, now, subscribed=False).text.splitlines()

    assert f"• <b>{until}" in lines


def test_a_day_without_a_year_counts_none(bridge):
    day = bridge.anniversaries[0].model_copy(update={"year": None})
    content = bridge.model_copy(update={"anniversaries": (day,)})

    assert "— Day of the flood, today" in coming(content, NOTHING_CHOSEN, at(3, 2)).text


def test_days_that_a_chat_must_choose_are_not_promised(document):
    content = document().content  # its only day is `default: no`

    assert coming(content, NOTHING_CHOSEN, at(3, 1)).text == "No day of remembrance is chosen in this chat."
    assert "flood" not in subscription.subscribed(content, "en", NOTHING_CHOSEN, at(3, 1), new=True).text


@pytest.mark.parametrize(("new", "words"), [(True, "You are subscribed."), (False, "You are subscribed already.")])
def test_subscribing_says_what_comes_when_and_how_to_stop(bridge, new, words):
    message = subscription.subscribed(bridge, "en", NOTHING_CHOSEN, at(3, 1), new=new)

    assert message.text.startswith(f"<b>{words}</b>")
    assert "When: on the day, at 09:00\nTime zone: Berlin (not chosen yet: /timezone)\n" in message.text
    assert "• <b>2 March 2026</b> — Day of the flood (116 years)\n" in message.text
    assert "/unsubscribe stops all of it at once" in message.text


def test_only_a_chat_that_is_not_subscribed_is_offered_a_subscription(bridge):
    assert coming(bridge, NOTHING_CHOSEN, at(3, 1)).buttons[-1][0].data == "+reminders"
    assert coming(bridge, NOTHING_CHOSEN, at(3, 1), subscribed=False).buttons[0][0].data == "+subscribe"
    assert subscription.unsubscribed("en", was_subscribed=True).buttons[0][0].data == "+subscribe"


def test_the_dates_are_those_of_the_chats_own_clock(bridge):
    honolulu = ChatSettings(zone="Pacific/Honolulu")  # ten hours behind UTC

    assert "(116 years), tomorrow" in coming(bridge, honolulu, at(3, 2, 9)).text
    assert "(116 years), today" in coming(bridge, honolulu, at(3, 2, 10)).text


def test_only_the_days_that_the_chat_keeps_are_listed(bridge):
    without = ChatSettings(anniversaries={"flood-day": False})

    assert list_kept(NOTHING_CHOSEN, bridge) == list(bridge.anniversaries)
    assert list_kept(without, bridge) == list_kept(ChatSettings(big_only=True), bridge) == []


def test_the_chats_settings_are_shown(bridge):
    settings = ChatSettings(zone="Asia/Baku", hour=7, notices={Notice.WEEK: True, Notice.DAY: False})
    text = subscription.subscribed(bridge, "en", settings, at(3, 1), new=True).text

    assert "When: a week before, at 07:00\nTime zone: Baku\nDays: 1 of 1\n" in text


def test_an_admin_reads_how_many_are_reminded_and_how_long_that_takes(bridge):
    forecast = {"flood-day": Forecast(2000, at(3, 1, 20), at(3, 2, 8))}
    text = coming(bridge, NOTHING_CHOSEN, at(3, 1), forecasts=forecast).text
    first, last = "1 March 2026 at 21:00 (Europe/Berlin time)", "2 March 2026 at 09:00 (Europe/Berlin time)"

    assert f"   2,000 chats: the first on {first}, the last on {last}\n" in text


NOTHING_COMES = [
    ChatSettings(reminders=False),
    ChatSettings(notices={Notice.DAY: False}),
    ChatSettings(anniversaries={"flood-day": False}),
    ChatSettings(big_only=True),
]


@pytest.mark.parametrize("settings", NOTHING_COMES)
def test_a_chat_that_gets_no_reminders_is_promised_no_day(bridge, settings):
    assert "flood" not in subscription.subscribed(bridge, "en", settings, at(3, 1), new=False).text


@pytest.mark.parametrize("subscribed", [True, False])
def test_if_reminders_are_off_it_says_so_in_place_of_the_hour(bridge, subscribed):
    off = ChatSettings(reminders=False)
    said = [subscription.subscribed(bridge, "en", off, at(3, 1), new=subscribed), coming(bridge, off, at(3, 1))]

    for message in said:
        assert "\nReminders are off: none comes until you switch them on.\nTime zone: " in message.text
        assert "+reminders" in [button.data for row in message.buttons for button in row]


def test_a_skipped_year_is_not_announced(bridge):
    skipping = ChatSettings(skipped=frozenset({("flood-day", 2026)}))

    assert "2 March 2027</b>" in subscription.subscribed(bridge, "en", skipping, at(3, 1), new=True).text
    assert "2026" not in subscription.subscribed(bridge, "en", skipping, at(3, 1), new=True).text
    assert "(116 years), tomorrow, no reminder\n" in coming(bridge, skipping, at(3, 1)).text
    assert "no reminder" not in coming(bridge, skipping, at(3, 3)).text


@pytest.mark.parametrize(
    ("notices", "now", "year"),
    [
        ({Notice.WEEK: True, Notice.DAY: False}, at(2, 23, 7), 2026),
        ({Notice.WEEK: True, Notice.DAY: False}, at(2, 23, 8), 2027),  # nine in Berlin: it was today
        ({Notice.WEEK: True}, at(2, 23, 8), 2026),
        ({}, at(3, 2, 7), 2026),
        ({}, at(3, 2, 8), 2027),
    ],
)
def test_subscribing_after_the_last_notice_of_a_year_promises_the_next_year(bridge, notices, now, year):
    text = subscription.subscribed(bridge, "en", ChatSettings(notices=notices), now, new=True).text

    assert f"• <b>2 March {year}</b>" in text
