"""The environment Alembic runs the migrations in: on the connection that `store.database.migrate` passes on."""

from alembic import context

from outreachbot.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
