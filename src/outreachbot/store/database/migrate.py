"""Brings the schema up to date; refuses a database that a newer version wrote."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from outreachbot.errors import SchemaTooNew, StoreFailed

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
    if current != VERSIONS[-1]:
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


def _upgrade(connection: Connection) -> None:
    from alembic import command  # only here: it takes 10 MB and 0.2 s, and most starts have nothing to apply
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
