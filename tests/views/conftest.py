"""Content for tests of views: a small one about a bridge, the same with special characters, and every message."""

import datetime as dt
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.broadcasts.timing import LocalHour, Moment, Past
from outreachbot.domain.callbacks.broadcasts import Clock
from outreachbot.domain.content import difference as content_difference
from outreachbot.domain.content import file
from outreachbot.domain.content.file import Document, SavedFile
from outreachbot.domain.content.model import Content, Correction, Notice
from outreachbot.domain.delivery.message import OutboxMessage
from outreachbot.domain.delivery.states import WAVE_MISSED, DeliveryState, MessageKind, MessageState, Reason, Tally
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.links import DEAD, LinkCheck, LinkState
from outreachbot.domain.messages.message import Media, MediaKind, Message, escape
from outreachbot.domain.places import index as gazetteer
from outreachbot.domain.reminders import schedule
from outreachbot.domain.reminders.schedule import Group, Item
from outreachbot.domain.reminders.settings import ChatSettings, Quiet
from outreachbot.domain.reports import Refusal
from outreachbot.errors import Unreadable
from outreachbot.views import reports
from outreachbot.views.broadcasts import audience as audience_views
from outreachbot.views.broadcasts import confirm as preflight
from outreachbot.views.broadcasts import replies, status
from outreachbot.views.broadcasts import schedule as calendar
from outreachbot.views.broadcasts.confirm import BroadcastPlan
from outreachbot.views.broadcasts.status import MessageStatus
from outreachbot.views.content import changes as live
from outreachbot.views.content import refusals as refused
from outreachbot.views.content.changes import VersionLine as Version
from outreachbot.views.pages import campaign, corrections, facts, figures, info, timeline
from outreachbot.views.reminders import reminder, settings, subscription, timezone
from tests.support.paths import BRIDGE_CONTENT

HOSTILE = "<b>&\"'</i> **bold *both* [site](https://a.example/?a=1&b=2) [x] {0} {query} %s \\* &amp; 😀"
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
ID = 10**15 - 1  # the longest id of a message that a button can name

Documents = Callable[..., Document]


@pytest.fixture(scope="session")
def document() -> Documents:
    """The bridge's file, with each first text replaced by its second."""

    def read(*changes: tuple[str, str]) -> Document:
        text = BRIDGE_CONTENT.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return file.read_content(text.encode(), "content.yaml")

    return read


@pytest.fixture(scope="session")
def bridge(document: Documents) -> Content:
    return document(("    default: no\n", "")).content


@pytest.fixture(scope="session")
def hostile(bridge: Content) -> Content:
    """The bridge's content, with characters special to HTML, markup or formatting in every text and name."""
    return Content.model_validate(_spoilt(bridge.model_dump(mode="json")))


