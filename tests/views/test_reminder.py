"""A reminder as members read it."""

import datetime as dt

from outreachbot.domain.schedule import Occurrence
from outreachbot.views import reminder


def said(content, year=2026, **changes):
    anniversary = content.anniversaries[0].model_copy(update=changes)
    return reminder.on_the_day(content, "en", Occurrence(anniversary, dt.date(year, 3, 2)))


def test_it_says_what_is_remembered_and_how_long_ago_it_was(bridge):
    assert said(bridge).text.split("\n\n") == [
        "<b>Day of the flood</b>\n2 March 2026 · 116 years ago",
        "On this day the bridge fell.",
        "<i>Herald press (not checked)</i>",
    ]
    assert "· 1 year ago" in said(bridge, 1911).text


def test_without_a_year_nothing_is_counted(bridge):
    day = bridge.anniversaries[0].model_copy(update={"year": None})
    text = reminder.on_the_day(bridge, "en", Occurrence(day, dt.date(2026, 3, 2))).text

    assert text.startswith("<b>Day of the flood</b>\n2 March 2026\n\n")


def test_it_leads_to_its_facts_to_the_campaign_and_out(bridge):
    data = [[button.data for button in row] for row in said(bridge).buttons]
    without_topic = said(bridge, topic=None).buttons[0][0]

    assert data == [["+facts:fall", "+campaign"], ["+unsubscribe"]]
    assert without_topic.data == "+facts"


def test_it_is_said_in_every_language(bridge):
    occurrence = Occurrence(bridge.anniversaries[0], dt.date(2026, 3, 2))

    assert list(reminder.in_every_language(bridge, occurrence)) == ["en", "de"]
