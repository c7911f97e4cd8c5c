"""What admins compose, and who has approved it."""
