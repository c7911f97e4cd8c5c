"""Callback data: every action survives the round trip through Telegram, including that of older versions' buttons."""

import datetime as dt
import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreachbot.domain.broadcasts.timing import Past
from outreachbot.domain.callbacks import (
    admins,
    broadcasts,
    decode,
    decode_payload,
    encode,
    encode_payload,
    fields,
    pages,
    reminders,
)
from outreachbot.domain.callbacks.broadcasts import ChatGroup, Clock
from outreachbot.domain.callbacks.codec import first_word, get_prefix, list_kinds
from outreachbot.domain.content import values
from outreachbot.domain.content.model import Notice
from outreachbot.domain.messages.message import MAX_CALLBACK_BYTES

LONGEST_ID = "a" * 32
ids = st.from_regex("[a-z0-9]{1,32}|[a-z0-9]{1,15}-[a-z0-9]{1,16}", fullmatch=True)
rows = st.integers(1, 10**15 - 1)
VALUES: dict[object, st.SearchStrategy[object]] = {
    values.Id: ids | st.just(LONGEST_ID),
    values.Language: st.from_regex("[a-z]{2}", fullmatch=True),
    values.Country: st.from_regex("[A-Z]{2}", fullmatch=True),
    fields.Number: st.integers(0, 10**15 - 1),
    fields.RowId: rows,
    fields.MessageRowId: rows,
    fields.PersonId: st.integers(1, 2**52),
    fields.Hour: st.integers(0, 23),
    fields.Minute: st.integers(0, 59),
    fields.Year: st.integers(1000, 9999),
    fields.Day: st.dates(dt.date(2000, 1, 1), dt.date(2999, 12, 31)),
    fields.ZoneName: st.sampled_from(sorted(values.known_zones())),
    fields.LanguageTag: st.sampled_from(["en", "tlh", "zh-hant"]),
    fields.DraftKey: st.from_regex("[A-Za-z0-9_-]{8,32}", fullmatch=True),
    fields.StartCodeHash: st.from_regex("[0-9a-f]{12}", fullmatch=True),
    bool: st.booleans(),
}


def strategy(hint):
    if hint in VALUES:
        return VALUES[hint]
    if args := [arg for arg in typing.get_args(hint) if arg is not type(None)]:
        return st.none() | strategy(args[0])
    return st.sampled_from(list(hint))  # an enum


def callbacks_of(kind):
    hints = typing.get_type_hints(kind, include_extras=True)
    return st.builds(kind, **{name: strategy(hint) for name, hint in hints.items()})


