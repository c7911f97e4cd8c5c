"""What a subscription brings, and how long until then."""

import datetime as dt

import pytest

from outreachbot.domain.content import Notice
from outreachbot.domain.forecast import Forecast
from outreachbot.domain.settings import ChatSettings
from outreachbot.views import subscription

NOTHING_CHOSEN = ChatSettings()


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
    lines = subscription.upcoming(bridge, "en", NOTHING_CHOSEN, now, subscribed=False).text.splitlines()

    assert f"• <b>{until}" in lines


def test_a_day_without_a_year_counts_none(bridge):
    day = bridge.anniversaries[0].model_copy(update={"year": None})
    content = bridge.model_copy(update={"anniversaries": (day,)})

    assert (
        "— Day of the flood, today"
        in subscription.upcoming(content, "en", NOTHING_CHOSEN, at(3, 2), subscribed=True).text
    )


def test_days_that_a_chat_must_choose_are_not_promised(document):
    content = document().content  # its only day is `default: no`

    assert (
        subscription.upcoming(content, "en", NOTHING_CHOSEN, at(3, 1), subscribed=True).text
        == "No days of remembrance are planned."
    )
    assert "flood" not in subscription.subscribed(content, "en", NOTHING_CHOSEN, at(3, 1), new=True).text


@pytest.mark.parametrize(("new", "words"), [(True, "You are subscribed."), (False, "You are subscribed already.")])
def test_subscribing_says_what_comes_when_and_how_to_stop(bridge, new, words):
    message = subscription.subscribed(bridge, "en", NOTHING_CHOSEN, at(3, 1), new=new)

    assert message.text.startswith(f"<b>{words}</b>")
    assert "When: on the day, at 09:00\nTime zone: Berlin (nobody chose one here: /timezone)\n" in message.text
    assert "• <b>2 March 2026</b> — Day of the flood (116 years)\n" in message.text
    assert "/unsubscribe stops all of it at once" in message.text


def test_only_who_is_not_subscribed_is_offered_it(bridge):
    assert (
        subscription.upcoming(bridge, "en", NOTHING_CHOSEN, at(3, 1), subscribed=True).buttons[-1][0].data
        == "+reminders"
    )
    assert (
        subscription.upcoming(bridge, "en", NOTHING_CHOSEN, at(3, 1), subscribed=False).buttons[0][0].data
        == "+subscribe"
    )
    assert subscription.unsubscribed("en", was_subscribed=True).buttons[0][0].data == "+subscribe"


def test_the_dates_are_those_of_the_chats_own_clock(bridge):
    honolulu = ChatSettings(zone="Pacific/Honolulu")  # ten hours behind UTC

    assert "(116 years), tomorrow" in subscription.upcoming(bridge, "en", honolulu, at(3, 2, 9), subscribed=True).text
    assert "(116 years), today" in subscription.upcoming(bridge, "en", honolulu, at(3, 2, 10), subscribed=True).text


def test_only_the_days_that_the_chat_keeps_are_listed(bridge):
    without = ChatSettings(anniversaries={"flood-day": False})

    assert subscription.kept(bridge, NOTHING_CHOSEN) == list(bridge.anniversaries)
    assert subscription.kept(bridge, without) == subscription.kept(bridge, ChatSettings(big_only=True)) == []


def test_what_the_chat_chose_is_said(bridge):
    chosen = ChatSettings(zone="Asia/Baku", hour=7, notices={Notice.WEEK: True, Notice.DAY: False})
    text = subscription.subscribed(bridge, "en", chosen, at(3, 1), new=True).text

    assert "When: a week before, at 07:00\nTime zone: Baku\nDays: 1 of 1\n" in text


def test_an_admin_reads_how_many_are_reminded_and_how_long_that_takes(bridge):
    forecast = {"flood-day": Forecast(2000, at(3, 1, 20), at(3, 2, 8))}
    text = subscription.upcoming(bridge, "en", NOTHING_CHOSEN, at(3, 1), subscribed=True, forecasts=forecast).text
    first, last = "1 March 2026 at 21:00 (Europe/Berlin time)", "2 March 2026 at 09:00 (Europe/Berlin time)"

    assert f"   2,000 chats: the first on {first}, the last on {last}\n" in text
