"""Answers /broadcasts: the list of all, the ledger of each, and the buttons that steer, repeat, correct and delete."""

import asyncio
import csv
import datetime as dt
import gzip
import io
from collections.abc import AsyncIterator

from outreachbot.bot.broadcasts import confirm
from outreachbot.bot.context import BotContext, CallbackAnswer, Request, arguments, outbox_argument
from outreachbot.bot.guards import require_bot_admin
from outreachbot.bot.routing import Reply, button, command
from outreachbot.domain.delivery.outcomes import Sent
from outreachbot.domain.delivery.states import BY_ADMINS, DeliveryState, MessageKind, MessageState
from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import Message
from outreachbot.services.broadcasts.status import load_status
from outreachbot.services.sending import messages as telegram_say
from outreachbot.store.broadcasts import composing
from outreachbot.store.broadcasts import records as store
from outreachbot.store.database import connect
from outreachbot.store.delivery import ledger, messages
from outreachbot.store.delivery.ledger import Entry
from outreachbot.views.broadcasts import replies as say
from outreachbot.views.broadcasts import status as views
from outreachbot.views.broadcasts.confirm import ask_correction
from outreachbot.views.parts import BROADCAST

LARGE_TABLE = 20 * 2**20  # bytes; Telegram takes files of 50 MB, and a larger table is compressed
PAGE = 8  # messages in the list at once


async def list_broadcasts(context: BotContext, request: Request) -> Message:
    """The newest, or those before the one whose id the button names."""
    before, _rest = arguments(request)
    async with connect.reading(context.db) as db:
        found = await ledger.list_messages(db, newest=PAGE + 1, before=before or None, kinds=BY_ADMINS)
        shown = found[-PAGE:]
        entries = [(message, await ledger.count_states(db, message.id)) for message in reversed(shown)]
    older = shown[0].id if len(found) > PAGE else None
    return say.broadcast_list(request.language, context.content.zone, entries, older, newer=bool(before))


async def list_reminders(context: BotContext, request: Request) -> Message:
    """What became of the reminders, by their day."""
    async with connect.reading(context.db) as db:
        return say.reminders(request.language, await ledger.count_reminders(db, PAGE))


async def open_ledger(context: BotContext, request: Request) -> Reply:
    outbox_id = outbox_argument(request)
    return await _ledger(context, request, outbox_id)


async def _ledger(context: BotContext, request: Request, outbox_id: OutboxId) -> Reply:
    async with connect.reading(context.db) as db:
        message = await ledger.find_message(db, outbox_id)
        if message is None:
            return CallbackAnswer(say.message_not_found(request.language))
        return views.ledger(request.language, await load_status(context, db, message, full=True))


async def change_state(context: BotContext, request: Request) -> Reply:
    """Pause, resume or stop a message that was confirmed; any admin may. Its progress message follows by itself."""
    running, paused, missed = MessageState.RUNNING, MessageState.PAUSED, MessageState.MISSED
    verb = request.words.partition(":")[0]
    outbox_id = outbox_argument(request)
    async with connect.writing(context.db) as db:
        await store.lock(db, outbox_id)
        if verb == "resume" and await store.is_being_changed(db, outbox_id):
            return CallbackAnswer(say.being_changed(request.language))
        match verb:
            case "pause":
                done, note = await messages.change_state(db, outbox_id, paused, only_from=[running]), say.paused
            case "resume":
                done, note = await messages.change_state(db, outbox_id, running, only_from=[paused]), say.resumed
            case "now":
                done, note = (
                    await messages.start(db, outbox_id, context.timestamp(), only_from=[missed]),
                    say.resumed,
                )
            case _:
                done, note = await messages.stop(db, outbox_id, context.timestamp()), say.stopped
        is_shown = await store.is_progress_message(db, outbox_id, request.telegram_message_id)
    context.wake_queueing.set()
    context.wake_sender.set()
    if not done:
        return CallbackAnswer(say.already_decided(request.language))
    if is_shown:
        return CallbackAnswer(note(request.language), alert=False)
    return await _ledger(context, request, outbox_id)  # a ledger that was opened, or a reminder that was paused


