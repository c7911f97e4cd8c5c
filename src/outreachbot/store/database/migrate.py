"""Upgrades the schema, and refuses a database that a newer version wrote."""

from pathlib import Path

from sqlalchemy import Connection, insert, inspect, text

from outreachbot.errors import SchemaTooNew, StoreFailed
from outreachbot.store.tables import metadata, pace

FOLDER = Path(__file__).parents[1] / "migrations"
VERSIONS = sorted(path.stem.split("_", 1)[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))
"""The revisions, the oldest first: each file name begins with its revision, and each follows the one before."""


def upgrade_to_newest(connection: Connection, name: str) -> None:
    """Apply the missing migrations in the caller's transaction. Raises SchemaTooNew when a newer version wrote it."""
    current = _read_revision(connection)
    if current is not None and current not in VERSIONS:
        raise SchemaTooNew(
            f"the database {name} was written by a newer outreachbot: update the program, or restore a backup"
        )
    if current is None:
        _create(connection)
    elif current != VERSIONS[-1]:
        _upgrade(connection)


def require_newest(connection: Connection, name: str) -> None:
    """Raise StoreFailed when the schema is not of this version. Changes nothing."""
    if _read_revision(connection) != VERSIONS[-1]:
        raise StoreFailed(f"the database {name} is not of this version: start the bot once, which brings it up to date")


def _read_revision(connection: Connection) -> str | None:
    """The revision in Alembic's table, read without loading Alembic; None if the database is new."""
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
    from alembic import command  # imported here: it takes 10 MB and 0.2 s, and is rarely needed
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
