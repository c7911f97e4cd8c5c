"""Answers /broadcasts: the list of all, the ledger of each, and the buttons that steer, repeat, correct and delete."""

import asyncio
import csv
import datetime as dt
import gzip
import io
from collections.abc import AsyncIterator

from outreachbot.bot.broadcasts import confirm
from outreachbot.bot.context import Ask, House, Note, arguments, now
from outreachbot.bot.guards import admins_of_the_bot
from outreachbot.bot.routing import Reply, button, command
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.delivery.states import BY_ADMINS, Kind, MessageState, State
from outreachbot.domain.messages.message import Message
from outreachbot.services.broadcasts.status import standing
from outreachbot.services.sending import messages as telegram_say
from outreachbot.store.broadcasts import composing
from outreachbot.store.broadcasts import records as store
from outreachbot.store.database import connect
from outreachbot.store.delivery import ledger, messages
from outreachbot.store.delivery.ledger import Entry, Told
from outreachbot.views.broadcasts import replies as say
from outreachbot.views.broadcasts import status as views
from outreachbot.views.broadcasts.confirm import ask_correction
from outreachbot.views.broadcasts.replies import Line
from outreachbot.views.parts import BROADCAST

LARGE_TABLE = 20 * 2**20  # bytes; Telegram takes files of 50 MB, and a larger table is compressed
PAGE = 8  # messages in the list at once


async def broadcasts(house: House, ask: Ask) -> Message:
    """The newest, or those before the one whose id the button names."""
    before, _rest = arguments(ask)
    async with connect.reading(house.db) as db:
        found = await ledger.every(db, newest=PAGE + 1, before=before or None, kinds=BY_ADMINS)
        shown = found[-PAGE:]
        lines = [
            Line(one.id, one.kind, one.of_id, one.state, _at(one), await ledger.tally(db, one.id))
            for one in reversed(shown)
        ]
    older = shown[0].id if len(found) > PAGE else None
    return say.listed(ask.language, house.content.zone, lines, older, newer=bool(before))


async def reminders(house: House, ask: Ask) -> Message:
    """What became of the reminders, by their day."""
    async with connect.reading(house.db) as db:
        return say.reminders(ask.language, await ledger.reminders(db, PAGE))


def _at(one: Told) -> dt.datetime:
    return dt.datetime.fromtimestamp(one.started_at or one.starts_at or 0.0, dt.UTC)


async def open_(house: House, ask: Ask) -> Reply:
    message_id, _rest = arguments(ask)
    return await _ledger(house, ask, message_id)


async def _ledger(house: House, ask: Ask, message_id: int) -> Reply:
    async with connect.reading(house.db) as db:
        told = await ledger.find(db, message_id)
        if told is None:
            return Note(say.gone(ask.language))
        return views.ledger(ask.language, await standing(house, db, told, full=True))


async def steer(house: House, ask: Ask) -> Reply:
    """Pause, resume or stop a message that was confirmed; any admin may. Its progress message follows by itself."""
    running, paused, missed = MessageState.RUNNING, MessageState.PAUSED, MessageState.MISSED
    verb = ask.words.partition(":")[0]
    message_id, _rest = arguments(ask)
    async with connect.writing(house.db) as db:
        await store.lock(db, message_id)
        if verb == "resume" and await store.is_being_changed(db, message_id):
            return Note(say.being_changed(ask.language))
        match verb:
            case "pause":
                done, note = await messages.move(db, message_id, paused, only_from=[running]), say.paused
            case "resume":
                done, note = await messages.move(db, message_id, running, only_from=[paused]), say.resumed
            case "now":
                done, note = await messages.start(db, message_id, now(house), only_from=[missed]), say.resumed
            case _:
                done, note = await messages.stop(db, message_id, now(house)), say.stopped
        is_shown = await store.shows_progress(db, message_id, ask.message_id)
    house.begun.set()
    house.wake.set()
    if not done:
        return Note(say.decided(ask.language))
    if is_shown:
        return Note(note(ask.language), alert=False)
    return await _ledger(house, ask, message_id)  # a ledger that was opened, or a reminder that was paused