@pytest.mark.parametrize("kind", list_kinds(), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_callback_comes_back_as_it_was_sent(kind, data):
    callback, below = data.draw(callbacks_of(kind)), data.draw(st.booleans())
    encoded = encode(callback, below=below)

    assert len(encoded.encode()) <= MAX_CALLBACK_BYTES
    assert decode(encoded) == (callback, below)
    assert type(decode(encoded)[0]) is kind


OLD_BUTTONS = {
    "here": pages.StayHere(),
    "facts": pages.ShowTopics(),
    "facts:event": pages.ShowTopic("event"),
    "fact:deaths-hrw": pages.ShowFact("deaths-hrw"),
    "chart:deaths-hrw": pages.ShowChart("deaths-hrw"),
    "chart:deaths-hrw:5": pages.ShowChart("deaths-hrw", 5),
    "timeline": pages.ShowTimeline(),
    "timeline:0": pages.ShowTimeline(0),
    "timeline:5": pages.ShowTimeline(5),
    "strip:5": pages.ShowStrip(5),
    "corrections:0": pages.ShowCorrections(0),
    "corrections:5": pages.ShowCorrections(5),
    "report:event-night": pages.ReportMistake("event-night"),
    "campaign": pages.ShowCampaign(),
    "letter": pages.ShowLetter(),
    "subscribe": pages.Subscribe(),
    "unsubscribe": pages.Unsubscribe(),
    "calendar": pages.SendCalendar(),
    "language:fi": pages.SetLanguage("fi"),
    "reminders": reminders.ShowSettings(),
    "reminders:on.1": reminders.SwitchReminders(on=True),
    "reminders:on.0": reminders.SwitchReminders(on=False),
    "reminders:n.week.1": reminders.SwitchNotice(Notice.WEEK, on=True),
    "reminders:n.day.0": reminders.SwitchNotice(Notice.DAY, on=False),
    "reminders:b.1": reminders.SwitchBigOnly(on=True),
    "reminders:s.0": reminders.SwitchSilent(on=False),
    "reminders:a": reminders.ShowDays(),
    "reminders:a.khojaly.0": reminders.SwitchDay("khojaly", on=False),
    "reminders:h": reminders.ShowHours(),
    "reminders:h.9": reminders.SetReminderHour(9),
    "reminders:h.0": reminders.SetReminderHour(0),
    "reminders:q": reminders.ShowQuietHours(),
    "reminders:q.off": reminders.ClearQuietHours(),
    "reminders:q.22": reminders.ShowQuietEnds(22),
    "reminders:q.22.7": reminders.SetQuietHours(22, 7),
    "skip:khojaly:2026": reminders.SkipOccurrence("khojaly", 2026),
    "zone": reminders.ShowCountries(),
    "zone:t": reminders.AskForPlace(),
    "zone:c.AZ": reminders.ShowCities("AZ"),
    "zone:z.America/Argentina/Buenos_Aires": reminders.ProposeZone("America/Argentina/Buenos_Aires"),
    "zone:y.Asia/Baku": reminders.SetZone("Asia/Baku"),
    "reports:answer:7": admins.AnswerReport(7),
    "reports:ignore:7:11": admins.IgnoreReporter(7, 11),
    "reports:hear:7:11": admins.HearReporter(7, 11),
    "content:live:A_z-9x0y": admins.PutDraftLive("A_z-9x0y"),
    "content:discard:A_z-9x0y": admins.DiscardContentDraft("A_z-9x0y"),
    "content:file": admins.SendLiveFile(),
    "content:list:9": admins.ListVersions(9),
    "content:back:3": admins.ProposeVersion(3),
    "broadcast:list": broadcasts.ListBroadcasts(),
    "broadcast:list:10": broadcasts.ListBroadcasts(10),
    "broadcast:reminders": broadcasts.ListReminders(),
    "broadcast:open:7": broadcasts.OpenBroadcast(7),
    "broadcast:pause:7": broadcasts.PauseBroadcast(7),
    "broadcast:resume:7": broadcasts.ResumeBroadcast(7),
    "broadcast:now:7": broadcasts.StartMissedBroadcast(7),
    "broadcast:stop:7": broadcasts.StopBroadcast(7),
    "broadcast:uncertain:7": broadcasts.ResendUncertain(7),
    "broadcast:failed:7": broadcasts.RetryFailed(7),
    "broadcast:csv:7": broadcasts.SendTable(7),
    "broadcast:correct:7": broadcasts.CorrectBroadcast(7),
    "broadcast:delete:7": broadcasts.DeleteBroadcast(7),
    "broadcast:ask:7": broadcasts.ShowQuestion(7),
    "broadcast:send:7": broadcasts.ConfirmBroadcast(7),
    "broadcast:discard:7": broadcasts.DiscardDraft(7),
    "broadcast:consent:7": broadcasts.GiveConsent(7),
    "broadcast:object:7": broadcasts.RefuseConsent(7),
    "broadcast:whom:7": broadcasts.ShowAudience(7),
    "broadcast:whom:7:all": broadcasts.ClearAudience(7),
    "broadcast:whom:7:l.de": broadcasts.ToggleLanguage(7, "de"),
    "broadcast:whom:7:k.groups": broadcasts.ToggleChatGroup(7, ChatGroup.GROUPS),
    "broadcast:whom:7:a.0": broadcasts.ToggleAnniversary(7, 0),
    "broadcast:whom:7:c.9f86d081884c": broadcasts.ToggleStartCode(7, "9f86d081884c"),
    "broadcast:when:7": broadcasts.ShowTimes(7),
    "broadcast:when:7:now": broadcasts.ClearTime(7),
    "broadcast:when:7:m": broadcasts.ShowSendingDays(7, Clock.OPERATOR),
    "broadcast:when:7:h": broadcasts.ShowSendingDays(7, Clock.LOCAL),
    "broadcast:when:7:m.20261230": broadcasts.ShowSendingHours(7, Clock.OPERATOR, dt.date(2026, 12, 30)),
    "broadcast:when:7:h.20261230": broadcasts.ShowSendingHours(7, Clock.LOCAL, dt.date(2026, 12, 30)),
    "broadcast:when:7:m.20261230.09": broadcasts.ShowSendingMinutes(7, dt.date(2026, 12, 30), 9),
    "broadcast:when:7:m.20261230.09.05": broadcasts.SetMoment(7, dt.date(2026, 12, 30), 9, 5),
    "broadcast:when:7:h.20261230.09": broadcasts.SetLocalHour(7, dt.date(2026, 12, 30), 9),
    "broadcast:when:7:h.20261230.09.now": broadcasts.SetLocalHour(7, dt.date(2026, 12, 30), 9, Past.NOW),
    "broadcast:when:7:h.20261230.09.tomorrow": broadcasts.SetLocalHour(7, dt.date(2026, 12, 30), 9, Past.TOMORROW),
    "broadcast:when:7:h.20261230.09.skip": broadcasts.SetLocalHour(7, dt.date(2026, 12, 30), 9, Past.SKIP),
}
"""Data as buttons in chats hold it since the first version."""


@pytest.mark.parametrize("data", OLD_BUTTONS)
def test_an_old_button_still_does_what_it_did(data):
    callback = OLD_BUTTONS[data]

    assert decode(data) == (callback, False)
    assert type(decode(data)[0]) is type(callback)
    assert decode(f"+{data}") == (callback, True)
    assert (encode(callback), encode(callback, below=True)) == (data, f"+{data}")


def test_there_is_an_old_button_of_every_kind():
    assert {type(callback) for callback in OLD_BUTTONS.values()} == set(list_kinds())


FORGED = [
    *("", "+", "++facts", " facts", "facts ", "facts\n", "Facts", "facts:", "facts:a:b", "fact", "fact:", "fact:<b>"),
    *(
        "fact:A",
        "fact:a--b",
        "fact:-a",
        "fact:ä",
        f"fact:{'a' * 33}",
        "fact:a.b",
        "campaign:x",
        "subscribe:1",
        "here:1",
    ),
    *("timeline:-1", "timeline:x", "timeline:٣", "timeline:²", "timeline:007", "timeline:1_0", f"timeline:{10**15}"),
    *(
        "chart",
        "chart:a:",
        "chart:a:x",
        "chart:a:1:en",
        "strip",
        "strip:",
        "corrections:1.5",
        "language",
        "language:EN",
    ),
    *("language:eng", "report", "report:<b>", "reports", "reports:answer", "reports:answer:0", "reports:answer:x"),
    *("reports:ignore:1", "reports:ignore:1:x", "reports:hear:1:-5", f"reports:ignore:1:{2**53}", "content"),
    *("content:live", "content:live:x", "content:live:A_z.9x0y", "content:back:0", "content:list", "content:file:1"),
    *("reminders:", "reminders:x", "reminders:on", "reminders:on.2", "reminders:on.true", "reminders:on.1.1"),
    *(
        "reminders:n.never.1",
        "reminders:n.week",
        "reminders:a.A.1",
        "reminders:h.24",
        "reminders:h.-1",
        "reminders:h.07",
    ),
    *("reminders:h.²", "reminders:q.24", "reminders:q.1.24", "reminders:q.1.2.3", "reminders:q.on", "reminders.q"),
    *("skip", "skip:a", "skip:a:26", "skip:a:20260", "skip:a:²²²²", "skip:a:0000", "zone:x", "zone:c.az", "zone:c.AZE"),
    *("zone:c.<b>", "zone:y.", "zone:y.../etc", "zone:y./etc", "zone:y.a b", "zone:z.Asia/", "broadcast", "broadcast:"),
    *("broadcast:open", "broadcast:open:0", "broadcast:open:-7", "broadcast:open:7.5", "broadcast:open:٧"),
    *(f"broadcast:open:{10**15}", "broadcast:open:+7", "broadcast:fly:7", "broadcast:list:", "broadcast:send:7:x"),
    *(
        "broadcast:whom:7:",
        "broadcast:whom:7:x",
        "broadcast:whom:7:k.bots",
        "broadcast:whom:7:a.",
        "broadcast:whom:7:a.x",
    ),
    *("broadcast:whom:7:a.-1", "broadcast:whom:7:c.x", "broadcast:whom:7:c.9F86D081884C", "broadcast:whom:7:l.<b>"),
    *("broadcast:when:7:", "broadcast:when:7:x", "broadcast:when:7:now.x", "broadcast:when:7:m.2026"),
    *("broadcast:when:7:m.20261301", "broadcast:when:7:m.2026311", "broadcast:when:7:m.20260229"),
    *("broadcast:when:7:m.20260311.24", "broadcast:when:7:m.20260311.9", "broadcast:when:7:m.20260311.09.60"),
    *(
        "broadcast:when:7:m.20260311.09.00.00",
        "broadcast:when:7:h.20260310.10.never",
        "broadcast:when:7:h.20260310.10.",
    ),
    *("broadcast:when:7:m.00010101", "broadcast:when:7:h.99991231.23", "no such button", "drop table"),
]


@pytest.mark.parametrize("data", FORGED)
def test_data_that_no_button_holds_means_nothing(data):
    assert decode(data) is None


@given(st.text(max_size=64) | st.from_regex("(broadcast|reminders|zone|facts|reports):[a-z]*[:.][0-9a-z:.]*"))
def test_whatever_a_press_sends_it_is_the_data_of_a_button_or_means_nothing(data):
    found = decode(data)

    assert found is None or encode(found[0], below=found[1]) == data


@pytest.mark.parametrize(
    ("payload", "callback"),
    [
        ("facts", pages.ShowTopics()),
        ("facts_event", pages.ShowTopic("event")),
        ("fact_deaths-hrw", pages.ShowFact("deaths-hrw")),
        ("chart_deaths-hrw_5", pages.ShowChart("deaths-hrw", 5)),
        ("timeline", pages.ShowTimeline()),
        ("timeline_5", pages.ShowTimeline(5)),
        ("strip_5", pages.ShowStrip(5)),
        ("corrections", pages.ShowCorrections()),
        ("corrections_5", pages.ShowCorrections(5)),
        ("campaign", pages.ShowCampaign()),
        ("letter", pages.ShowLetter()),
        ("report_event-night", pages.ReportMistake("event-night")),
        ("calendar", pages.SendCalendar()),
    ],
)
def test_a_link_leads_where_its_button_does(payload, callback):
    assert encode_payload(callback) == payload
    assert decode_payload(payload) == callback


@pytest.mark.parametrize(
    "payload", ["", "leaflet", "campaign_x", "facts:event", "+facts", "reminders_on.1", "facts event"]
)
def test_another_payload_leads_nowhere(payload):
    assert decode_payload(payload) is None


def test_a_kind_is_known_by_how_its_data_begins():
    assert get_prefix(broadcasts.ConfirmBroadcast) == "broadcast:send:"
    assert [first_word(kind) for kind in (pages.ShowTopics, pages.ShowTimeline, pages.ShowFact)] == [
        "facts",
        "timeline",
        "fact",
    ]
