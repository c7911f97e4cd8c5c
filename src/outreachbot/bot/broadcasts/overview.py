"""Answers /broadcasts: lists all, shows the ledger of each, and pauses, repeats, corrects and deletes them."""

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
from outreachbot.services.sending import messages as sending
from outreachbot.store.broadcasts import composing
from outreachbot.store.broadcasts import records as store
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection
from outreachbot.store.delivery import ledger, messages
from outreachbot.store.delivery.ledger import Entry
from outreachbot.views.broadcasts import replies as say
from outreachbot.views.broadcasts import status as views
from outreachbot.views.broadcasts.confirm import ask_correction

LARGE_TABLE = 20 * 2**20  # bytes; a larger table is compressed: Telegram accepts files of up to 50 MB
PAGE = 8  # messages in the list at once


async def list_newest(context: BotContext, request: Request) -> Message:
    return await _list_broadcasts(context, request, None)


async def list_broadcasts(context: BotContext, choice: Choice[ListBroadcasts]) -> Message:
    return await _list_broadcasts(context, choice, choice.callback.before)


async def _list_broadcasts(context: BotContext, request: Request, before: OutboxId | None) -> Message:
    """List the newest broadcasts, or those before the given id."""
    async with connect.reading(context.db) as db:
        listed = await ledger.list_messages(db, newest=PAGE + 1, before=before, kinds=BY_ADMINS)
        shown = listed[-PAGE:]
        entries = [(message, await ledger.count_states(db, message.id)) for message in reversed(shown)]
    older = shown[0].id if len(listed) > PAGE else None
    return say.broadcast_list(request.language, context.content.zone, entries, older, newer=before is not None)


async def list_reminders(context: BotContext, request: Request) -> Message:
    """Show how many reminders of each day were sent."""
    async with connect.reading(context.db) as db:
        return say.reminders(request.language, await ledger.count_reminders(db, PAGE))


async def open_ledger(context: BotContext, choice: Choice[OpenBroadcast]) -> Reply:
    return await _show_ledger(context, choice, choice.callback.outbox_id)


async def _show_ledger(context: BotContext, request: Request, outbox_id: OutboxId) -> Reply:
    async with connect.reading(context.db) as db:
        message = await ledger.find_message(db, outbox_id)
        if message is None:
            return CallbackAnswer(say.message_not_found(request.language))
        return views.ledger(request.language, await load_status(context, db, message, full=True))


StateChange = PauseBroadcast | ResumeBroadcast | StartMissedBroadcast | StopBroadcast


async def change_state(context: BotContext, choice: Choice[StateChange]) -> Reply:
    """Pause, resume, start or stop a confirmed message; any admin may. A worker updates its progress message."""
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
        return CallbackAnswer(_describe_change(choice.callback, choice.language), alert=False)
    return await _show_ledger(context, choice, outbox_id)  # pressed in a ledger, or in the alert about a reminder


async def _change_state(db: Connection, change: StateChange, now: float) -> bool:
    """Returns False if the state of the message does not allow the change."""
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


def _describe_change(change: StateChange, language: str) -> str:
    match change:
        case PauseBroadcast():
            return say.paused(language)
        case ResumeBroadcast() | StartMissedBroadcast():
            return say.resumed(language)
        case StopBroadcast():
            return say.stopped(language)


async def send_again(context: BotContext, choice: Choice[ResendUncertain | RetryFailed]) -> Reply:
    """Send again to the uncertain chats, or to failed ones that may recover. This never happens automatically."""
    is_uncertain = isinstance(choice.callback, ResendUncertain)
    which = DeliveryState.UNCERTAIN if is_uncertain else DeliveryState.FAILED
    outbox_id = choice.callback.outbox_id
    async with connect.writing(context.db) as db:
        is_deleted = await store.is_deleted(db, outbox_id)
        number = 0 if is_deleted else await messages.queue_again(db, outbox_id, which, context.timestamp())
        if number:
            await store.mark_unreported(db, outbox_id)
    context.wake_sender.set()
    return (
        CallbackAnswer(say.queued_again(choice.language, number), alert=False)
        if number
        else CallbackAnswer(say.already_decided(choice.language))
    )


async def send_table(context: BotContext, choice: Choice[SendTable]) -> Reply:
    """Send the whole ledger of a message as a CSV file."""
    outbox_id = choice.callback.outbox_id
    async with connect.reading(context.db) as db:
        if await ledger.find_message(db, outbox_id) is None:
            return CallbackAnswer(say.message_not_found(choice.language))
        if choice.press_id is not None:  # a large table takes longer than the press may wait
            await sending.answer_callback(context.messenger, choice.press_id)
        data = await _build_csv(ledger.iterate_entries(db, outbox_id))
    name = f"outreachbot-{outbox_id}.csv"
    if len(data) > LARGE_TABLE:
        name, data = f"{name}.gz", await asyncio.to_thread(gzip.compress, data)
    caption = say.table_caption(choice.language, outbox_id)
    outcome = await sending.send_file(context.messenger, choice.chat_id, name, data, caption)
    if not isinstance(outcome, Sent):
        await sending.send_with_retry(
            context.messenger, say.table_not_uploaded(choice.language), choice.chat_id, choice.topic_id
        )
    return None


async def _build_csv(entries: AsyncIterator[Entry]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["chat", "state", "reason", "telegram_says", "message_id", "changed_at_utc"])
    async for entry in entries:
        at = (
            ""
            if entry.changed_at is None
            else f"{dt.datetime.fromtimestamp(entry.changed_at, dt.UTC):%Y-%m-%d %H:%M:%S}"
        )
        row = [
            entry.chat_id,
            entry.state,
            entry.reason or "",
            _escape_formula(entry.detail),
            entry.telegram_id or "",
            at,
        ]
        writer.writerow(row)
    return text.getvalue().encode("utf-8-sig")  # with a byte order mark, by which spreadsheets recognise UTF-8


def _escape_formula(detail: str | None) -> str:
    """Keep spreadsheets from reading Telegram's description as a formula."""
    return f"'{detail}" if detail and detail[0] in "=+-@" else detail or ""


async def ask_for_correction(context: BotContext, choice: Choice[CorrectBroadcast]) -> Reply:
    """Take the admin's next message as the corrected text of this broadcast."""
    outbox_id = choice.callback.outbox_id
    assert choice.user_id is not None  # the guard accepts only admins
    async with connect.writing(context.db) as db:
        message = await ledger.find_message(db, outbox_id)
        if message is None or not (await load_status(context, db, message, full=True)).correctable:
            return CallbackAnswer(say.message_not_found(choice.language))
        await composing.start(db, choice.user_id, context.timestamp(), of_id=outbox_id)
    return ask_correction(choice.language, outbox_id)


async def ask_to_delete(context: BotContext, choice: Choice[DeleteBroadcast]) -> Reply:
    """Ask whether to delete all copies."""
    outbox_id = choice.callback.outbox_id
    assert choice.user_id is not None  # the guard accepts only admins
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
