"""A database of an older version continues where it was."""

import datetime as dt
import json

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from outreachbot.domain.broadcasts.audience import BroadcastAudience
from outreachbot.domain.delivery.states import DeliveryState, MessageKind, MessageState
from outreachbot.domain.messages.message import Button, Copy, Media, MediaKind, Message
from outreachbot.domain.reminders.schedule import Due, Group
from outreachbot.domain.reminders.settings import ChatSettings, Quiet
from outreachbot.store import chats
from outreachbot.store.broadcasts import records
from outreachbot.store.chats import Chat
from outreachbot.store.database import connect, migrate
from outreachbot.store.delivery import leases, ledger, messages, outbox, pace
from outreachbot.store.delivery import queueing as delivery_queueing
from outreachbot.store.delivery.outbox import Claimed
from outreachbot.store.reminders import plans, settings
from tests.support.transactions import transact

OLD = {"buttons": [], "photo": "", "copy": None, "asks": False}
BODIES = {
    1: {"en": {**OLD, "text": "<b>look</b>", "photo": "AgAC"}, "az": {**OLD, "text": "🕯 bax", "photo": "AgAC"}},
    2: {"en": {**OLD, "text": "hello", "buttons": [[{"label": "site", "data": "", "url": "https://a.b"}]]}},
    3: {"en": {**OLD, "text": "", "copy": {"chat_id": 11, "message_id": 2**40}}},
}
ROWS = """
INSERT INTO chats (id, kind, language, subscribed_at)
    VALUES (5, 'private', 'en', 1), (6, 'private', 'en', 1), (7, 'private', 'en', 1);
INSERT INTO deliveries (message_id, chat_id, state, telegram_id)
    VALUES (1, 5, 'sent', 70), (1, 6, 'sending', NULL), (1, 7, 'queued', NULL);
INSERT INTO broadcasts (message_id, admin_id, chat_id) VALUES (1, 11, 11);
INSERT INTO composing (admin_id, since) VALUES (11, 1);
UPDATE pace SET next_slot = 130, updated_at = 100
"""


def schema_of(connection, revision):
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@pytest.fixture
async def old_url(empty_database_url):
    """A database at revision 0001: a broadcast to three chats is under way."""
    engine = create_async_engine(empty_database_url)
    async with engine.begin() as connection:
        await connection.run_sync(schema_of, "0001")
        for body in BODIES.values():
            columns = "kind, state, body, created_at, started_at"
            insert = text(f"INSERT INTO messages ({columns}) VALUES ('broadcast', 'running', :body, 1, 2)")
            await connection.execute(insert, {"body": json.dumps(body, ensure_ascii=False)})
        for statement in ROWS.split(";"):
            await connection.execute(text(statement))
    await engine.dispose()
    return empty_database_url


async def test_a_picture_of_the_first_schema_is_a_photo(old_url):
    async with connect.open_database(old_url) as db:
        bodies = [await transact(db, messages.load_bodies, outbox_id) for outbox_id in BODIES]

    photo = (Media(MediaKind.PHOTO, "AgAC"),)
    assert bodies == [
        {"en": Message("<b>look</b>", media=photo), "az": Message("🕯 bax", media=photo)},
        {"en": Message("hello", ((Button("site", url="https://a.b"),),))},
        {"en": Message(copy=Copy(11, 2**40))},
    ]
    assert list(bodies[0]) == ["en", "az"]  # the first is for chats whose language is missing


async def test_a_broadcast_of_the_first_schema_goes_on(old_url):
    async with connect.open_database(old_url) as db:
        assert await transact(db, leases.find_last_seen) is None
        assert await transact(db, leases.recover, 10.0, main_is_new=True) == 1
        sender = await transact(db, leases.begin, "test", 10.0, is_main=True)
        assert await transact(db, outbox.claim, sender, 10, 10.0) == [Claimed(1, 7, "en")]
        sent = outbox.Settled(1, 7, DeliveryState.SENT, telegram_id=71)
        await transact(db, outbox.settle, sender, [sent], 11.0)
        assert set(await transact(db, messages.finish_completed, 12.0)) == {1, 2, 3}
        tally = await transact(db, ledger.count_states, 1)
        found = await transact(db, records.find, 1)

    assert (tally.sent, tally.uncertain, tally.audience) == (2, 1, 3)
    assert (found.message.kind, found.message.of_id, found.message.state) == (
        MessageKind.BROADCAST,
        None,
        MessageState.FINISHED,
    )
    assert (found.message.audience, found.message.timing) == (BroadcastAudience(), None)
    assert (found.message.starts_at, found.message.is_queueing) == (None, False)


