"""The menus of a draft: its audience and its timing."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.broadcasts.timing import LocalHour, Moment, Past
from outreachbot.domain.delivery.states import MessageState
from outreachbot.sandbox import people
from outreachbot.store.broadcasts import records
from outreachbot.store.database import connect
from outreachbot.views.broadcasts.audience import hash_start_code
from tests.support.harness import ADMIN, MEMBER, buttons

BAKU = ZoneInfo("Asia/Baku")  # the content's own
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=BAKU)
EVERYBODY = BroadcastAudience()
GROUPS = ("group", "supergroup")
LEAFLET, POSTER = (f"c.{hash_start_code(code)}" for code in ("leaflet", "poster"))


@pytest.fixture
def harness(harness):
    """Add an anniversary that reminds only chats that chose it."""
    quiet = harness.content.anniversaries[0].model_copy(update={"id": "quiet", "default": False})
    harness.content = harness.content.model_copy(update={"anniversaries": (*harness.content.anniversaries, quiet)})
    return harness


@pytest.fixture(autouse=True)
async def question(harness, write, subscribe):
    """The question below a draft for seven chats."""
    harness.clock.set(NOON)
    await subscribe(1, 2, 3)
    await subscribe(4, language="de", joined="leaflet")
    await subscribe(-5, kind="group")
    await subscribe(-1006, kind="supergroup", joined="poster")
    await subscribe(-1007, kind="channel")
    await write("/broadcast")
    return (await write("Dear friends"))[-1]


@pytest.fixture
def choose(harness, press, question):
    """Press these buttons in turn; return the message then shown in the question's place, and the last note."""

    async def choose(*arguments):
        note = {}
        for argument in arguments:
            note = await press(f"broadcast:{argument}", under=question)
        return harness.current(ADMIN, question), note["text"]

    return choose


@pytest.fixture
def draft(context):
    async def draft():
        async with connect.reading(context.db) as db:
            broadcast = await records.find(db, 1)
        assert broadcast is not None
        return broadcast.message

    return draft


def data(message):
    return [button["callback_data"] for button in buttons(message)]


@pytest.mark.parametrize(
    ("presses", "audience", "chats"),
    [
        ([""], EVERYBODY, 7),
        (["l.de"], BroadcastAudience(languages=("de",)), 1),
        (["l.de", "l.en"], BroadcastAudience(languages=("de", "en")), 7),
        (["l.de", "l.en", "l.de"], BroadcastAudience(languages=("en",)), 6),
        (["k.members"], BroadcastAudience(kinds=("private",)), 4),
        (["k.groups"], BroadcastAudience(kinds=GROUPS), 2),
        (["k.channels", "k.groups"], BroadcastAudience(kinds=("channel", *GROUPS)), 3),
        (["k.groups", "k.groups"], EVERYBODY, 7),
        ([LEAFLET], BroadcastAudience(joined="leaflet"), 1),
        ([LEAFLET, POSTER], BroadcastAudience(joined="poster"), 1),
        ([LEAFLET, LEAFLET], EVERYBODY, 7),
        (["a.0"], BroadcastAudience(anniversary="khojaly"), 7),
        (["a.0", "a.0"], EVERYBODY, 7),
        (["l.de", "k.members", LEAFLET], BroadcastAudience(languages=("de",), kinds=("private",), joined="leaflet"), 1),
        (["l.de", "k.channels"], BroadcastAudience(languages=("de",), kinds=("channel",)), 0),
        (["l.de", "k.channels", "all"], EVERYBODY, 7),
    ],
)
async def test_each_press_narrows_the_audience_or_takes_that_back(choose, draft, presses, audience, chats):
    menu, note = await choose(*(f"whom:1:{choice}".removesuffix(":") for choice in presses))

    assert note == ""
    assert (await draft()).audience == audience
    assert f"{chats} chat" in menu["text"]
    assert f"Send to {chats} chat" in str(buttons((await choose("ask:1"))[0])) or not chats


async def test_a_button_that_is_not_known_any_more_changes_nothing(choose, draft):
    await choose("whom:1:k.groups")
    for forged in ("k.bots", "c.9", "c.-1", "c.x", "a.99", "a.", "x", "c.²", "."):
        menu, _note = await choose(f"whom:1:{forged}")
        assert "To whom?" in menu["text"]

    assert (await draft()).audience == BroadcastAudience(kinds=GROUPS)


async def test_a_pressed_code_is_used_even_if_other_codes_overtook_it(choose, draft, subscribe):
    menu, _note = await choose("whom:1")
    labels = {button["text"]: button["callback_data"] for button in buttons(menu)}
    for first in range(10, 30, 2):
        await subscribe(first, first + 1, joined=f"code-{first}")
    await choose(labels["poster"].removeprefix("broadcast:"))

    assert (await draft()).audience == BroadcastAudience(joined="poster")