async def again(house: House, ask: Ask) -> Reply:
    """Write again to the uncertain, or to the failed that may recover: only a person can want that."""
    which = State.UNCERTAIN if ask.words.startswith("uncertain") else State.FAILED
    message_id, _rest = arguments(ask)
    async with connect.writing(house.db) as db:
        deleted = await store.is_deleted(db, message_id)
        number = 0 if deleted else await messages.again(db, message_id, which, now(house))
        if number:
            await store.reported(db, message_id, done=False)
    house.wake.set()
    return Note(say.queued_again(ask.language, number), alert=False) if number else Note(say.decided(ask.language))


async def table(house: House, ask: Ask) -> Reply:
    """The whole ledger of a message as a file."""
    message_id, _rest = arguments(ask)
    async with connect.reading(house.db) as db:
        if await ledger.find(db, message_id) is None:
            return Note(say.gone(ask.language))
        if ask.press_id is not None:  # a large one takes longer than Telegram waits for the answer to a press
            await telegram_say.answer_press(house.telegram, ask.press_id)
        data = await _csv(ledger.entries(db, message_id))
    name = f"outreachbot-{message_id}.csv"
    if len(data) > LARGE_TABLE:
        name, data = f"{name}.gz", await asyncio.to_thread(gzip.compress, data)
    caption = say.table_caption(ask.language, message_id)
    outcome = await telegram_say.send_file(house.telegram, ask.chat_id, name, data, caption)
    if not isinstance(outcome, Sent):
        await telegram_say.reply(house.telegram, say.not_uploaded(ask.language), ask.chat_id, ask.topic_id)
    return None


async def _csv(entries: AsyncIterator[Entry]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["chat", "state", "reason", "telegram_says", "message_id", "changed_at_utc"])
    async for one in entries:
        at = "" if one.changed_at is None else f"{dt.datetime.fromtimestamp(one.changed_at, dt.UTC):%Y-%m-%d %H:%M:%S}"
        row = [one.chat_id, one.state, one.reason or "", _plain(one.detail), one.telegram_id or "", at]
        writer.writerow(row)
    return text.getvalue().encode("utf-8-sig")  # with its mark, a spreadsheet takes it for what it is


def _plain(detail: str | None) -> str:
    """No spreadsheet shall take Telegram's words for a formula."""
    return f"'{detail}" if detail and detail[0] in "=+-@" else detail or ""


async def correct(house: House, ask: Ask) -> Reply:
    """The admin's next message is the corrected text of this broadcast."""
    message_id, _rest = arguments(ask)
    assert ask.user_id is not None  # the guard lets only admins through
    async with connect.writing(house.db) as db:
        told = await ledger.find(db, message_id)
        if told is None or not (await standing(house, db, told, full=True)).correctable:
            return Note(say.gone(ask.language))
        await composing.ask(db, ask.user_id, now(house), of_id=message_id)
    return ask_correction(ask.language, message_id)


async def delete(house: House, ask: Ask) -> Reply:
    """Ask whether every copy is to be deleted."""
    message_id, _rest = arguments(ask)
    assert ask.user_id is not None  # the guard lets only admins through
    async with connect.writing(house.db) as db:
        told = await ledger.find(db, message_id)
        if told is None or not (await standing(house, db, told, full=True)).deletable:
            return Note(say.gone(ask.language))
        content = await messages.body(db, message_id)
        job = await store.draft(db, ask.user_id, ask.chat_id, content, now(house), kind=Kind.DELETION, of_id=message_id)
    return await confirm.question(house, ask, job)


HANDLERS = [
    command("broadcasts", broadcasts, guard=admins_of_the_bot),
    *(
        button(f"{BROADCAST}:{verb}", function, guard=admins_of_the_bot)
        for verb, function in {
            "list": broadcasts,
            "reminders": reminders,
            "open": open_,
            "pause": steer,
            "resume": steer,
            "now": steer,
            "stop": steer,
            "uncertain": again,
            "failed": again,
            "csv": table,
            "correct": correct,
            "delete": delete,
        }.items()
    ),
]
