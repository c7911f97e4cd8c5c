"""Opens the database and hides the differences between SQLite and PostgreSQL."""
