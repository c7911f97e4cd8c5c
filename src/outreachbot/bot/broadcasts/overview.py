"""Answers /broadcasts: the list of all, the ledger of each, and the buttons that steer, repeat, correct and delete."""

import asyncio
import csv
import datetime as dt
import gzip
import io
from collections.abc import AsyncIterator

from outreachbot.bot.broadcasts import confirm
from outreachbot.bot.context import BotContext, CallbackAnswer, Choice, Request
from outreachbot.bot.guards import require_bot_admin
from outreachbot.bot.routing import Reply, button, command
from outreachbot.domain.callbacks.broadcasts import (
    CorrectBroadcast,
    DeleteBroadcast,
    ListBroadcasts,
    ListReminders,
    OpenBroadcast,
    PauseBroadcast,
    ResendUncertain,
    ResumeBroadcast,
    RetryFailed,
    SendTable,
    StartMissedBroadcast,
    StopBroadcast,
)
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.delivery.states import BY_ADMINS, DeliveryState, MessageKind, MessageState
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import Message
from outreachbot.services.broadcasts.status import load_status
from outreachbot.services.sending import messages as telegram_say
from outreachbot.store.broadcasts import composing
from outreachbot.store.broadcasts import records as store
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection
from outreachbot.store.delivery import ledger, messages
from outreachbot.store.delivery.ledger import Entry
from outreachbot.views.broadcasts import replies as say
from outreachbot.views.broadcasts import status as views
from outreachbot.views.broadcasts.confirm import ask_correction

LARGE_TABLE = 20 * 2**20  # bytes; Telegram takes files of 50 MB, and a larger table is compressed
PAGE = 8  # messages in the list at once


async def list_newest(context: BotContext, request: Request) -> Message:
    return await _list_broadcasts(context, request, None)


async def list_broadcasts(context: BotContext, choice: Choice[ListBroadcasts]) -> Message:
    return await _list_broadcasts(context, choice, choice.callback.before)


async def _list_broadcasts(context: BotContext, request: Request, before: OutboxId | None) -> Message:
    """The newest, or those older than that one."""
    async with connect.reading(context.db) as db:
        found = await ledger.list_messages(db, newest=PAGE + 1, before=before, kinds=BY_ADMINS)
        shown = found[-PAGE:]
        entries = [(message, await ledger.count_states(db, message.id)) for message in reversed(shown)]
    older = shown[0].id if len(found) > PAGE else None
    return say.broadcast_list(request.language, context.content.zone, entries, older, newer=before is not None)


async def list_reminders(context: BotContext, request: Request) -> Message:
    """What became of the reminders, by their day."""
    async with connect.reading(context.db) as db:
        return say.reminders(request.language, await ledger.count_reminders(db, PAGE))


async def open_ledger(context: BotContext, choice: Choice[OpenBroadcast]) -> Reply:
    return await _ledger(context, choice, choice.callback.outbox_id)


async def _ledger(context: BotContext, request: Request, outbox_id: OutboxId) -> Reply:
    async with connect.reading(context.db) as db:
        message = await ledger.find_message(db, outbox_id)
        if message is None:
            return CallbackAnswer(say.message_not_found(request.language))
        return views.ledger(request.language, await load_status(context, db, message, full=True))


StateChange = PauseBroadcast | ResumeBroadcast | StartMissedBroadcast | StopBroadcast


async def change_state(context: BotContext, choice: Choice[StateChange]) -> Reply:
    """Pause, resume, start or stop a message that was confirmed; any admin may. Its progress message follows."""
    outbox_id = choice.callback.outbox_id
    async with connect.writing(context.db) as db:
        await store.lock(db, outbox_id)
        if isinstance(choice.callback, ResumeBroadcast) and await store.is_being_changed(db, outbox_id):
            return CallbackAnswer(say.being_changed(choice.language))
        is_changed = await _change_state(db, choice.callback, context.timestamp())
        is_progress = await store.is_progress_message(db, outbox_id, choice.telegram_message_id)
    context.wake_queueing.set()
    context.wake_sender.set()
    if not is_changed:
        return CallbackAnswer(say.already_decided(choice.language))
    if is_progress:
        return CallbackAnswer(_note(choice.callback, choice.language), alert=False)
    return await _ledger(context, choice, outbox_id)  # a ledger that was opened, or a reminder that was paused


async def _change_state(db: Connection, change: StateChange, now: float) -> bool:
    """Whether the message was in a state in which that can be done."""
    running, paused, missed = MessageState.RUNNING, MessageState.PAUSED, MessageState.MISSED
    match change:
        case PauseBroadcast(outbox_id):
            return await messages.change_state(db, outbox_id, paused, only_from=[running])
        case ResumeBroadcast(outbox_id):
            return await messages.change_state(db, outbox_id, running, only_from=[paused])
        case StartMissedBroadcast(outbox_id):
            return await messages.start(db, outbox_id, now, only_from=[missed])
        case StopBroadcast(outbox_id):
            return await messages.stop(db, outbox_id, now)


