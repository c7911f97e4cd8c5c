"""Which chats want a notice: SQL applies the same rule as the domain does for one chat."""

import random

import pytest
from sqlalchemy import insert, select, update

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.content.dates import YearlyDay
from outreachbot.domain.content.model import Anniversary, Notice
from outreachbot.domain.delivery.states import DeliveryState, MessageKind, Reason
from outreachbot.domain.reminders.audience import NoticeCriteria, ReminderAudience
from outreachbot.domain.reminders.schedule import Group, Item, Occurrence, date_in_year
from outreachbot.domain.reminders.settings import ChatSettings, Quiet, wants_item
from outreachbot.store import audience, chats
from outreachbot.store import tables as t
from outreachbot.store.audience import ChatCount
from outreachbot.store.database import connect
from outreachbot.store.reminders import eligibility, plans, settings

NAMES = ["one", "two", "three"]
ZONES = [None, "Asia/Baku", "Asia/Tokyo", "America/New_York"]
HOURS = [None, 0, 9, 23]
DAY = 86_400.0


async def do(db, change, *values, **named):
    async with connect.writing(db) as transaction:
        return await change(transaction, *values, **named)


def flip(rng, chance=0.5):
    return rng.random() < chance


def some_content(rng, content):
    """The shipped content with other days and other defaults."""
    kept = tuple(
        Anniversary(
            id=name,
            title={"en": name},
            date=YearlyDay(month=2, day=26 + n % 3),
            text={"en": name},
            sources=("x",),
            default=flip(rng),
            big=flip(rng),
        )
        for n, name in enumerate(NAMES)
    )
    notices = tuple(rng.sample(list(Notice), rng.randint(1, 3)))
    return content.model_copy(update={"anniversaries": kept, "notices": notices})


def some_settings(rng):
    return ChatSettings(
        zone=rng.choice(ZONES),
        hour=rng.choice(HOURS),
        reminders=flip(rng, 0.9),
        notices={notice: flip(rng) for notice in Notice if flip(rng)},
        anniversaries={name: flip(rng) for name in NAMES if flip(rng)},
        skipped=frozenset((name, rng.choice([2026, 2027])) for name in NAMES if flip(rng, 0.3)),
        big_only=flip(rng, 0.3),
        silent=flip(rng),
        quiet=Quiet(rng.randrange(24), rng.randrange(24)) if flip(rng) else None,
    )


def every_item(content):
    occurrences = [
        Occurrence(anniversary, date_in_year(anniversary, year))
        for anniversary in content.anniversaries
        for year in (2026, 2027)
    ]
    return [Item(occurrence, notice) for occurrence in occurrences for notice in Notice]


@pytest.fixture
def populate(db):
    """Subscribe this many chats with random settings; return the settings by chat id."""

    async def populate(rng, number):
        settings_by_chat = {chat_id: some_settings(rng) for chat_id in range(1, number + 1)}
        async with connect.writing(db) as transaction:
            for chat_id, own in settings_by_chat.items():
                await chats.subscribe(transaction, chat_id, kind="private", language="en", topic_id=None, now=1.0)
                await settings.save(transaction, chat_id, own, 1.0)
        return settings_by_chat

    return populate


@pytest.mark.parametrize("seed", range(3))
async def test_what_chats_want_is_the_same_in_sql_as_for_one_chat(db, content, populate, seed):
    rng = random.Random(seed)
    varied, settings_by_chat = some_content(rng, content), await populate(rng, 60)
    for item in every_item(varied):
        query = select(t.chats.c.id).where(
            *eligibility.notice_flags(ReminderAudience(criteria=(NoticeCriteria.of(item, varied),)))
        )
        async with connect.reading(db) as connection:
            found = set((await connection.execute(query)).scalars())

        assert found == {chat_id for chat_id, own in settings_by_chat.items() if wants_item(own, item, varied)}


@pytest.mark.parametrize("seed", range(3))
async def test_each_combination_has_its_chats_and_together_they_have_all_once(db, content, populate, seed):
    rng = random.Random(seed)
    varied, settings_by_chat = some_content(rng, content), await populate(rng, 60)
    items = rng.sample(every_item(varied), 3)
    whom = ReminderAudience(criteria=tuple(NoticeCriteria.of(item, varied) for item in items))
    wanted = {
        chat_id: tuple(wants_item(own, item, varied) for item in items) for chat_id, own in settings_by_chat.items()
    }

    found = await do(db, audience.list_combinations, whom)

    assert found == sorted({each for each in wanted.values() if any(each)})
    for each in found:
        exactly = ReminderAudience(criteria=whom.criteria, wanted=each)
        number = sum(mine == each for mine in wanted.values())
        assert await do(db, audience.count_chats, exactly) == [ChatCount("private", "en", number)]


