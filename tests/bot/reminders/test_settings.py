"""A chat's settings reach the request to Telegram, and no forged press breaks a setting."""

import contextlib
import datetime as dt

import pytest
from sqlalchemy import select

from outreachbot.app import run
from outreachbot.domain.delivery.states import DeliveryState
from outreachbot.domain.reminders.settings import ChatSettings, Quiet
from outreachbot.sandbox import people
from outreachbot.services.reminders import settings
from outreachbot.store.database import connect
from outreachbot.store.tables import deliveries
from outreachbot.workers.delivery import leases, queueing, sender
from outreachbot.workers.reminders import planner, resume
from tests.support.harness import ADMIN, MEMBER, buttons

BAKU = dt.timezone(dt.timedelta(hours=4))
BEFORE = dt.datetime(2026, 2, 26, 8, tzinfo=BAKU)
ON_THE_DAY = dt.datetime(2026, 2, 26, 9, tzinfo=BAKU)


@pytest.fixture
def remind(harness, context, requests):
    """Send all reminders due by nine on the day; return for each chat whether it made a sound."""

    async def remind():
        sender_id = await leases.recover_deliveries(context.db, "this", harness.clock())
        planning = await resume.resume_planner(context.db, context.content, 1000.0, BEFORE)
        harness.clock.set(ON_THE_DAY)
        await planner.plan_due(planning, context.db, context.content, harness.clock())
        while await queueing.queue_audience(context.db, context.content.zone, context.wake_sender):
            pass
        requests.clear()
        outgoing = run.create_sender(context, sender_id)
        while await sender.send_next(outgoing) or len(requests) < 2:
            pass
        return {request["chat_id"]: not request.get("disable_notification", False) for request in requests}

    return remind


@pytest.fixture
async def both(harness, write):
    """Mina and Ada subscribe the hour before."""
    harness.clock.set(BEFORE)
    for chat_id in (MEMBER, ADMIN):
        await write("/subscribe", chat_id)
        await write("/reminders", chat_id)


@pytest.mark.parametrize(
    ("presses", "sounds"),
    [
        ([], True),
        (["q.9.10"], False),
        (["q.22.9"], True),
        (["q.22.10"], False),
        (["q.9.10", "q.off"], True),
        (["s.1"], False),
        (["s.1", "s.0"], True),
    ],
)
async def test_in_quiet_hours_a_reminder_makes_no_sound(both, remind, press, presses, sounds):
    for data in presses:
        await press(f"reminders:{data}", MEMBER)

    assert await remind() == {MEMBER: sounds, ADMIN: True}


async def test_quiet_hours_choose_no_zone_and_say_whose_clock_it_is(harness, context, both, press):
    await press("reminders:q", MEMBER)
    assert "Time zone: Baku (nobody chose one here" in harness.said(MEMBER)[-1]["text"]
    await press("reminders:q.22.7", MEMBER)
    chat_settings, _subscribed = await settings.load_settings(context, MEMBER)

    assert (chat_settings.quiet, chat_settings.zone) == (Quiet(22, 7), None)


@pytest.mark.parametrize("data", ["reminders:on.0", "reminders:n.day.0", "+skip:khojaly:2026"])
async def test_a_queued_reminder_that_is_switched_off_is_not_sent(remind, both, press, context, data):
    planning = await resume.resume_planner(context.db, context.content, 1000.0, BEFORE)
    await planner.plan_due(planning, context.db, context.content, ON_THE_DAY)
    while await queueing.queue_audience(context.db, context.content.zone, context.wake_sender):
        pass
    await press(data, MEMBER)
    async with connect.reading(context.db) as db:
        left = (
            await db.execute(select(deliveries.c.chat_id).where(deliveries.c.state == DeliveryState.QUEUED))
        ).scalars()

        assert list(left) == [ADMIN]


FORGED = [
    *("on", "on.2.3", "n.never.1", "a.no-such.1", "h.24", "h.-1", "h.0231", "h.²", "h.", "h.99999999999999999999"),
    *("q.1.24", "q.24.1", "q.x", "q.1.2.3", "q.001.0231", "…", ".", "drop table"),
]


