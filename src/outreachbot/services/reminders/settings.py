"""Changes what a chat chose, and tells it at once what the change would make it miss."""

import datetime as dt
from collections.abc import Callable

from outreachbot.bot.context import Ask, House
from outreachbot.domain.delivery.states import Kind
from outreachbot.domain.reminders import settings as rules
from outreachbot.domain.reminders.settings import Change, ChatSettings
from outreachbot.store import audience, chats
from outreachbot.store.database import connect
from outreachbot.store.database.connect import Connection
from outreachbot.store.delivery import messages
from outreachbot.store.reminders import plans
from outreachbot.store.reminders import settings as store
from outreachbot.views.reminders import reminder


async def chosen(house: House, chat_id: int) -> tuple[ChatSettings, bool]:
    """What the chat chose, and whether it is subscribed."""
    async with connect.reading(house.db) as db:
        chat = await chats.find(db, chat_id)
        return await store.find(db, chat_id), chat is not None and chat.subscribed


async def change(house: House, ask: Ask, make: Callable[[ChatSettings], ChatSettings]) -> ChatSettings:
    """Change what the chat chose; what holds from now on."""
    owed = False
    async with connect.writing(house.db) as db:
        await plans.in_turn(db)
        await chats.know(db, ask.chat_id, kind=ask.kind, language=ask.language)
        before = await store.find(db, ask.chat_id)
        after = rules.forgetful(make(before), house.clock().date())
        if after != before:
            await store.save(db, ask.chat_id, after, house.clock().timestamp())
            await _withdraw_what_is_unwanted(house, db, ask.chat_id, after)
            chat = await chats.find(db, ask.chat_id)
            if chat is not None and chat.subscribed_at is not None:
                owed = await _tell_what_is_owed(house, db, ask.chat_id, before, after, chat.subscribed_at)
    if owed:
        house.wake.set()
    return after


async def subscribe(house: House, ask: Ask) -> tuple[ChatSettings, bool]:
    """The chat wants reminders and broadcasts: what it chose, and whether that is new."""
    async with connect.writing(house.db) as db:
        await plans.in_turn(db)
        now = house.clock().timestamp()
        new = await chats.subscribe(
            db, ask.chat_id, kind=ask.kind, language=ask.language, topic_id=ask.topic_id, now=now
        )
        settings = await store.find(db, ask.chat_id)
        owed = new and await _tell_what_is_owed(house, db, ask.chat_id, settings, settings, now)
    if owed:
        house.wake.set()
    return settings, new


async def _withdraw_what_is_unwanted(house: House, db: Connection, chat_id: int, after: ChatSettings) -> None:
    """What lies in the outbox for the chat, and it wants nothing of it any more, is not sent."""
    waiting = await plans.waiting(db, chat_id)
    unwanted = [
        message_id
        for message_id, items in waiting.items()
        if not any(rules.still_wants(after, item, house.content) for item in items)
    ]
    if unwanted:
        await plans.withdraw(db, chat_id, unwanted, house.clock().timestamp())


async def _tell_what_is_owed(
    house: House, db: Connection, chat_id: int, before: ChatSettings, after: ChatSettings, subscribed_at: float
) -> bool:
    """Write it into the outbox; whether there is anything."""
    content = house.content  # another may go live meanwhile
    one = Change(before, after, dt.datetime.fromtimestamp(subscribed_at, dt.UTC), house.clock())
    dues = rules.open_days(one, content)
    if not dues:
        return False
    told = await store.told(db, chat_id, [item.key for due in dues for item in due.items])
    planned = await plans.known(db, dues)
    items = rules.owed(one, content, dues, told, [due for due in dues if plans.is_among(planned, due)])
    if not items:
        return False
    group = after.group(content)
    message_id = await messages.write(
        db,
        Kind.REMINDER,
        reminder.in_every_language(content, items, group),
        house.clock().timestamp(),
        key=f"reminder:{items[0].day}:chat {chat_id}:{'+'.join(item.key for item in items)}",
        expires_at=rules.owed_until(items, one, content).timestamp(),
    )
    if message_id is None:  # it was written before the clock was set back
        return False
    await plans.tell(db, {message_id: [item.key for item in items]})
    await audience.queue_one(db, message_id, chat_id)
    return True
