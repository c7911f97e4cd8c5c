"""What Alembic runs: the migrations, on the connection that `store/migrate` hands over."""

from alembic import context

from outreachbot.store import tables_editing
from outreachbot.store.tables import metadata

assert tables_editing.contents.metadata is metadata  # its tables are there too
connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
