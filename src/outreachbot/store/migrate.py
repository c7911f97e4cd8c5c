"""Brings the schema up to date; refuses a database that a newer version wrote."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from outreachbot.errors import SchemaTooNew

FOLDER = Path(__file__).parent / "migrations"


def to_newest(connection: Connection, name: str) -> None:
    """Apply what is missing, in the caller's transaction; SchemaTooNew when the database is ahead of us."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current == scripts.get_current_head():
        return
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise SchemaTooNew(
            f"the database {name} was written by a newer outreachbot: update the program, or restore a backup"
        )
    command.upgrade(config, "head")
