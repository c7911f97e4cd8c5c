"""Changes what a chat chose, and tells it at once what the change would make it miss."""

import datetime as dt
from collections.abc import Callable

from outreachbot.bot.context import Ask, House
from outreachbot.domain import settings as rules
from outreachbot.domain.delivery import Kind
from outreachbot.domain.settings import Change, ChatSettings
from outreachbot.store import audience, chats, connect, messages, plans
from outreachbot.store import settings as store
from outreachbot.store.connect import Connection
from outreachbot.views import reminder


async def chosen(house: House, chat_id: int) -> tuple[ChatSettings, bool]:
    """What the chat chose, and whether it is subscribed."""
    async with connect.reading(house.db) as db:
        chat = await chats.find(db, chat_id)
        return await store.find(db, chat_id), chat is not None and chat.subscribed


async def change(house: House, ask: Ask, make: Callable[[ChatSettings], ChatSettings]) -> ChatSettings:
    """Change what the chat chose; what holds from now on."""
    async with connect.writing(house.db) as db:
        await plans.in_turn(db)
        await chats.know(db, ask.chat_id, kind=ask.kind, language=ask.language)
        before = await store.find(db, ask.chat_id)
        after = make(before)
        if after != before:
            await store.save(db, ask.chat_id, after, house.clock().timestamp())
            await _tell_what_is_owed(house, db, ask.chat_id, before, after)
    house.wake.set()
    return after


async def subscribe(house: House, ask: Ask) -> bool:
    """The chat wants reminders and broadcasts; False when it already did."""
    async with connect.writing(house.db) as db:
        await plans.in_turn(db)
        now = house.clock().timestamp()
        new = await chats.subscribe(
            db, ask.chat_id, kind=ask.kind, language=ask.language, topic_id=ask.topic_id, now=now
        )
        if new:
            settings = await store.find(db, ask.chat_id)
            await _tell_what_is_owed(house, db, ask.chat_id, settings, settings)
    house.wake.set()
    return new


async def _tell_what_is_owed(
    house: House, db: Connection, chat_id: int, before: ChatSettings, after: ChatSettings
) -> None:
    chat = await chats.find(db, chat_id)
    if chat is None or chat.subscribed_at is None:
        return
    subscribed_at = dt.datetime.fromtimestamp(chat.subscribed_at, dt.UTC)
    content = house.content
    one = Change(before, after, subscribed_at, house.clock())
    dues = rules.open_days(one, content)
    if not dues:
        return
    told = await store.told(db, chat_id, [item.key for due in dues for item in due.items])
    planned = await plans.known(db, dues)
    items = rules.owed(one, content, dues, told, [due for due in dues if plans.is_among(planned, due)])
    if not items:
        return
    group = after.group(content)
    message_id = await messages.write(
        db,
        Kind.REMINDER,
        reminder.in_every_language(content, items, group.zone),
        house.clock().timestamp(),
        key=f"reminder:{items[0].day}:chat {chat_id}:{'+'.join(item.key for item in items)}",
        expires_at=rules.owed_until(items, one, content).timestamp(),
    )
    if message_id is not None:  # None: it was written before the clock was set back
        await plans.tell(db, {message_id: [item.key for item in items]})
        await audience.queue_one(db, message_id, chat_id)
