"""A reminder as members read it."""

import datetime as dt

import pytest

from outreachbot.domain.content.model import Anniversary, Notice
from outreachbot.domain.messages.message import MAX_CAPTION, MAX_TEXT, shown_length
from outreachbot.domain.reminders.schedule import Group, Item, Occurrence
from outreachbot.views.reminders import reminder

BERLIN = Group("Europe/Berlin", 9)
SILENCE = {"at": "00:30", "zone": "Asia/Baku", "place": {"en": "the old town"}}


def item(content, year=2026, notice=Notice.DAY, **changes):
    """A notice of the bridge's only day, with these fields of it changed."""
    plain = content.anniversaries[0].model_dump(mode="json") | {"date": "03-02"}
    return Item(Occurrence(Anniversary.model_validate(plain | changes), dt.date(year, 3, 2)), notice)


def said(content, year=2026, notice=Notice.DAY, zone="Europe/Berlin", hour=9, **changes):
    return reminder.reminder(content, "en", [item(content, year, notice, **changes)], Group(zone, hour))


def data(message):
    return [[button.data for button in row] for row in message.buttons]


def test_it_says_what_is_remembered_and_how_long_ago_it_was(bridge):
    assert said(bridge).text.split("\n\n") == [
        "<b>Day of the flood</b>\n2 March 2026 · 116 years ago",
        "On this day the bridge fell.",
        "<i>Herald press (not checked)</i>",
    ]
    assert "· 1 year ago" in said(bridge, 1911).text


def test_before_the_day_it_says_how_long_until_then(bridge):
    assert "\nTomorrow: 2 March 2026 · 116 years on\n" in said(bridge, notice=Notice.EVE).text
    assert "\nIn a week: 2 March 2026 · 116 years on\n" in said(bridge, notice=Notice.WEEK).text


@pytest.mark.parametrize("notice", list(Notice))
def test_a_round_anniversary_is_called_by_its_number(bridge, notice):
    for year, name in ((1935, "25th"), (1920, "10th"), (2010, "100th"), (2020, "110th")):
        assert f"2 March {year} · the {name} anniversary\n" in said(bridge, year, notice).text


def test_of_a_night_both_dates_are_said(bridge):
    assert "\nthe night from 1 March to 2 March 2026 · 116 years ago\n" in said(bridge, night=True).text


@pytest.mark.parametrize(
    ("zone", "here"),
    [
        ("Asia/Baku", ""),
        ("Asia/Dubai", ""),  # another zone, the same clock
        ("Asia/Tokyo", " (05:30 your time)"),
        ("Europe/Berlin", " (1 March, 21:30 your time)"),
    ],
)
def test_a_moment_of_silence_is_said_by_both_clocks_where_they_differ(bridge, zone, here):
    text = said(bridge, notice=Notice.WEEK, zone=zone, silence=SILENCE).text

    assert f"\n\nA moment of silence is kept at 00:30 in the old town{here}.\n\n" in text


@pytest.mark.parametrize(
    ("zone", "hour", "verb"),
    [
        ("America/New_York", 9, "was"),  # 08:00 there
        ("Asia/Baku", 17, "is"),
        ("Asia/Baku", 18, "was"),
        ("Asia/Tokyo", 9, "is"),
    ],
)
def test_a_moment_of_silence_that_is_over_at_the_chats_hour_was_kept(bridge, zone, hour, verb):
    at_five = SILENCE | {"at": "17:00"}

    assert f"A moment of silence {verb} kept at 17:00" in said(bridge, zone=zone, hour=hour, silence=at_five).text
    assert "A moment of silence is kept at 17:00" in said(bridge, 2026, Notice.WEEK, zone, hour, silence=at_five).text


def test_a_night_begins_on_the_evening_before(bridge):
    night = "the night from 1 March to 2 March 2026 · 116 years on\n"

    assert f"\nTonight: {night}" in said(bridge, notice=Notice.EVE, night=True).text
    assert f"\nIn a week: {night}" in said(bridge, notice=Notice.WEEK, night=True).text


