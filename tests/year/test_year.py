"""A year of reminders: every chat gets exactly what a slow and plain oracle computes.

Telegram is the sandbox over HTTP, the database a real one; only the time between two looks at the calendar is skipped.
"""

import asyncio
import copy
import datetime as dt
import os
import random
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from outreachbot.app import run
from outreachbot.bot.context import Context
from outreachbot.domain.content.dates import YearlyDay
from outreachbot.domain.content.model import Anniversary, LeapDay, Notice
from outreachbot.domain.delivery.states import DeliveryState, MessageKind, Reason
from outreachbot.domain.reminders.settings import ChatSettings
from outreachbot.gateway.transport import BotApi, open_session
from outreachbot.sandbox import people
from outreachbot.services.context import ChatRef
from outreachbot.services.reminders import settings
from outreachbot.services.sending.messenger import Messenger
from outreachbot.store import chats, tables
from outreachbot.store.database import connect
from outreachbot.store.delivery import ledger
from outreachbot.store.reminders import settings as stored
from outreachbot.workers.delivery import leases, queueing, sender
from outreachbot.workers.reminders import planner, resume
from outreachbot.workers.reminders.planner import Planner
from tests.support.harness import Harness
from tests.support.reminder_oracle import BEFORE, Chat, Day, Oracle, hour_of

CHATS, CHANGES, STOPS = 2000, 1500, 14
HOURS = (0, 2, 9, 9, 18, 23)
MINUTE, QUARTER = dt.timedelta(minutes=1), dt.timedelta(minutes=15)
FIRST, LAST = dt.date(2027, 9, 1), dt.date(2028, 8, 31)
DAYS = [
    Day("alpha", 2, 26, big=True),
    Day("bravo", 2, 25, default=False),
    Day("charlie", 12, 31),
    Day("delta", 1, 1, big=True),
    Day("echo", 2, 29),
    Day("foxtrot", 3, 26),  # clocks go forward in Europe
    Day("golf", 10, 31, default=False),  # and back
]
ZONES = """
Asia/Baku Europe/Istanbul Europe/Moscow Europe/Berlin Europe/London Europe/Lisbon America/New_York
America/Chicago America/Denver America/Los_Angeles America/Anchorage Pacific/Honolulu Pacific/Kiritimati
Pacific/Auckland Pacific/Chatham Australia/Lord_Howe Australia/Adelaide Australia/Sydney Asia/Kathmandu
Asia/Kolkata Asia/Tehran Asia/Kabul Asia/Tokyo Asia/Shanghai Asia/Almaty Asia/Tashkent Asia/Yangon
Asia/Karachi Asia/Dubai Asia/Tbilisi Asia/Yerevan Asia/Jerusalem Asia/Beirut Africa/Cairo Africa/Casablanca
Africa/Johannesburg Africa/Lagos America/Sao_Paulo America/Santiago America/Asuncion America/St_Johns
America/Havana America/Mexico_City America/Caracas America/Nuuk America/Scoresbysund Atlantic/Azores
Pacific/Apia Pacific/Pago_Pago Pacific/Marquesas Pacific/Niue Pacific/Norfolk Pacific/Tongatapu
Antarctica/Troll Indian/Maldives Etc/GMT+12 Europe/Chisinau Asia/Gaza Pacific/Easter Asia/Ulaanbaatar
""".split()  # noqa: SIM905 sixty in quotes would be a page
KEPT = [ZoneInfo(zone) for zone in ZONES]  # zoneinfo itself keeps eight, and would read the other files at every look


@dataclass
class Stage:
    """The program's parts, as `outreachbot run` wires them, and the year that they go through."""

    harness: Harness
    context: Context
    outgoing: sender.Sender
    dice: random.Random
    oracle: Oracle
    model: dict[int, Chat]
    planning: Planner


