"""Whose next message is a broadcast, and what of an album has come so far."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import MAX_ALBUM, Media, MediaKind
from outreachbot.store.database.insert import insert
from outreachbot.store.tables import composing

SECONDS = 3600  # what was asked for and never came is forgotten after an hour
ALBUM_SECONDS = 1.5  # an album's parts come as messages of their own; after so long without one it is whole


@dataclass(frozen=True, slots=True)
class Composing:
    """An admin's next message is a new broadcast, or corrects the one with the id `of_id`."""

    of_id: OutboxId | None


@dataclass(frozen=True, slots=True)
class Album:
    """An album that is whole: its media in their order, and its caption as HTML."""

    admin_id: int
    language: str
    of_id: OutboxId | None
    media: tuple[Media, ...]
    caption: str


async def start(db: AsyncConnection, admin_id: int, now: float, of_id: OutboxId | None = None) -> None:
    """The admin's next message is a broadcast, or the correction of one."""
    values = {"since": now, "of_id": of_id, "album": None}
    statement = insert(db, composing).values(admin_id=admin_id, **values)
    await db.execute(statement.on_conflict_do_update(index_elements=[composing.c.admin_id], set_=values))


async def find(db: AsyncConnection, admin_id: int, now: float) -> Composing | None:
    """What the admin's next message is; None where it is an ordinary one."""
    recent = composing.c.since > now - SECONDS
    row = (await db.execute(select(composing).where(composing.c.admin_id == admin_id, recent))).one_or_none()
    return None if row is None else Composing(row.of_id)


async def stop(db: AsyncConnection, admin_id: int) -> bool:
    """The admin's next message is an ordinary one again. False when it was."""
    return (await db.execute(delete(composing).where(composing.c.admin_id == admin_id))).rowcount > 0


async def add_album_part(
    db: AsyncConnection, admin_id: int, group: str, media: Media, caption: str, *, language: str, now: float
) -> None:
    """Another part of an album has come."""
    whose = composing.c.admin_id == admin_id
    before: dict[str, Any] | None = (await db.execute(select(composing.c.album).where(whose))).scalar_one_or_none()
    same = before is not None and before["group"] == group
    parts, old_caption = (before["parts"], before["caption"]) if before is not None and same else ([], "")
    album = {
        "group": group,
        "parts": [*parts, [media.kind, media.file_id]][:MAX_ALBUM],
        "caption": old_caption or caption,
        "language": language,
        "at": now,
    }
    await db.execute(update(composing).where(whose).values(album=album))


async def list_complete_albums(db: AsyncConnection, now: float) -> list[Album]:
    """The albums of which no further part is to be expected."""
    rows = (await db.execute(select(composing).where(composing.c.album.is_not(None)))).all()
    return [_album(row) for row in rows if abs(now - row.album["at"]) >= ALBUM_SECONDS]


def _album(row: Any) -> Album:
    media = tuple(Media(MediaKind(kind), file_id) for kind, file_id in row.album["parts"])
    return Album(row.admin_id, row.album["language"], row.of_id, media, row.album["caption"])


async def clear_album(db: AsyncConnection, admin_id: int) -> None:
    """The album that has come is dealt with; where the admin was not answered, another message is still awaited."""
    await db.execute(update(composing).where(composing.c.admin_id == admin_id).values(album=None))