@pytest.mark.parametrize("data", FORGED)
async def test_a_forged_press_changes_nothing(context, both, press, write, data):
    await press(f"reminders:{data}", MEMBER)
    chat_settings, _subscribed = await settings.load_settings(context, MEMBER)

    assert chat_settings == ChatSettings()
    assert "at 09:00" in (await write("/reminders", MEMBER))[0]["text"]


@pytest.mark.parametrize("data", ["z.Factory", "y.Factory", "y.Mars/Olympus", "y.", "c.", "c.ZZ", "c.<b>", "x", ":"])
async def test_a_forged_zone_is_answered_and_not_kept(context, both, press, write, data):
    await press(f"zone:{data}", MEMBER)
    chat_settings, _subscribed = await settings.load_settings(context, MEMBER)

    assert chat_settings.zone is None
    assert await write("/reminders", MEMBER)


@pytest.mark.parametrize(
    "data",
    ["khojaly:0000", "khojaly:1999", "khojaly:2028", "khojaly:20260", "khojaly:²²²²", "no-such:2026", "khojaly", ""],
)
async def test_a_forged_skip_skips_nothing(context, both, press, data):
    await press(f"skip:{data}", MEMBER)
    chat_settings, _subscribed = await settings.load_settings(context, MEMBER)

    assert chat_settings.skipped == frozenset()


async def test_pressing_a_switch_twice_does_not_undo_it(context, both, press):
    for _ in range(2):
        await press("reminders:on.0", MEMBER)
        chat_settings, _subscribed = await settings.load_settings(context, MEMBER)
        assert not chat_settings.reminders


async def test_reminders_that_are_off_leave_the_subscription_as_it_is(context, both, press):
    await press("reminders:on.0", MEMBER)

    assert (await settings.load_settings(context, MEMBER))[1]


async def test_a_name_of_two_words_is_read_as_a_whole(harness, both, press, write):
    await press("zone:t", MEMBER)
    question = harness.said(MEMBER)[-1]["message_id"]
    (answer,) = await write("new york", MEMBER, reply_to=question)

    assert "New York" in buttons(answer)[0]["text"]


async def test_a_location_that_an_admin_shares_while_composing_is_the_broadcast(harness, hand, write):
    await write("/broadcast")
    before = len(harness.said(ADMIN))
    place = {"latitude": 40.4, "longitude": 49.9}
    people.send(harness.world, ADMIN, ADMIN, {"location": place})
    await hand()
    preview, question = harness.said(ADMIN)[before:]

    assert preview["location"] == place
    assert "broadcast:discard" in buttons(question)[-1]["callback_data"]
    assert not any(button["callback_data"].startswith("zone") for button in buttons(question))


async def test_an_admins_unrequested_location_is_taken_as_where_they_live(harness, hand):
    people.send(harness.world, ADMIN, ADMIN, {"location": {"latitude": 40.4, "longitude": 49.9}})
    await hand()

    assert buttons(harness.said(ADMIN)[-1])[0]["callback_data"] == "zone:y.Asia/Baku"


async def test_the_list_of_broadcasts_leads_to_the_reminders(harness, both, remind, press, write):
    await remind()
    (page,) = await write("/broadcasts")
    assert page["text"].startswith("Nothing has been sent yet")
    await press("broadcast:reminders", under=page)

    assert "26 February 2026: " in harness.current(ADMIN, page)["text"]


@pytest.mark.parametrize("data", ["reminders:h.0231", "zone:y.Factory"])
async def test_a_members_forged_press_does_not_affect_the_admins(harness, write, press, data):
    harness.clock.set(ON_THE_DAY + dt.timedelta(days=17))  # on which nothing is told
    await write("/subscribe", MEMBER)
    with contextlib.suppress(LookupError, ValueError):  # it may fail for the member
        await press(data, MEMBER)
    (days,) = await write("/next")

    assert "1 chat: the first on" in days["text"]
