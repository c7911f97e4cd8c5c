"""Changes a chat's settings, and sends at once the reminders that the change would make it miss."""

import datetime as dt
from collections.abc import Callable

from outreachbot.domain.delivery.states import MessageKind
from outreachbot.domain.reminders import settings as rules
from outreachbot.domain.reminders.settings import ChatSettings, SettingsChange
from outreachbot.services.context import ChatRef, Context
from outreachbot.store import chats
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection
from outreachbot.store.delivery import messages, queueing
from outreachbot.store.reminders import plans
from outreachbot.store.reminders import settings as store
from outreachbot.views.reminders import reminder


async def load_settings(context: Context, chat_id: int) -> tuple[ChatSettings, bool]:
    """The chat's settings, and whether it is subscribed."""
    async with connect.reading(context.db) as db:
        chat = await chats.find(db, chat_id)
        return await store.load(db, chat_id), chat is not None and chat.subscribed


async def change_settings(
    context: Context, chat: ChatRef, make: Callable[[ChatSettings], ChatSettings]
) -> ChatSettings:
    """Change the chat's settings with `make`; returns the new settings."""
    is_owed = False
    async with connect.writing(context.db) as db:
        await plans.lock_planning(db)
        await chats.ensure_known(db, chat.id, kind=chat.kind, language=chat.language)
        before = await store.load(db, chat.id)
        after = rules.drop_past_skips(make(before), context.clock().date())
        if after != before:
            await store.save(db, chat.id, after, context.clock().timestamp())
            await _withdraw_unwanted(context, db, chat.id, after)
            known = await chats.find(db, chat.id)
            if known is not None and known.subscribed_at is not None:
                is_owed = await _queue_owed(context, db, chat.id, before, after, known.subscribed_at)
    if is_owed:
        context.wake_sender.set()
    return after


async def subscribe_chat(context: Context, chat: ChatRef) -> tuple[ChatSettings, bool]:
    """Subscribe the chat to reminders and broadcasts; returns its settings, and whether that is new."""
    async with connect.writing(context.db) as db:
        await plans.lock_planning(db)
        now = context.clock().timestamp()
        is_new = await chats.subscribe(
            db, chat.id, kind=chat.kind, language=chat.language, topic_id=chat.topic_id, now=now
        )
        settings = await store.load(db, chat.id)
        is_owed = is_new and await _queue_owed(context, db, chat.id, settings, settings, now)
    if is_owed:
        context.wake_sender.set()
    return settings, is_new


async def _withdraw_unwanted(context: Context, db: Connection, chat_id: int, after: ChatSettings) -> None:
    """Withdraw the chat's queued reminders of which it no longer wants any notice."""
    waiting = await plans.list_waiting(db, chat_id)
    unwanted = [
        outbox_id
        for outbox_id, items in waiting.items()
        if not any(rules.still_wants_item(after, item, context.content) for item in items)
    ]
    if unwanted:
        await plans.withdraw(db, chat_id, unwanted, context.clock().timestamp())


async def _queue_owed(
    context: Context, db: Connection, chat_id: int, before: ChatSettings, after: ChatSettings, subscribed_at: float
) -> bool:
    """Queue a reminder with the notices that the chat would miss; False if there are none."""
    content = context.content  # the same throughout: another may go live meanwhile
    change = SettingsChange(before, after, dt.datetime.fromtimestamp(subscribed_at, dt.UTC), context.clock())
    dues = rules.list_open_days(change, content)
    if not dues:
        return False
    sent = await store.list_sent_items(db, chat_id, [item.key for due in dues for item in due.items])
    planned = await plans.list_planned(db, dues)
    items = rules.list_owed(change, content, dues, sent, [due for due in dues if plans.is_planned(planned, due)])
    if not items:
        return False
    group = after.group(content)
    outbox_id = await messages.create(
        db,
        MessageKind.REMINDER,
        reminder.reminder_in_all_languages(content, items, group),
        context.clock().timestamp(),
        key=f"reminder:{items[0].day}:chat {chat_id}:{'+'.join(item.key for item in items)}",
        expires_at=rules.compute_owed_until(items, change, content).timestamp(),
    )
    if outbox_id is None:  # it was queued already, before the clock was set back
        return False
    await plans.record_notices(db, {outbox_id: [item.key for item in items]})
    await queueing.queue_for_chat(db, outbox_id, chat_id)
    return True
