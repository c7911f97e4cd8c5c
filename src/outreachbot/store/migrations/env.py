"""What Alembic runs: the migrations, on the connection that `store/migrate` hands over."""

from alembic import context

from outreachbot.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
