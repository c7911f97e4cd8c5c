"""Plans the reminders."""
