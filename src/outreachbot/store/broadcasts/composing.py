"""The admins whose next message is a broadcast, and the parts of their albums received so far."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.domain.ids import OutboxId
from outreachbot.domain.messages.message import MAX_ALBUM, Media, MediaKind
from outreachbot.store.database.insert import upsert
from outreachbot.store.tables import composing

SECONDS = 3600  # how long to wait for the admin's message
ALBUM_SECONDS = 1.5  # without a further part: Telegram sends each part as a message and does not mark the last


@dataclass(frozen=True, slots=True)
class Composing:
    """What an admin is composing."""

    of_id: OutboxId | None  # the broadcast to correct; None: a new broadcast


@dataclass(frozen=True, slots=True)
class Album:
    """A complete album: its media in order, and its caption as HTML."""

    admin_id: int
    language: str
    of_id: OutboxId | None
    media: tuple[Media, ...]
    caption: str


async def start(db: AsyncConnection, admin_id: int, now: float, of_id: OutboxId | None = None) -> None:
    """Expect the admin's next message to be a broadcast, or a correction of the broadcast `of_id`."""
    values = {"since": now, "of_id": of_id, "album": None}
    await upsert(db, composing, {"admin_id": admin_id}, values)


async def find(db: AsyncConnection, admin_id: int, now: float) -> Composing | None:
    """What the admin is composing; None if the next message is an ordinary one."""
    is_recent = composing.c.since > now - SECONDS
    row = (await db.execute(select(composing).where(composing.c.admin_id == admin_id, is_recent))).one_or_none()
    return None if row is None else Composing(row.of_id)


async def stop(db: AsyncConnection, admin_id: int) -> bool:
    """Treat the admin's next message as an ordinary one again. False if it was one already."""
    return (await db.execute(delete(composing).where(composing.c.admin_id == admin_id))).rowcount > 0


async def add_album_part(
    db: AsyncConnection, admin_id: int, group: str, media: Media, caption: str, *, language: str, now: float
) -> None:
    """Store another part of the album `group` (Telegram's `media_group_id`); parts of an earlier album are dropped."""
    by_admin = composing.c.admin_id == admin_id
    before: dict[str, Any] | None = (await db.execute(select(composing.c.album).where(by_admin))).scalar_one_or_none()
    is_same = before is not None and before["group"] == group
    parts, old_caption = (before["parts"], before["caption"]) if before is not None and is_same else ([], "")
    album = {
        "group": group,
        "parts": [*parts, [media.kind, media.file_id]][:MAX_ALBUM],
        "caption": old_caption or caption,
        "language": language,
        "at": now,
    }
    await db.execute(update(composing).where(by_admin).values(album=album))


async def list_complete_albums(db: AsyncConnection, now: float) -> list[Album]:
    """The albums of which no part has arrived for ALBUM_SECONDS."""
    rows = (await db.execute(select(composing).where(composing.c.album.is_not(None)))).all()
    return [_read_album(row) for row in rows if abs(now - row.album["at"]) >= ALBUM_SECONDS]


def _read_album(row: Any) -> Album:
    media = tuple(Media(MediaKind(kind), file_id) for kind, file_id in row.album["parts"])
    return Album(row.admin_id, row.album["language"], row.of_id, media, row.album["caption"])


async def clear_album(db: AsyncConnection, admin_id: int) -> None:
    """Drop an album that was dealt with. The admin may still be composing: another message is then awaited."""
    await db.execute(update(composing).where(composing.c.admin_id == admin_id).values(album=None))
