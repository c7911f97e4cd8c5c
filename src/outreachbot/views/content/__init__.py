"""What admins and editors read about the content file."""
