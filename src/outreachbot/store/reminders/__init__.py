"""Reminders: what is planned, what each chat chose, and which chats want a notice."""
