"""What all tables share: the metadata they register in, and the type of a generated id.

A moment is a Float: seconds since the epoch, UTC. SQLite and PostgreSQL compare and calculate with it alike.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, text
from sqlalchemy.event import listens_for

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Counter = BigInteger().with_variant(Integer, "sqlite")
"""An id that the database generates. SQLite generates one only for INTEGER, its alias of the row id."""


def partial_index(name: str, *columns: Column[Any], where: str) -> None:
    """An index on the rows that meet a condition, on both databases."""
    Index(name, *columns, sqlite_where=text(where))


@listens_for(metadata, "before_create")
def _add_postgres_conditions(_metadata: MetaData, connection: Connection, **_options: Any) -> None:
    """Give PostgreSQL the conditions of the partial indexes.

    `postgresql_where=` in `partial_index` would load its dialect, 2 MB, for bots that run on SQLite.
    """
    if connection.dialect.name == "postgresql":
        for index in (index for table in metadata.tables.values() for index in table.indexes):
            index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
