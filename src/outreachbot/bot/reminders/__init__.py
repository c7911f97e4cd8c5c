"""Handlers for reminders: subscribing, choosing what, when and where, the coming days."""