async def test_the_pace_and_the_chats_of_the_first_schema_are_kept(old_url):
    async with connect.open_database(old_url) as db:
        assert await transact(db, pace.take_slots, 1, 10.0, 101.0) == pace.Slots(
            pytest.approx(130.0), pytest.approx(10.0)
        )
        assert await transact(db, chats.find, 5) == Chat(5, "private", "en", None, 1.0)
        await transact(db, chats.record_start_code, 5, "poster", language="en")
        await transact(db, chats.migrate, 6, -1006)
        assert (await transact(db, chats.find, -1006)).subscribed


async def test_a_job_changes_the_copies_that_the_first_schema_knows(old_url):
    async with connect.open_database(old_url) as db:
        job = await transact(db, records.create_draft, 11, 11, {}, 3.0, kind=MessageKind.DELETION, of_id=1)
        await transact(db, messages.start, job, 3.0)
        (message,) = await transact(db, delivery_queueing.list_queueing, 1)
        assert await transact(db, delivery_queueing.queue_next_piece, message) == 1
        claimed = await transact(db, outbox.claim, 1, 10, 4.0)

    assert job == 4
    assert claimed == [Claimed(1, 7, "en"), Claimed(job, 5, "en", None, MessageKind.DELETION, (70,))]


@pytest.fixture
async def second_url(empty_database_url):
    """A database at revision 0002: chats that chose, and a reminder that was sent."""
    engine = create_async_engine(empty_database_url)
    rows = """
INSERT INTO chats (id, kind, language, subscribed_at, zone, hour, joined)
    VALUES (5, 'private', 'en', 1, 'Asia/Tokyo', 7, 'poster'), (6, 'private', 'az', 1, NULL, NULL, NULL);
INSERT INTO chats (id, kind, language, gone_at, gone_reason) VALUES (7, 'private', 'en', 3, 'blocked');
INSERT INTO choices (chat_id, anniversary_id, wanted) VALUES (5, 'flood', FALSE), (5, 'fire', TRUE);
INSERT INTO messages (kind, key, state, body, created_at, started_at, finished_at, expires_at)
    VALUES ('reminder', 'reminder:flood:2026-03-02:day:Asia/Baku:9', 'finished', '{}', 1, 1, 9, 9);
INSERT INTO deliveries (message_id, chat_id, state, reason) VALUES (1, 5, 'sent', NULL), (1, 6, 'skipped', 'late');
INSERT INTO senders (name, is_main, until) VALUES ('here:1', TRUE, 1090), ('there:2', FALSE, 2000)
"""
    async with engine.begin() as connection:
        await connection.run_sync(schema_of, "0002")
        for statement in rows.split(";"):
            await connection.execute(text(statement))
    await engine.dispose()
    return empty_database_url


async def test_chats_of_the_second_schema_keep_what_they_chose_and_have_the_defaults_else(second_url):
    async with connect.open_database(second_url) as db:
        assert await transact(db, settings.load, 5) == ChatSettings(
            "Asia/Tokyo", 7, anniversaries={"flood": False, "fire": True}
        )
        assert await transact(db, settings.load, 6) == ChatSettings()
        assert await transact(db, chats.find, 6) == Chat(6, "private", "az", None, 1.0)
        assert await transact(db, chats.find, 7) == Chat(7, "private", "en", None, None)
        assert await transact(db, plans.list_groups, Group("Asia/Baku", 9)) == {
            Group("Asia/Tokyo", 7),
            Group("Asia/Baku", 9),
        }
        own = ChatSettings(quiet=Quiet(22, 7), big_only=True, skipped=frozenset({("flood", 2027)}))
        await transact(db, settings.save, 6, own, 5.0)
        assert await transact(db, settings.load, 6) == own


async def test_a_reminder_of_the_second_schema_is_known_as_told_and_alarms_nobody(second_url):
    async with connect.open_database(second_url) as db:
        assert await transact(db, ledger.count_late) == {}
        assert (await transact(db, ledger.count_states, 1)).sent == 1
        assert await transact(db, settings.list_sent_items, 5, ["flood:2026-03-02:day"]) == {"flood:2026-03-02:day"}
        due = Due(dt.date(2026, 3, 2), (), Group("Asia/Baku", 9))
        assert plans.is_planned(await transact(db, plans.list_planned, [due]), due)
        assert [day for day, _tally in await transact(db, ledger.count_reminders, 5)] == ["2026-03-02"]


async def test_the_calendar_was_looked_through_until_the_second_schemas_bot_last_ran(second_url):
    async with connect.open_database(second_url) as db:
        assert await transact(db, plans.load_planned_until) == 1000.0
        assert await transact(db, plans.load_default_group) is None
