"""Changes a chat's reminder settings, and sends at once what the change would make it miss."""
