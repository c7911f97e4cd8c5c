"""Files already uploaded to Telegram, with the ids Telegram gave them."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from outreachbot.store.database.insert import upsert
from outreachbot.store.tables import files


async def find(db: AsyncConnection, name: str, digest: str | None) -> str | None:
    """Telegram's `file_id` of the file with this name and digest; without a digest, of the latest with this name."""
    query = select(files.c.file_id).where(files.c.name == name)
    file_id: str | None = (
        await db.execute(query if digest is None else query.where(files.c.digest == digest))
    ).scalar_one_or_none()
    return file_id


async def remember(db: AsyncConnection, name: str, digest: str, file_id: str) -> None:
    """Store the `file_id`, replacing any other with this name."""
    await upsert(db, files, {"name": name}, {"digest": digest, "file_id": file_id})


async def forget(db: AsyncConnection, name: str, file_id: str) -> None:
    """Delete a `file_id` that Telegram no longer knows."""
    await db.execute(delete(files).where(files.c.name == name, files.c.file_id == file_id))