@pytest.mark.parametrize("seed", range(3))
async def test_the_groups_and_their_crowds_are_those_of_a_plain_computation(db, content, populate, seed):
    rng = random.Random(seed)
    settings_by_chat = await populate(rng, rng.choice([1, 5, 40]))
    left, gone = (
        rng.sample(sorted(settings_by_chat), len(settings_by_chat) // 4),
        rng.sample(sorted(settings_by_chat), len(settings_by_chat) // 4),
    )
    for chat_id in left:
        await do(db, chats.unsubscribe, chat_id)
    for chat_id in gone:
        await do(db, chats.mark_gone, chat_id, Reason.BLOCKED, 2.0)
    here = [own.group(content) for chat_id, own in settings_by_chat.items() if chat_id not in {*left, *gone}]
    default = Group(content.zone, content.hour)

    assert await do(db, plans.list_groups, default) == set(here)
    crowds = await do(db, audience.count_by_group, BroadcastAudience(), default)
    assert len(crowds) == len(set(here))
    assert dict(crowds) == {group: here.count(group) for group in here}


async def test_a_chat_is_not_reminded_twice_of_the_same_item(db, content, subscribe, deliver):
    varied = some_content(random.Random(1), content)
    item = Item(Occurrence(varied.anniversaries[0], every_item(varied)[0].occurrence.date), Notice.DAY)
    wish = NoticeCriteria.of(item, varied.model_copy(update={"notices": tuple(Notice)}))
    wish = NoticeCriteria(wish.item, wish.anniversary, wish.year, wish.notice, True, True, True)
    await subscribe(1, 2, 3, now=1.0)
    outbox_id = await deliver({1: DeliveryState.SENT, 2: DeliveryState.FAILED}, kind=MessageKind.REMINDER)
    await do(db, plans.record_notices, {outbox_id: [item.key]})

    async def told_now(now):
        whom = ReminderAudience(subscribed_until=now, criteria=(wish,), wanted=(True,))
        return sum(found.chats for found in await do(db, audience.count_chats, whom))

    assert await told_now(2 * DAY) == 1
    assert (
        await told_now(eligibility.RECENT_SECONDS + 2.0) == 3
    )  # a chat that changed nothing lately was not told elsewhere
    async with connect.writing(db) as transaction:
        await transaction.execute(update(t.chats).where(t.chats.c.id == 1).values(changed_at=5.0))
    assert await told_now(eligibility.RECENT_SECONDS + 2.0) == 2
    assert await do(db, settings.list_sent_items, 1, [item.key, "other"]) == {item.key}
    assert await do(db, settings.list_sent_items, 2, [item.key]) == {item.key}  # whatever the outcome
    assert await do(db, settings.list_sent_items, 3, [item.key]) == set()


async def test_settings_are_found_as_they_were_saved(db, subscribe):
    rng = random.Random(5)
    await subscribe(1, 2)
    own = ChatSettings()
    assert await do(db, settings.load, 1) == await do(db, settings.load, 77) == own
    for _ in range(20):
        new = some_settings(rng)
        # A choice of a day stays: a button only ever chooses anew.
        new = ChatSettings(
            **{name: getattr(new, name) for name in new.__slots__ if name != "anniversaries"},
            anniversaries={**own.anniversaries, **new.anniversaries},
        )
        await do(db, settings.save, 1, new, 9.0)
        own = await do(db, settings.load, 1)
        assert own == new
    assert await do(db, settings.load, 2) == ChatSettings()


async def test_skipped_years_are_deleted_and_migrated_with_their_chat(db, subscribe):
    await subscribe(-5, kind="group")
    own = ChatSettings("UTC", 3, skipped=frozenset({("one", 2026)}), quiet=Quiet(22, 7), silent=True, big_only=True)
    await do(db, settings.save, -5, own, 2.0)
    await do(db, chats.migrate, -5, -1005)
    assert await do(db, settings.load, -1005) == own
    async with connect.writing(db) as transaction:
        await transaction.execute(t.chats.delete())
        assert (await transaction.execute(select(t.skipped))).all() == []


async def test_a_group_that_is_known_by_both_ids_keeps_what_the_subscribed_one_chose(db, subscribe):
    await subscribe(-5, kind="group")
    await do(db, chats.ensure_known, -1005, kind="supergroup", language="en")
    own = ChatSettings("UTC", 3, anniversaries={"one": False}, skipped=frozenset({("one", 2026)}))
    await do(db, settings.save, -5, own, 2.0)
    await do(db, settings.save, -1005, ChatSettings(anniversaries={"two": False}), 2.0)
    await do(db, chats.migrate, -5, -1005)

    assert await do(db, settings.load, -1005) == own


async def test_a_chat_that_is_known_keeps_what_it_said(db, subscribe):
    await do(db, chats.ensure_known, 1, kind="private", language="az")
    await subscribe(2, language="tr", zone="UTC")
    await do(db, chats.ensure_known, 2, kind="private", language="az")

    assert await do(db, chats.find, 1) == chats.Chat(1, "private", "az", None, None)
    assert (await do(db, chats.find, 2)).language == "tr"
    assert (await do(db, settings.load, 2)).zone == "UTC"


async def test_a_chat_that_comes_after_its_group_was_queued_is_not_among_them(db, content, subscribe):
    """Exactly this combination: a chat that wants one item more, or one fewer, belongs to another message."""
    varied = content.model_copy(update={"notices": tuple(Notice)})
    items = [item for item in every_item(some_content(random.Random(2), varied)) if item.occurrence.date.year == 2026][
        :2
    ]
    listed = tuple(NoticeCriteria(item.key, "one", 2026, item.notice, True, True, True) for item in items)
    await subscribe(1, 2)
    async with connect.writing(db) as transaction:
        row = {"chat_id": 2, "anniversary_id": "one", "wanted": False}
        await transaction.execute(insert(t.choices).values(row))

    assert await do(db, audience.list_combinations, ReminderAudience(criteria=listed)) == [(True, True)]
    assert await do(db, audience.count_chats, ReminderAudience(criteria=listed, wanted=(True, True))) == [
        ChatCount("private", "en", 1)
    ]
    assert await do(db, audience.count_chats, ReminderAudience(criteria=listed, wanted=(True, False))) == []
