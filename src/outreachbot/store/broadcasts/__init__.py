"""What admins compose, and which admins have approved it."""