@pytest.fixture
def dice() -> random.Random:
    """The same year again: YEAR_SEED=… pytest tests/year."""
    seed = int(os.environ.get("YEAR_SEED", random.SystemRandom().randrange(10_000)))
    print(f"YEAR_SEED={seed}")  # noqa: T201 shown when the test fails
    return random.Random(seed)


def anniversary(day: Day) -> Anniversary:
    return Anniversary(
        id=day.name,
        title={"en": day.name.upper()},
        date=YearlyDay(month=day.month, day=day.day),
        leap_day=LeapDay.MAR_1,
        year=1992,
        text={"en": "text"},
        sources=("hrw-1994",),
        default=day.default,
        big=day.big,
    )


@pytest.mark.long
async def test_every_chat_gets_what_the_oracle_says(harness: Harness, database_url: str, dice: random.Random):
    content = harness.content.model_copy(
        update={"anniversaries": tuple(map(anniversary, DAYS)), "zone": "Asia/Baku", "hour": 9}
    )
    harness = replace(harness, database_url=database_url, content=content, per_second=100_000.0)
    harness.clock.set(dt.datetime.combine(FIRST, dt.time(), tzinfo=dt.UTC))
    async with connect.open_database(database_url) as db, open_session(harness.url) as pool:
        if db.is_sqlite:  # a year in a minute: here it may lose all in a power cut
            event.listen(db.engine.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
            await db.engine.dispose()
        messenger = Messenger(BotApi(pool, harness.url, harness.settings().bot_token()))
        context = run._create_context(harness.settings(), harness.live(), db, messenger, harness.clock)
        crowd = people.add_crowd(harness.world, CHATS)
        model = await settle_in(context, crowd, dice)
        sender_id = await leases.recover_deliveries(db, "test", harness.clock())
        stage = Stage(
            harness,
            context,
            run.create_sender(context, sender_id),
            dice,
            Oracle(DAYS, FIRST, LAST),
            model,
            await resume.resume_planner(db, content, harness.per_second, harness.clock()),
        )
        await live(stage)
        late, unsent = await counted_late(context), await not_sent(context)
    expected = {
        (chat_id, key): at for chat_id, chat in model.items() for key, at in chat.told.items() if at is not None
    }
    got = arrived(harness, crowd)

    assert Counter(got.keys() - expected.keys()) == Counter(), "nobody is reminded without need"
    assert expected.keys() - got.keys() == set(), f"no chat is missed; not sent: {unsent}"
    assert max(len(times) for times in got.values()) == 1, "nobody is reminded twice"
    assert {entry: (at, got[entry][0]) for entry, at in expected.items() if abs(got[entry][0] - at) > MINUTE} == {}
    assert late == {f"{name}:{date}:{notice}": n for (name, date, notice), n in stage.oracle.late.items()}
    assert len(expected) > CHATS * 2, "a year in which too little happened shows nothing"
    assert sum(late.values()) > 0


async def settle_in(context: Context, crowd: range, dice: random.Random) -> dict[int, Chat]:
    """Everybody chooses something, and most subscribe."""
    model = {}
    for chat_id in crowd:
        zone, hour = (dice.choice(ZONES), dice.choice(HOURS)) if dice.random() < 0.9 else ("Asia/Baku", 9)
        model[chat_id] = chat = Chat(zone, hour)
        if dice.random() < 0.5:
            chat.notices = {"week": dice.random() < 0.4, "eve": dice.random() < 0.4, "day": dice.random() < 0.9}
        if dice.random() < 0.95:
            chat.subscribed_at = context.clock()
    async with connect.writing(context.db) as db:
        for chat_id, chat in model.items():
            await chats.ensure_known(db, chat_id, kind="private", language="en")
            if chat.subscribed_at is not None:
                await chats.subscribe(
                    db, chat_id, kind="private", language="en", topic_id=None, now=chat.subscribed_at.timestamp()
                )
            await stored.save(db, chat_id, as_settings(chat), context.clock().timestamp())
    return model


def chat_ref_of(chat_id: int) -> ChatRef:
    return ChatRef(chat_id, "private", "en", None)


def as_settings(chat: Chat) -> ChatSettings:
    return ChatSettings(
        zone=chat.zone,
        hour=chat.hour,
        reminders=chat.reminders,
        notices={Notice(name): wanted for name, wanted in chat.notices.items()},
        anniversaries=dict(chat.days),
        skipped=frozenset(chat.skipped),
        big_only=chat.big_only,
    )


def moments(dice: random.Random) -> list[tuple[dt.datetime, str]]:
    """The year: every look at the calendar that may find something, changes, and stops with their ends."""
    oracle = Oracle(DAYS, FIRST, LAST)
    told_on = sorted({notice[3] for notice in oracle.all})
    looks = {hour_of(zone, hour, day) for day in told_on for zone in ZONES for hour in HOURS}
    found = [(at + dt.timedelta(seconds=dice.uniform(0, 50)), "look") for at in looks]
    begin = dt.datetime.combine(FIRST, dt.time(), tzinfo=dt.UTC)
    for _ in range(CHANGES):
        if dice.random() < 0.7:  # on a day with notices
            day = dt.datetime.combine(dice.choice(told_on), dt.time(), tzinfo=dt.UTC)
            found.append((calm(day + dt.timedelta(hours=dice.uniform(-14, 38))), "change"))
        else:
            found.append((calm(begin + dt.timedelta(hours=dice.uniform(1, 8700))), "change"))
    for _ in range(STOPS):
        day = dt.datetime.combine(dice.choice(told_on), dt.time(), tzinfo=dt.UTC)
        stop = calm(day + dt.timedelta(hours=dice.uniform(-20, 30)))
        found += [(stop, "stop"), (calm(stop + dt.timedelta(hours=dice.uniform(0.2, 48))), "start")]
    return sorted(event for event in found if event[0] > begin + dt.timedelta(hours=1))


def calm(at: dt.datetime) -> dt.datetime:
    """Not just before a quarter of an hour, when a day may end somewhere: a slow machine is a moment late."""
    is_on_the_brink = at.timestamp() % QUARTER.total_seconds() > (QUARTER - MINUTE).total_seconds()
    return at - MINUTE if is_on_the_brink else at


async def live(stage: Stage) -> None:
    """Through the year. What members want while the program is down waits in Telegram."""
    down, waiting = 0, 0
    for at, what in moments(stage.dice):
        if what == "stop":
            if not down:
                await sleep(stage, at)
            down += 1
        elif what == "start":
            down -= 1
            if not down:
                stage.harness.clock.set(at)
                await wake(stage)
                looks_first = stage.dice.random() < 0.5
                if looks_first:
                    await look(stage)
                for _ in range(waiting):
                    await change(stage)
                waiting = 0
                await look(stage)
        elif what == "change":
            waiting += bool(down)
            if not down:
                stage.harness.clock.set(at)
                await change(stage)
        elif not down:
            stage.harness.clock.set(at)
            await look(stage)


async def look(stage: Stage) -> None:
    now = stage.harness.clock()
    await planner.plan_due(stage.planning, stage.context.db, stage.context.content, now)
    stage.oracle.look(list(stage.model.values()), now)
    await drain(stage)


async def drain(stage: Stage) -> None:
    """Queue and send everything."""
    while await queueing.queue_audience(stage.context.db, stage.context.content.zone, asyncio.Event()):
        pass
    while await sender.send_next(stage.outgoing) or stage.outgoing.state.in_flight:
        pass


async def sleep(stage: Stage, at: dt.datetime) -> None:
    stage.harness.clock.set(at)
    await sender.close_sender(stage.outgoing, 5.0)
    await resume.record_progress(stage.planning, stage.context.db)


async def wake(stage: Stage) -> None:
    """What `run` does at its start."""
    now = stage.harness.clock()
    context = stage.context
    stage.outgoing = run.create_sender(context, await leases.recover_deliveries(context.db, "test", now))
    stage.planning = await resume.resume_planner(context.db, context.content, stage.harness.per_second, now)
    stage.oracle.woke(list(stage.model.values()), now)
    await drain(stage)


async def change(stage: Stage) -> None:
    """A chat changes its settings, subscribes or unsubscribes."""
    dice = stage.dice
    chat_id = dice.choice(list(stage.model))
    chat, chat_ref, now = stage.model[chat_id], chat_ref_of(chat_id), stage.harness.clock()
    before = copy.deepcopy(chat)
    kind = dice.choice(["zone", "zone", "zone", "hour", "hour", "hour", "notice", "day", "big", "off", "skip", "join"])
    if kind == "join":
        if chat.subscribed_at is None:
            await settings.subscribe_chat(stage.context, chat_ref)
            chat.subscribed_at = now
        else:
            async with connect.writing(stage.context.db) as db:
                await chats.unsubscribe(db, chat_id)
            chat.subscribed_at = None
    else:
        choose(stage, chat, kind)
        chat.skipped = {skip for skip in chat.skipped if skip[1] >= now.year}  # older ones are forgotten with a change
        await settings.change_settings(stage.context, chat_ref, lambda _before: as_settings(chat))
        stage.oracle.changed(before, chat, now)
    await drain(stage)


def choose(stage: Stage, chat: Chat, kind: str) -> None:
    dice = stage.dice
    if kind == "zone":
        chat.zone = dice.choice(ZONES)
    elif kind == "hour":
        chat.hour = dice.choice(HOURS)
    elif kind == "notice":
        name = dice.choice(list(BEFORE))
        chat.notices = chat.notices | {name: not chat.notices[name]}
    elif kind == "day":
        day = dice.choice(DAYS)
        chat.days = chat.days | {day.name: not chat.days.get(day.name, day.default)}
    elif kind == "big":
        chat.big_only = not chat.big_only
    elif kind == "off":
        chat.reminders = not chat.reminders
    else:
        chat.skipped = chat.skipped | {(dice.choice(DAYS).name, stage.harness.clock().year + dice.randint(0, 1))}


HEAD = re.compile(r"^([A-Z]+)\n(In a week: |Tomorrow: |)(\d+ \w+ \d{4})", re.MULTILINE)
NAMES = {"In a week: ": "week", "Tomorrow: ": "eve", "": "day"}


def arrived(harness: Harness, crowd: range) -> dict[tuple[int, Any], list[dt.datetime]]:
    """The messages each chat got from Telegram, and when they came."""
    found: dict[tuple[int, Any], list[dt.datetime]] = {}
    for chat_id in crowd:
        for message in harness.said(chat_id):
            heads = HEAD.findall(message["text"])
            assert heads, message["text"]
            for name, notice, written in heads:
                date = dt.datetime.strptime(written, "%d %B %Y").date()  # noqa: DTZ007 a day
                key = chat_id, (name.lower(), date, NAMES[notice])
                found.setdefault(key, []).append(dt.datetime.fromtimestamp(message["date"], dt.UTC))
    return found


async def counted_late(context: Context) -> dict[str, int]:
    """What the admins are alerted to."""
    async with connect.writing(context.db) as db:
        running = select(tables.messages.c.id).where(tables.messages.c.kind == MessageKind.REMINDER)
        assert (await db.execute(running.where(tables.messages.c.state != "finished"))).all() == []
        return await ledger.count_late(db)


async def not_sent(context: Context) -> list[tuple[int, str, str | None]]:
    """Why chats got nothing, apart from late notices: chat, state, reason."""
    query = select(tables.deliveries.c.chat_id, tables.deliveries.c.state, tables.deliveries.c.reason)
    async with connect.reading(context.db) as db:
        rows = await db.execute(
            query.where(
                tables.deliveries.c.state != DeliveryState.SENT,
                tables.deliveries.c.reason.is_distinct_from(Reason.LATE),
            )
        )
        return [(row.chat_id, row.state, row.reason) for row in rows]
