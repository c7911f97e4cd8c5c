"""Opens the database, and hides what differs between SQLite and PostgreSQL."""
