"""INSERT … ON CONFLICT, for which SQLAlchemy has one class per database."""

from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def insert(db: AsyncConnection, table: Table) -> postgresql.Insert:
    """An insert that can `on_conflict_do_nothing` and `on_conflict_do_update`: both classes have these methods."""
    if db.dialect.name == "sqlite":
        return cast("postgresql.Insert", sqlite.insert(table))
    return postgresql.insert(table)