def _spoilt(value: Any, key: str = "") -> Any:
    if isinstance(value, dict) and value and set(value) <= {"en", "de"}:
        return {language: f"{HOSTILE} {text}" for language, text in value.items()}
    if key == "date" and isinstance(value, dict):
        parts = [value[part] for part in ("year", "month", "day") if value.get(part)]
        return "-".join(f"{part:02}" for part in parts)
    if isinstance(value, dict):
        return {name: _spoilt(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_spoilt(part) for part in value]
    return {"title": HOSTILE, "publisher": HOSTILE, "url": "https://a.example/?a=1&b='2'"}.get(key, value)


@pytest.fixture(scope="session")
def corrected(bridge: Content) -> Content:
    """The bridge's content, with one fact corrected twice and the other on the day before."""
    why = {"en": "A **misreading** of [the page](https://a.example/)"}
    stones = [
        Correction(on="2024-02-29", was={"en": "No stones"}, why=why),
        Correction(on="2026-05-03", was={"en": "**Few** <stones> \\*"}, why=why),
    ]
    return with_corrections(bridge, [stones, [Correction(on="2026-05-02", was={"en": "A fire"}, why=why)]])


def with_corrections(content: Content, corrections: Sequence[Sequence[Correction]]) -> Content:
    """The content with these corrections of its first facts, in order."""
    facts = list(content.facts)
    for index, those in enumerate(corrections):
        facts[index] = facts[index].model_copy(update={"corrected": tuple(those)})
    return Content.model_validate(content.model_dump() | {"facts": tuple(facts)})


@pytest.fixture(scope="session")
def everything() -> Callable[[Content], list[Message]]:
    """Every message that can be rendered from a content, in each of its languages."""
    said: dict[int, list[Message]] = {}

    def of(content: Content) -> list[Message]:
        if id(content) not in said:
            said[id(content)] = [message for language in content.languages for message in _said(content, language)]
        return said[id(content)]

    return of


def _said(content: Content, language: str) -> Iterator[Message]:
    yield info.welcome(content, language)
    yield info.help_text(content, language, admin=True)
    yield info.help_text(content, language, in_group=True)
    yield info.about(content, language)
    yield info.privacy(content, language)
    yield info.request_failed(language)
    yield campaign.campaign(content, language)
    yield campaign.letter(content, language)
    for state in DEAD:
        yield campaign.link_is_dead(content, language, LinkCheck(f"https://a.example/?{HOSTILE}", state, "HTTP 404"))
    yield campaign.link_is_well(content, language, LinkCheck(f"https://a.example/?{HOSTILE}", LinkState.OK))
    yield facts.fact_not_found(content, language)
    words = ["", HOSTILE, "<" * 500, *(content.say(topic.title, language) for topic in content.topics)]
    yield from (facts.answer_query(content, language, query) for query in [*words, "the", "it"])
    yield from (facts.fact_page(content, language, fact) for fact in content.facts)
    yield from (
        timeline.answer_query(content, language, query) for query in ["", HOSTILE, "0001", "1841", "9999-12-31"]
    )
    yield from (timeline.page_at(content, language, first) for first in range(len(content.timeline) + 1))
    yield from _pictured(content, language)
    yield from _of_corrections(content, language)
    yield from _of_reports(content, language)
    for new, own in itertools.product((True, False), _choices(content)):
        yield subscription.subscribed(content, language, own, NOW, new=new)
        yield subscription.unsubscribed(language, was_subscribed=new)
        yield subscription.upcoming(content, language, own, NOW.date(), subscribed=new)
        yield timezone.zone_set(content, language, own, subscribed=new)
        yield settings.settings_menu(content, language, own, subscribed=new)
        yield settings.days_menu(content, language, own)
        yield settings.quiet_menu(content, language, own)
    yield from _of_reminders(content, language)
    yield from _of_clocks(language)
    yield from _of_places(language)
    yield from _of_broadcasts(content, language)
    yield from _of_versions(content, language)


def _pictured(content: Content, language: str) -> Iterator[Message]:
    """Whole and in parts."""
    for fact in content.facts:
        for first in range(len(fact.figures)):
            if chart := figures.figure_chart(content, language, fact, first):
                yield figures.chart_page(content, language, fact, first, chart, len(chart.bars))
                yield figures.chart_page(content, language, fact, first, chart, 1)
    for first in range(len(content.timeline)):
        if strip := timeline.timeline_strip(content, language, first):
            yield timeline.strip_page(content, language, first, strip, len(strip.events))
            yield timeline.strip_page(content, language, first, strip, 1)


def _choices(content: Content) -> Iterator[ChatSettings]:
    """Settings of chats that chose nothing, everything and the opposite."""
    yield ChatSettings()
    for on in (True, False):
        days, notices = dict.fromkeys(content.anniversary_by_id, on), dict.fromkeys(Notice, on)
        yield ChatSettings("Asia/Ust-Nera", 23, on, notices, days, frozenset(), not on, on, Quiet(22, 7))


def _of_reminders(content: Content, language: str) -> Iterator[Message]:
    occurrences = schedule.list_upcoming(content.anniversaries, NOW.date())
    for occurrence, notice in itertools.product(occurrences, Notice):
        yield reminder.reminder(content, language, [Item(occurrence, notice)], Group("Pacific/Kiritimati", 23))
    two = [Item(occurrence, notice) for notice in (Notice.WEEK, Notice.EVE) for occurrence in occurrences][-2:]
    yield reminder.reminder(content, language, two, Group(content.zone, 0))
    yield reminder.preview_usage(content, language, HOSTILE)
    yield reminder.preview_usage(content, language, "")
    keys = [Item(occurrence, notice).key for occurrence, notice in itertools.product(occurrences, Notice)]
    yield reminder.late_alert(content, language, dict.fromkeys(["no-such:2026-03-01:day", *keys], 12_345))
    yield replies.reminders(language, [("2026-03-01", tally) for tally in TALLIES])
    yield replies.reminders(language, [])


def _of_corrections(content: Content, language: str) -> Iterator[Message]:
    yield corrections.page_at(content, language, 0)
    long = {"en": f"**{HOSTILE}** " * 6}
    texts = [content.facts[0].claim, long]
    some = [Correction(on=f"2026-05-{n + 1:02}", was=texts[n % 2], why=texts[1 - n % 2]) for n in range(7)]
    changed = with_corrections(content, [some[:2], some])
    yield facts.fact_page(changed, language, changed.facts[0])
    yield from (corrections.page_at(changed, language, first) for first in range(10))


def _of_reports(content: Content, language: str) -> Iterator[Message]:
    notices = ("", reports.text_wanted(language), reports.too_long(language, 1000))
    words, answer = HOSTILE * 12, escape(HOSTILE) * 20
    for fact_id, notice in itertools.product([content.facts[-1].id, content.facts[0].id], notices):
        yield reports.ask_for_report(content, language, fact_id, notice)
        yield reports.ask_for_answer(language, ID, notice)
    yield reports.thanks(language)
    for why, written in itertools.product(Refusal, (True, False)):
        yield reports.report_refused(language, "x" * 32, why, written=written)
    for fact_id in (content.facts[-1].id, "x" * 32):
        for ignored in (True, False):
            yield reports.report_alert(content, language, ID, fact_id, 2**52, words, ignored=ignored)
        yield reports.answer_message(content, language, fact_id, words, answer)
    yield reports.answer_arrived(language, ID)
    yield reports.answer_blocked(language, ID)
    yield reports.answer_refused(language, ID, HOSTILE)
    yield reports.answer_not_sent(language, ID)
    yield reports.answer_uncertain(language, ID)


def _of_clocks(language: str) -> Iterator[Message]:
    for hour in (0, 23):
        yield settings.hours_menu(language, hour)
        yield settings.quiet_end_menu(language, hour)
    yield settings.skipped(language, HOSTILE, 2026, 2027)


def _of_places(language: str) -> Iterator[Message]:
    codes = gazetteer.list_countries(language, ("AZ", "GB"))
    yield from (
        timezone.country_menu(language, codes, NOW, "Asia/Baku", is_chosen=is_chosen) for is_chosen in (True, False)
    )
    yield from (timezone.city_menu(language, code, gazetteer.list_clocks(code)) for code in [*codes, "US", "RU", "ZZ"])
    yield from (
        timezone.match_menu(language, name, gazetteer.find_places(name))
        for name in ("Baku", "London", HOSTILE, "x" * 4000)
    )
    yield timezone.ask_for_place(language)
    for zone in ("Pacific/Kiritimati", "America/Argentina/ComodRivadavia", "Etc/GMT+12", "UTC"):
        yield timezone.confirm_zone(language, HOSTILE, zone, NOW)


def _of_broadcasts(content: Content, language: str) -> Iterator[Message]:
    yield preflight.ask_for_message(language)
    yield preflight.ask_correction(language, ID)
    yield preflight.with_unsubscribe(language, info.privacy(content, language))
    yield preflight.with_unsubscribe(
        language, Message(media=(Media(MediaKind.PHOTO, "a"), Media(MediaKind.VIDEO, "b")))
    )
    for plan in _plans(content):
        yield preflight.question(language, content, plan, NOW)
        yield audience_views.audience_menu(language, content, plan, ["en", "de", "tlh", "no-such"], ["A_z-9" * 12, "b"])
    yield from _of_moments(content, language)
    yield from _answers(language)
    for state, tally in itertools.product(MessageState, TALLIES):
        for shown in _statuses(state, tally):
            yield status.progress(language, shown)
            yield status.ledger(language, shown)
            yield status.paused_alert(language, shown)


def _of_versions(content: Content, language: str) -> Iterator[Message]:
    other = content.model_copy(update={"facts": content.facts[:1], "welcome": {"en": HOSTILE}, "hour": 3})
    for new, readers in ((content, 0), (other, 0), (other.model_copy(update={"languages": ("en", "tr")}), 12_345)):
        found = content_difference.compare_contents(content, new)
        yield live.proposal(language, "k" * 20, found, {"en": 1, "az": 12}, [HOSTILE] * 9, readers)
    yield from (
        live.unchanged(language),
        live.discarded(language),
        live.overtaken(language),
        refused.admins_only(language),
        refused.other_ending(language),
        Message(refused.is_broadcast(language)),
    )
    for faults in ([HOSTILE], [HOSTILE * 5] * 300, [*["x"] * 200, "and 12345 more"]):
        yield refused.fault_list(language, faults)
    yield from (refused.unreadable(language, HOSTILE, why) for why in Unreadable)
    yield refused.too_large(language, HOSTILE, 10_000_000)
    for kept in (
        SavedFile(HOSTILE),
        SavedFile(HOSTILE, written=False, why=Unreadable.DISK),
        SavedFile(HOSTILE, beside=HOSTILE),
    ):
        yield live.is_live(language, kept)
    versions = [Version(ID - n, NOW, by, changes, n == 0) for n, (by, changes) in enumerate([(2**53, 1), (None, None)])]
    yield live.version_list(language, content.zone, versions, ID, 2**53)
    yield live.version_list(language, content.zone, [], None, ID)


def _plans(content: Content) -> Iterator[BroadcastPlan]:
    audiences = [BroadcastAudience(), _narrowed(content), BroadcastAudience(kinds=("channel",), joined="A_z-9" * 12)]
    moments = [None, Moment(NOW + dt.timedelta(days=100)), *(LocalHour(NOW.date(), 0, past) for past in Past)]
    counts: list[dict[str, int]] = [{}, {"private": 1}, {"private": 12_345, "group": 1, "supergroup": 2, "channel": 3}]
    kinds = [MessageKind.BROADCAST, MessageKind.CORRECTION, MessageKind.DELETION]
    by_zone = {"Pacific/Midway": 12_345, "Asia/Tokyo": 1}
    for kind, audience, timing, by_kind, large in itertools.product(kinds, audiences, moments, counts, [False, True]):
        yield BroadcastPlan(
            OutboxMessage(ID, kind, MessageState.DRAFT, audience=audience, timing=timing),
            *(sum(by_kind.values()), by_kind, {"en": 7, "de": 1, "": 2, "no-such": 1}),
            by_zone if isinstance(timing, LocalHour) else {},
            *(0.5 if large else 30.0, 30.0 if large else 0.0, 3 if large else 1),
        )


def _narrowed(content: Content) -> BroadcastAudience:
    """Narrowed by every criterion."""
    anniversary = content.anniversaries[0].id
    kinds = ("private", "group", "supergroup", "channel")
    return BroadcastAudience(
        languages=("en", "de", "no-such"), kinds=kinds, anniversary=anniversary, joined="A_z-9" * 12
    )


def _of_moments(content: Content, language: str) -> Iterator[Message]:
    yield calendar.time_menu(language, ID, content.zone)
    for way in Clock:
        yield calendar.day_menu(language, ID, way, NOW.date())
        yield calendar.hour_menu(language, ID, way, NOW.date())
    yield calendar.minute_menu(language, ID, NOW.date(), 23)
    yield from (calendar.passed_menu(language, ID, NOW.date(), 23, zones) for zones in (1, 400))


def _answers(language: str) -> Iterator[Message]:
    yield replies.preview_failed(language, HOSTILE)
    yield replies.preview_failed(language, "")
    yield replies.discarded(language)
    yield replies.nothing_to_cancel(language)
    yield replies.text_only(language)
    yield replies.bad_button(language, HOSTILE)
    yield replies.consent_request(language, ID, str(2**53), "It goes to 3 chats.")
    for missing in (0, 1, 5):
        yield replies.awaiting_consent(language, ID, missing, [2**53] * missing)
        yield replies.consented(language, missing)
    yield replies.objected(language, str(2**53))
    lines = [
        (OutboxMessage(OutboxId(ID - n), kind, state, of_id=ID, started_at=NOW), tally)
        for n, (kind, state, tally) in enumerate(_EVERY)
    ]
    for first in range(0, len(lines), 8):
        yield replies.broadcast_list(language, "Europe/Berlin", lines[first : first + 8], ID, newer=True)
    yield replies.broadcast_list(language, "Europe/Berlin", [], None, newer=False)


def _statuses(state: MessageState, tally: Tally) -> Iterator[MessageStatus]:
    reasons = [(DeliveryState.FAILED, reason, 3) for reason in Reason] + [(DeliveryState.FAILED, None, 1)]
    for kind in MessageKind:
        message = OutboxMessage(ID, kind, state, of_id=ID)
        paused = replace(message, state_reason=HOSTILE, queued_to=1, starts_at=NOW)
        missed = replace(message, state_reason=WAVE_MISSED, starts_at=NOW)
        in_waves = replace(message, starts_at=NOW, timing=LocalHour(NOW.date(), 9))
        plain = MessageStatus(message, tally, "Europe/Berlin")
        yield plain
        yield replace(plain, message=paused, per_second=0.04, silent_since=NOW)
        yield replace(plain, message=missed, per_second=1000.0, reasons=reasons, uncertain=range(50))
        yield replace(plain, message=in_waves, deleted=True)
        languages = [
            ("en", DeliveryState.SENT, 3),
            ("de", DeliveryState.FAILED, 1),
            ("", DeliveryState.SENT, 1),
            ("no-such", DeliveryState.SENT, 1),
        ]
        yield replace(plain, languages=languages, send_again=3, try_again=1, correctable=True, deletable=True)


TALLIES = [
    Tally(),
    Tally(1, 2, 3, 4, 5, 6),
    Tally(sent=3, uncertain=50),
    Tally(10**6, 10**6, 10**6, 10**6, 10**6, 10**6),
]
_EVERY = list(itertools.product(MessageKind, MessageState, TALLIES))