async def send_again(context: BotContext, request: Request) -> Reply:
    """Write again to the uncertain, or to the failed that may recover: only a person can want that."""
    which = DeliveryState.UNCERTAIN if request.words.startswith("uncertain") else DeliveryState.FAILED
    outbox_id = outbox_argument(request)
    async with connect.writing(context.db) as db:
        deleted = await store.is_deleted(db, outbox_id)
        number = 0 if deleted else await messages.queue_again(db, outbox_id, which, context.timestamp())
        if number:
            await store.mark_unreported(db, outbox_id)
    context.wake_sender.set()
    return (
        CallbackAnswer(say.queued_again(request.language, number), alert=False)
        if number
        else CallbackAnswer(say.already_decided(request.language))
    )


async def send_table(context: BotContext, request: Request) -> Reply:
    """The whole ledger of a message as a file."""
    outbox_id = outbox_argument(request)
    async with connect.reading(context.db) as db:
        if await ledger.find_message(db, outbox_id) is None:
            return CallbackAnswer(say.message_not_found(request.language))
        if request.press_id is not None:  # a large one takes longer than Telegram waits for the answer to a press
            await telegram_say.answer_callback(context.messenger, request.press_id)
        data = await _csv(ledger.iterate_entries(db, outbox_id))
    name = f"outreachbot-{outbox_id}.csv"
    if len(data) > LARGE_TABLE:
        name, data = f"{name}.gz", await asyncio.to_thread(gzip.compress, data)
    caption = say.table_caption(request.language, outbox_id)
    outcome = await telegram_say.send_file(context.messenger, request.chat_id, name, data, caption)
    if not isinstance(outcome, Sent):
        await telegram_say.send_with_retry(
            context.messenger, say.table_not_uploaded(request.language), request.chat_id, request.topic_id
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


async def ask_for_correction(context: BotContext, request: Request) -> Reply:
    """The admin's next message is the corrected text of this broadcast."""
    outbox_id = outbox_argument(request)
    assert request.user_id is not None  # the guard lets only admins through
    async with connect.writing(context.db) as db:
        message = await ledger.find_message(db, outbox_id)
        if message is None or not (await load_status(context, db, message, full=True)).correctable:
            return CallbackAnswer(say.message_not_found(request.language))
        await composing.start(db, request.user_id, context.timestamp(), of_id=outbox_id)
    return ask_correction(request.language, outbox_id)


async def ask_to_delete(context: BotContext, request: Request) -> Reply:
    """Ask whether every copy is to be deleted."""
    outbox_id = outbox_argument(request)
    assert request.user_id is not None  # the guard lets only admins through
    async with connect.writing(context.db) as db:
        message = await ledger.find_message(db, outbox_id)
        if message is None or not (await load_status(context, db, message, full=True)).deletable:
            return CallbackAnswer(say.message_not_found(request.language))
        content = await messages.load_bodies(db, outbox_id)
        job = await store.create_draft(
            db,
            request.user_id,
            request.chat_id,
            content,
            context.timestamp(),
            kind=MessageKind.DELETION,
            of_id=outbox_id,
        )
    return await confirm.ask_to_confirm(context, request, job)


HANDLERS = [
    command("broadcasts", list_broadcasts, guard=require_bot_admin),
    *(
        button(f"{BROADCAST}:{verb}", function, guard=require_bot_admin)
        for verb, function in {
            "list": list_broadcasts,
            "reminders": list_reminders,
            "open": open_ledger,
            "pause": change_state,
            "resume": change_state,
            "now": change_state,
            "stop": change_state,
            "uncertain": send_again,
            "failed": send_again,
            "csv": send_table,
            "correct": ask_for_correction,
            "delete": ask_to_delete,
        }.items()
    ),
]
