"""Reminders: when each is due, and which chats want it."""
