"""Brings the schema up to date; refuses a database that a newer version wrote."""

from pathlib import Path

from sqlalchemy import Connection, insert, inspect, text

from outreachbot.errors import SchemaTooNew, StoreFailed
from outreachbot.store import tables_editing
from outreachbot.store.tables import metadata, pace

assert tables_editing.contents.metadata is metadata  # its tables are there too

FOLDER = Path(__file__).parents[1] / "migrations"
VERSIONS = sorted(path.stem.split("_", 1)[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))
"""The revisions, the oldest first: each file is named by its own, and they form one line."""


def to_newest(connection: Connection, name: str) -> None:
    """Apply what is missing, in the caller's transaction; SchemaTooNew when the database is ahead of us."""
    current = _current(connection)
    if current is not None and current not in VERSIONS:
        raise SchemaTooNew(
            f"the database {name} was written by a newer outreachbot: update the program, or restore a backup"
        )
    if current is None:
        _create(connection)
    elif current != VERSIONS[-1]:
        _upgrade(connection)


def must_be_newest(connection: Connection, name: str) -> None:
    """Change nothing; StoreFailed when another version wrote the database, or nothing is in it."""
    if _current(connection) != VERSIONS[-1]:
        raise StoreFailed(f"the database {name} is not of this version: start the bot once, which brings it up to date")


def _current(connection: Connection) -> str | None:
    """The revision that the database has; None where it is new. Alembic's table, read without Alembic."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision


def _create(connection: Connection) -> None:
    """Make a new database as all migrations would leave it, their first rows included.

    Not with Alembic, which takes 8 MB that a running bot would keep.
    """
    metadata.create_all(connection, checkfirst=False)  # another program's table in the way is an error
    connection.execute(insert(pace).values(name="bulk", next_slot=0, updated_at=0))
    connection.execute(
        text(
            "CREATE TABLE alembic_version "
            "(version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:newest)"), {"newest": VERSIONS[-1]})


def _upgrade(connection: Connection) -> None:
    from alembic import command  # only here: it takes 10 MB and 0.2 s, and most starts have nothing to apply
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