def test_several_notices_are_one_message_with_a_skip_button_where_more_follow(bridge):
    other = {"id": "other", "title": {"en": "The day of the other bridge with a long name"}}
    both = [item(bridge, notice=Notice.WEEK), item(bridge, notice=Notice.EVE, **other), item(bridge, id="third")]
    message = reminder.reminder(bridge, "en", both, BERLIN)
    skips = [button for row in message.buttons for button in row if button.data.startswith("+skip")]

    assert message.text.count("Herald press") == 3
    assert [button.data for button in skips] == ["+skip:flood-day:2026", "+skip:other:2026"]
    assert [button.label for button in skips] == [
        "Skip 2026: Day of the flood",
        "Skip 2026: The day of the other br…",
    ]


def test_a_skip_names_the_year_of_the_day_not_the_current_one(bridge):
    new_year = Item(Occurrence(bridge.anniversaries[0], dt.date(2027, 1, 3)), Notice.WEEK)
    message = reminder.reminder(bridge, "en", [new_year], BERLIN)

    assert "Skip 2027" in [button.label for row in message.buttons for button in row]


def test_a_title_on_a_button_is_as_it_is_written(bridge):
    both = [item(bridge, notice=Notice.WEEK, id=name, title={"en": 'Ali\'s "A & B" <day>'}) for name in ("one", "two")]
    labels = [button.label for row in reminder.reminder(bridge, "en", both, BERLIN).buttons for button in row]

    assert labels.count('Skip 2026: Ali\'s "A & B" <day>') == 2


def test_a_picture_is_shown_above_what_fits_below_it(bridge):
    assert [media.name for media in said(bridge, picture="bridge.jpg").media] == ["bridge.jpg"]
    assert said(bridge, picture="bridge.jpg", text={"en": "x" * MAX_CAPTION}).media == ()


def test_without_a_year_nothing_is_counted(bridge):
    day = bridge.anniversaries[0].model_copy(update={"year": None})
    text = reminder.reminder(bridge, "en", [Item(Occurrence(day, dt.date(2026, 3, 2)), Notice.DAY)], BERLIN).text

    assert text.startswith("<b>Day of the flood</b>\n2 March 2026\n\n")


def test_it_leads_to_its_facts_to_the_campaign_to_the_settings_and_out(bridge):
    places = [["+facts:fall", "+timeline"], ["+campaign"], ["+reminders", "+unsubscribe"]]

    assert data(said(bridge)) == places
    assert data(said(bridge, notice=Notice.EVE)) == [*places[:2], ["+skip:flood-day:2026"], places[2]]
    assert data(said(bridge, topic=None))[0][0] == "+facts"


def test_it_is_said_in_every_language(bridge):
    assert list(reminder.reminder_in_all_languages(bridge, [item(bridge)], BERLIN)) == ["en", "de"]


def test_admins_read_how_many_chats_a_notice_came_too_late_for(bridge):
    late = {"flood-day:2026-03-02:eve": 2000, "gone-day:2026-03-01:day": 1}
    text = reminder.late_alert(bridge, "en", late).text

    assert "\n• Day of the flood, 2 March 2026 (the day before): 2,000 chats\n" in text
    assert "\n• gone-day, 1 March 2026 (on the day): 1 chat\n" in text


@pytest.mark.parametrize("lengths", [[3000, 900], [3000, 3000, 20], [1500] * 5, [10] * 80])
def test_days_too_long_for_one_message_are_named_as_far_as_they_fit(bridge, lengths):
    items = [
        item(bridge, title={"en": f"Day {number}"}, text={"en": "x" * length}) for number, length in enumerate(lengths)
    ]
    message = reminder.reminder(bridge, "en", items, BERLIN)

    assert shown_length(message.text) <= MAX_TEXT
    assert message.text.startswith("<b>Day 0</b>")
    assert "x" * lengths[0] in message.text
    if len(lengths) < 10:
        assert all(f"<b>Day {number}</b>" in message.text for number in range(len(lengths)))


def test_days_that_fit_in_one_message_are_shown_in_full(bridge):
    items = [item(bridge, title={"en": f"Day {number}"}, text={"en": "x" * 900}) for number in range(4)]

    assert reminder.reminder(bridge, "en", items, BERLIN).text.count("x" * 900) == 4