async def test_deselecting_an_opt_in_anniversary_leaves_no_trace(context, choose, draft):
    last = f"whom:1:a.{len(context.content.anniversaries) - 1}"
    await choose(last)
    assert (await draft()).audience == BroadcastAudience(anniversary="quiet", by_default=False)

    await choose(last)

    assert (await draft()).audience == EVERYBODY


async def test_the_languages_offered_are_those_of_all_who_subscribed(choose):
    menu, _note = await choose("whom:1:k.channels")

    assert {"broadcast:whom:1:l.en", "broadcast:whom:1:l.de"} <= set(data(menu))


async def test_it_can_go_out_as_soon_as_it_is_confirmed(choose, draft):
    ways, _note = await choose("when:1")
    assert data(ways) == [f"broadcast:{choice}" for choice in ("when:1:now", "when:1:m", "when:1:h", "ask:1")]

    question, _note = await choose("when:1:m.20260311.09.30", "when:1:now")

    assert (await draft()).timing is None
    assert "At the pace" in question["text"]


async def test_a_moment_is_chosen_by_day_hour_and_minute(choose, draft):
    days, _note = await choose("when:1:m")
    hours, _note = await choose("when:1:m.20260312")
    minutes, _note = await choose("when:1:m.20260312.09")
    question, _note = await choose("when:1:m.20260312.09.30")

    assert data(days)[0] == "broadcast:when:1:m.20260310"
    assert "broadcast:when:1:m.20260312.09" in data(hours)
    assert "broadcast:when:1:m.20260312.09.30" in data(minutes)
    assert (await draft()).timing == Moment(dt.datetime(2026, 3, 12, 9, 30, tzinfo=BAKU))
    assert "It goes out on 12 March 2026 at 09:30 (Asia/Baku time)" in question["text"]


@pytest.mark.parametrize(
    ("at", "is_late"), [("20260310.12.00", True), ("20260309.23.45", True), ("20260310.12.15", False)]
)
async def test_a_moment_that_has_passed_can_not_be_chosen(choose, draft, at, is_late):
    _message, note = await choose(f"when:1:m.{at}")

    assert ("That moment has passed" in note) == is_late
    assert ((await draft()).timing is None) == is_late


async def test_an_hour_of_each_zone_is_chosen_by_day_and_hour(choose, draft):
    hours, _note = await choose("when:1:h", "when:1:h.20260311")
    question, _note = await choose("when:1:h.20260311.09")

    assert "broadcast:when:1:h.20260311.09" in data(hours)
    assert (await draft()).timing == LocalHour(dt.date(2026, 3, 11), 9)
    assert "in each chat's own time zone" in question["text"]


@pytest.mark.parametrize("past", Past)
async def test_it_asks_what_zones_get_where_that_hour_has_passed(choose, draft, subscribe, past):
    await subscribe(8, zone="Europe/Lisbon")
    asked, _note = await choose("when:1:h.20260310.10")
    assert "In 1 time zone of your chats that hour has passed." in asked["text"]
    assert (await draft()).timing is None

    await choose(f"when:1:h.20260310.10.{past}")

    assert (await draft()).timing == LocalHour(dt.date(2026, 3, 10), 10, past)


async def test_it_asks_only_about_zones_in_the_audience(choose, draft, subscribe):
    await subscribe(8, zone="Europe/Lisbon", language="pt")
    await choose("whom:1:l.pt", "when:1:h.20260310.10")

    assert (await draft()).timing == LocalHour(dt.date(2026, 3, 10), 10)


async def test_a_forged_moment_does_no_harm(harness, choose, draft):
    before = len(harness.said(ADMIN))
    for forged in (
        *("m.x", "m.2026", "m.20261301", "m.20260311.24", "m.20260311.x", "m.20260311.09.60", "m.20260311.09.x"),
        *("h.x", "h.20260311.24", "h.20260310.10.never", "h.20260310.10.", "m.20260311.-1", "m.20260311.09.-1"),
        *("m.00010101.00.00", "h.00010101.00", "h.99991231.23", "m.99991231.23.45", "h.99991231.23.tomorrow"),
    ):
        _message, note = await choose(f"when:1:{forged}")
        assert "went wrong" not in note

    assert len(harness.said(ADMIN)) == before
    assert (await draft()).state == MessageState.DRAFT


async def test_whatever_else_is_forged_leads_nowhere(choose):
    for forged in ("", "x", "now.x", "mm.20260311"):
        ways, note = await choose(f"when:1:{forged}")
        assert "no longer leads anywhere" in note
        assert "When?" in ways["text"] or "At the pace" in ways["text"]


async def test_a_member_chooses_nothing(harness, write, press, draft):
    people.say(harness.world, MEMBER, MEMBER, "/help")
    await write("/help", MEMBER)
    for verb in ("whom:1:k.groups", "when:1:m.20260312.09.30"):
        assert "no longer leads anywhere" in (await press(f"broadcast:{verb}", MEMBER))["text"]

    assert ((await draft()).audience, (await draft()).timing) == (EVERYBODY, None)
