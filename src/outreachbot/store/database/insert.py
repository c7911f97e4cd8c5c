"""INSERT … ON CONFLICT, for which SQLAlchemy has one class per database."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def insert(db: AsyncConnection, table: Table) -> "postgresql.Insert":
    """An insert that can `on_conflict_do_nothing` and `on_conflict_do_update`: both classes have these methods."""
    if db.dialect.name == "sqlite":
        return cast("postgresql.Insert", sqlite.insert(table))
    from sqlalchemy.dialects import postgresql  # the engine has loaded it; for SQLite it would be 2 MB too many

    return postgresql.insert(table)


async def upsert(db: AsyncConnection, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Insert a row with this primary key (column -> value), or set the values of the row that has it."""
    statement = insert(db, table).values(**key, **values)
    await db.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
