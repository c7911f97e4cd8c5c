"""What members read about reminders and their settings."""