def _note(change: StateChange, language: str) -> str:
    match change:
        case PauseBroadcast():
            return say.paused(language)
        case ResumeBroadcast() | StartMissedBroadcast():
            return say.resumed(language)
        case StopBroadcast():
            return say.stopped(language)


async def send_again(context: BotContext, choice: Choice[ResendUncertain | RetryFailed]) -> Reply:
    """Write again to the uncertain, or to the failed that may recover: only a person can want that."""
    is_uncertain = isinstance(choice.callback, ResendUncertain)
    which = DeliveryState.UNCERTAIN if is_uncertain else DeliveryState.FAILED
    outbox_id = choice.callback.outbox_id
    async with connect.writing(context.db) as db:
        deleted = await store.is_deleted(db, outbox_id)
        number = 0 if deleted else await messages.queue_again(db, outbox_id, which, context.timestamp())
        if number:
            await store.mark_unreported(db, outbox_id)
    context.wake_sender.set()
    return (
        CallbackAnswer(say.queued_again(choice.language, number), alert=False)
        if number
        else CallbackAnswer(say.already_decided(choice.language))
    )


async def send_table(context: BotContext, choice: Choice[SendTable]) -> Reply:
    """The whole ledger of a message as a file."""
    outbox_id = choice.callback.outbox_id
    async with connect.reading(context.db) as db:
        if await ledger.find_message(db, outbox_id) is None:
            return CallbackAnswer(say.message_not_found(choice.language))
        if choice.press_id is not None:  # a large one takes longer than Telegram waits for the answer to a press
            await telegram_say.answer_callback(context.messenger, choice.press_id)
        data = await _csv(ledger.iterate_entries(db, outbox_id))
    name = f"outreachbot-{outbox_id}.csv"
    if len(data) > LARGE_TABLE:
        name, data = f"{name}.gz", await asyncio.to_thread(gzip.compress, data)
    caption = say.table_caption(choice.language, outbox_id)
    outcome = await telegram_say.send_file(context.messenger, choice.chat_id, name, data, caption)
    if not isinstance(outcome, Sent):
        await telegram_say.send_with_retry(
            context.messenger, say.table_not_uploaded(choice.language), choice.chat_id, choice.topic_id
        )
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


async def ask_for_correction(context: BotContext, choice: Choice[CorrectBroadcast]) -> Reply:
    """The admin's next message is the corrected text of this broadcast."""
    outbox_id = choice.callback.outbox_id
    assert choice.user_id is not None  # the guard lets only admins through
    async with connect.writing(context.db) as db:
        message = await ledger.find_message(db, outbox_id)
        if message is None or not (await load_status(context, db, message, full=True)).correctable:
            return CallbackAnswer(say.message_not_found(choice.language))
        await composing.start(db, choice.user_id, context.timestamp(), of_id=outbox_id)
    return ask_correction(choice.language, outbox_id)


async def ask_to_delete(context: BotContext, choice: Choice[DeleteBroadcast]) -> Reply:
    """Ask whether every copy is to be deleted."""
    outbox_id = choice.callback.outbox_id
    assert choice.user_id is not None  # the guard lets only admins through
    async with connect.writing(context.db) as db:
        message = await ledger.find_message(db, outbox_id)
        if message is None or not (await load_status(context, db, message, full=True)).deletable:
            return CallbackAnswer(say.message_not_found(choice.language))
        content = await messages.load_bodies(db, outbox_id)
        job = await store.create_draft(
            db,
            choice.user_id,
            choice.chat_id,
            content,
            context.timestamp(),
            kind=MessageKind.DELETION,
            of_id=outbox_id,
        )
    return await confirm.ask_to_confirm(context, choice, job)


HANDLERS = [
    command("broadcasts", list_newest, guard=require_bot_admin),
    button(ListBroadcasts, list_broadcasts, guard=require_bot_admin),
    button(ListReminders, list_reminders, guard=require_bot_admin),
    button(OpenBroadcast, open_ledger, guard=require_bot_admin),
    button(PauseBroadcast, change_state, guard=require_bot_admin),
    button(ResumeBroadcast, change_state, guard=require_bot_admin),
    button(StartMissedBroadcast, change_state, guard=require_bot_admin),
    button(StopBroadcast, change_state, guard=require_bot_admin),
    button(ResendUncertain, send_again, guard=require_bot_admin),
    button(RetryFailed, send_again, guard=require_bot_admin),
    button(SendTable, send_table, guard=require_bot_admin),
    button(CorrectBroadcast, ask_for_correction, guard=require_bot_admin),
    button(DeleteBroadcast, ask_to_delete, guard=require_bot_admin),
]
