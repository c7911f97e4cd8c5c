"""The reminder settings of each chat."""

from collections.abc import Collection

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.content.model import Notice
from outreachbot.domain.reminders.settings import ChatSettings, Quiet
from outreachbot.store.database.insert import insert, upsert
from outreachbot.store.tables import chats, choices, deliveries, notices, skipped


async def load(db: AsyncConnection, chat_id: int) -> ChatSettings:
    """The chat's settings; the defaults for an unknown chat."""
    row = (await db.execute(select(chats).where(chats.c.id == chat_id))).one_or_none()
    if row is None:
        return ChatSettings()
    choice_rows = await db.execute(select(choices).where(choices.c.chat_id == chat_id))
    skip_rows = await db.execute(select(skipped).where(skipped.c.chat_id == chat_id))
    notice_flags = {Notice.WEEK: row.week, Notice.EVE: row.eve, Notice.DAY: row.day}
    return ChatSettings(
        zone=row.zone,
        hour=row.hour,
        reminders=row.reminders,
        notices={notice: wanted for notice, wanted in notice_flags.items() if wanted is not None},
        anniversaries={choice.anniversary_id: choice.wanted for choice in choice_rows},
        skipped=frozenset((occurrence.anniversary_id, occurrence.year) for occurrence in skip_rows),
        big_only=row.big_only,
        silent=row.silent,
        quiet=None if row.quiet_from is None else Quiet(row.quiet_from, row.quiet_to),
    )


async def save(db: AsyncConnection, chat_id: int, settings: ChatSettings, now: float) -> None:
    """Store all settings of a known chat."""
    quiet = settings.quiet
    values = {
        "zone": settings.zone,
        "hour": settings.hour,
        "reminders": settings.reminders,
        **{notice.value: settings.notices.get(notice) for notice in Notice},
        "big_only": settings.big_only,
        "silent": settings.silent,
        "quiet_from": quiet and quiet.start,
        "quiet_to": quiet and quiet.end,
        "changed_at": now,
    }
    await db.execute(update(chats).where(chats.c.id == chat_id).values(**values))
    for anniversary_id, wanted in settings.anniversaries.items():
        await upsert(db, choices, {"chat_id": chat_id, "anniversary_id": anniversary_id}, {"wanted": wanted})
    await db.execute(delete(skipped).where(skipped.c.chat_id == chat_id))
    for anniversary_id, year in settings.skipped:
        await db.execute(insert(db, skipped).values(chat_id=chat_id, anniversary_id=anniversary_id, year=year))


async def list_sent_items(db: AsyncConnection, chat_id: int, items: Collection[str]) -> set[str]:
    """Those of these items that have a delivery to the chat, in whatever state."""
    of_chat = (deliveries.c.chat_id == chat_id) & (deliveries.c.message_id == notices.c.message_id)
    query = select(notices.c.item).where(notices.c.item.in_(items), of_chat).distinct()
    return set((await db.execute(query)).scalars())
