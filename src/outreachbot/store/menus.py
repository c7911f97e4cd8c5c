"""The command menus and descriptions set at Telegram, so that those no longer wanted can be deleted."""

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.store.database.insert import insert
from outreachbot.store.tables import menus

Place = tuple[str, str]
"""The scope, and Telegram's language code ("": for users of all other languages)."""


async def record(db: AsyncConnection, places: Collection[Place]) -> None:
    rows = [{"scope": scope, "language": language} for scope, language in places]
    if rows:
        await db.execute(insert(db, menus).on_conflict_do_nothing(), rows)


async def list_places(db: AsyncConnection) -> list[Place]:
    rows = await db.execute(select(menus.c.scope, menus.c.language).order_by(menus.c.scope, menus.c.language))
    return [(row.scope, row.language) for row in rows]


async def forget(db: AsyncConnection, place: Place) -> None:
    scope, language = place
    await db.execute(delete(menus).where(menus.c.scope == scope, menus.c.language == language))
